import type { ClientId, OwnerId } from '../../shared/brand.ts'

export type Begun<T> =
  | { readonly kind: 'begin' }
  | { readonly kind: 'done'; readonly result: T }
  | { readonly kind: 'running' }
  | { readonly kind: 'erased' }
  | { readonly kind: 'other_input' }

/** A claim of an Idempotency-Key. */
export interface OnceClaim {
  /** The key's hash. */
  readonly key: string
  /** Random, made anew for each request: a claim that ran out is told by it from the one that came after it. */
  readonly token: string
}

export interface KeptResult {
  readonly result: unknown
  readonly holdsTexts: boolean
}

/** What may happen once: confirmed deletions, and writes with an Idempotency-Key. */
export interface Onces {
  /** Keeps the hash of a confirmation for one action until `expiresAt`. */
  keepConfirmation(
    ownerId: OwnerId,
    appId: ClientId,
    action: string,
    hash: string,
    at: number,
    expiresAt: number,
  ): Promise<void>
  /** Whether it was kept, has not expired and belongs to them; it is gone afterwards. Of any number of takers one is told true. */
  takeConfirmation(ownerId: OwnerId, appId: ClientId, action: string, hash: string, at: number): Promise<boolean>
  /** Claims a key: exactly one of any number of callers is told `begin` until it ends, or for a minute. */
  beginOnce(
    ownerId: OwnerId,
    appId: ClientId,
    claim: OnceClaim,
    fingerprint: string,
    at: number,
  ): Promise<Begun<unknown>>
  /**
   * Keeps the result (JSON) until `expiresAt`. One that holds texts of memories is `erased` instead if memories were erased, or the
   * app was limited, since it began: the texts could be theirs. Of a claim that ran out and was followed by another nothing is kept.
   */
  endOnce(ownerId: OwnerId, appId: ClientId, claim: OnceClaim, kept: KeptResult, expiresAt: number): Promise<void>
  /** Gives the key up after a failure, so that it may be tried again; unless another has claimed it since. */
  dropOnce(ownerId: OwnerId, appId: ClientId, claim: OnceClaim): Promise<void>
}
