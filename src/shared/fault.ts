/**
 * Why the domain could not do what it was asked. Each surface has one exhaustive switch from kind to answer.
 * - `invalid`: the input is wrong; `field` names what, `message` says what to do
 * - `unauthenticated`, `forbidden`: no identity, or not for this identity
 * - `not_found`, `timed_out`, `conflict`, `precondition_failed`, `too_large`, `rate_limited`: as in HTTP
 * - `unavailable`: an engine that is needed does not answer; try again
 */
export type FaultKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'timed_out'
  | 'conflict'
  | 'precondition_failed'
  | 'too_large'
  | 'rate_limited'
  | 'unavailable'

/** One field of the input and what is wrong with it. */
export interface FieldError {
  /** As the caller wrote it: `text`, `filters.from`. */
  readonly field: string
  readonly message: string
}

export interface FaultOptions {
  /** A stable code for programs, `snake_case`; the kind itself unless given. */
  code?: string
  /** The input field at fault, as the caller wrote it: `text`, `filters.from`. */
  field?: string
  /** Every field at fault, where there are several. */
  errors?: readonly FieldError[]
  /** Seconds after which trying again makes sense. */
  retryAfterSeconds?: number
  /** What happened inside: for the log only, never for the caller. */
  cause?: unknown
  /** Why, in an engine's words, for who runs the program: on standard error only, as it may name addresses and users. */
  reason?: string
}

/** An expected failure with a message that may be shown to the caller. */
export class Fault extends Error {
  readonly kind: FaultKind
  readonly code: string
  readonly field: string | undefined
  /** Every field at fault, the first one first; empty where it is no field's. */
  readonly errors: readonly FieldError[]
  readonly retryAfterSeconds: number | undefined
  /** For standard error only. */
  readonly reason: string | undefined
  constructor(kind: FaultKind, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Fault'
    this.kind = kind
    this.code = options.code ?? kind
    this.field = options.field
    this.errors = options.errors ?? (options.field === undefined ? [] : [{ field: options.field, message }])
    this.retryAfterSeconds = options.retryAfterSeconds
    this.reason = options.reason
  }
}

/** The fault of an input with these wrong fields (at least one); its message tells of all of them. */
export const invalidFields = (errors: readonly FieldError[]): Fault =>
  new Fault('invalid', errors.map(({ message }) => message).join(' '), {
    code: 'input_invalid',
    errors,
    ...(errors[0] === undefined ? {} : { field: errors[0].field }),
  })
