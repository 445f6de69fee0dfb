/**
 * Why the domain could not do what it was asked. Each surface has one exhaustive switch from kind to answer.
 * - `invalid`: the input is wrong; `field` names what, `message` says what to do
 * - `unauthenticated`, `forbidden`: no identity, or not for this identity
 * - `not_found`, `conflict`, `precondition_failed`, `too_large`, `rate_limited`: as in HTTP
 * - `unavailable`: an engine that is needed does not answer; try again
 */
export type FaultKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'precondition_failed'
  | 'too_large'
  | 'rate_limited'
  | 'unavailable'

export interface FaultOptions {
  /** A stable code for programs, `snake_case`; the kind itself unless given. */
  code?: string
  /** The input field at fault, as the caller wrote it: `text`, `filters.from`. */
  field?: string
  /** Seconds after which trying again makes sense. */
  retryAfterSeconds?: number
  /** What happened inside: for the log only, never for the caller. */
  cause?: unknown
}

/** An expected failure with a message that may be shown to the caller. */
export class Fault extends Error {
  readonly kind: FaultKind
  readonly code: string
  readonly field: string | undefined
  readonly retryAfterSeconds: number | undefined
  constructor(kind: FaultKind, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Fault'
    this.kind = kind
    this.code = options.code ?? kind
    this.field = options.field
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
