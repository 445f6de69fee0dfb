import type { ClientId, FamilyId, GrantId, OwnerId } from '../shared/brand.ts'

/** Who is calling, as a verified access token says (RFC 9068). */
export interface Principal {
  readonly ownerId: OwnerId
  readonly clientId: ClientId
  readonly scopes: ReadonlySet<string>
  readonly audience: readonly string[]
  readonly tokenId: string
  readonly grantId: GrantId | undefined
  readonly familyId: FamilyId | undefined
  /** Unix seconds. */
  readonly expiresAt: number
}

/** What of a token says whether it still stands. */
export type Standing = Pick<Principal, 'tokenId' | 'grantId' | 'familyId' | 'expiresAt'>

export interface TokenVerifier {
  /**
   * Verifies an access token: signature, `typ`, `iss`, `aud` (one of `audiences`), `exp`, and that it was not revoked.
   * Throws `InvalidToken` when the token is at fault and a `Fault` of kind `unavailable` when it cannot be judged now
   * (no keys, revocation feed lost): the first is 401, the second 503.
   */
  verify(token: string, audiences: readonly string[]): Promise<Principal>
  /** Whether a token that was verified a while ago still stands: not expired, and not revoked since. Throws as `verify`. */
  assertStanding(token: Standing): void
  /** Who calls without a token, where there is no sign-in (AUTH=none). */
  readonly withoutToken?: Principal
  /** Whether tokens can be judged at all: resolves, or throws the `Fault` of kind `unavailable` that says what is missing. */
  ready?(): Promise<void>
}

/** What was revoked: one token (`jti`), all tokens of one authorization, or all of a grant. */
export type RevokedKind = 'token' | 'family' | 'grant'
export interface Revocation {
  readonly kind: RevokedKind
  readonly id: string
  /** Unix seconds after which every token it concerns has expired by itself. */
  readonly expiresAt: number
}

/** Carries revocations to every process within a second. Redis, or the SQLite file that processes share. */
export interface RevocationFeed {
  /** Durable when it resolves. Throws `Fault('unavailable')` when it could not be kept. */
  revoke(revocation: Revocation): Promise<void>
  /** Revocations that came after `cursor` (undefined: all that are still live), oldest first, with the cursor to go on from. */
  since(cursor: string | undefined): Promise<{ revocations: readonly Revocation[]; cursor: string }>
  /** Calls back at least once for each revocation from now on, whichever process made it; `listener` must not throw. Returns how to stop. */
  subscribe(listener: (revocation: Revocation) => void): () => void
  /** Unix milliseconds when the feed last knew to be complete: older than 5 s means cached tokens cannot be trusted. */
  freshAt(): number
  /**
   * Asks now for what came, as a process that stood still has not: resolves once that is told, or in vain where the engine does not
   * answer; never rejects. On SQLite it is told before this returns.
   */
  catchUp(): Promise<void>
  close(): Promise<void>
}
