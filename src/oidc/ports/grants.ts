/** What people allowed clients, and the refresh tokens that came of it. */
import type { ClientId, FamilyId, GrantId, OwnerId, TokenHash } from '../../shared/brand.ts'
import type { AuthorizationRequest } from './authorizations.ts'

export interface RefreshToken {
  readonly clientId: ClientId
  readonly ownerId: OwnerId
  readonly grantId: GrantId
  readonly familyId: FamilyId
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly claims?: AuthorizationRequest['claims']
  readonly authTime: number
  readonly expiresAt: number
}

export type Rotation =
  | { readonly outcome: 'rotated' | 'graced'; readonly token: RefreshToken }
  /** Used again outside the grace: the family was revoked in the same step. */
  | { readonly outcome: 'reused'; readonly token: RefreshToken }
  | { readonly outcome: 'unknown' }

export interface RefreshTokenStore {
  /** Keeps a family's first token; nothing when the family was revoked meanwhile (a replayed code, a withdrawn grant). */
  create(hash: TokenHash, token: RefreshToken): Promise<void>
  /** Reads without spending; undefined when unknown, expired, or its family was revoked. */
  find(hash: TokenHash): Promise<RefreshToken | undefined>
  /** Whose token it is, also one that was spent, until it would have expired; undefined as for `find` otherwise. */
  familyOf(hash: TokenHash): Promise<Pick<RefreshToken, 'clientId' | 'familyId'> | undefined>
  /**
   * Spends `hash` and puts `next` in its place, in one atomic step.
   * - `rotated`: it was live; `next` lives with the given expiry
   * - `graced`: it was rotated at most `graceSeconds` ago, by the same client, and none of its successors was used yet:
   *   `next` lives beside its sibling, in the same family
   * - `reused`: it was spent before, outside the grace; the whole family is revoked
   * The mark of the code that the family came of is prolonged so that it stays at least as long as `next`.
   * The token that comes back is the successor's record, for `reused` the spent one's.
   * `clientId` other than the token's own is `unknown`, and spends nothing.
   */
  rotate(
    hash: TokenHash,
    next: { readonly hash: TokenHash; readonly expiresAt: number },
    by: { readonly clientId: ClientId; readonly now: number; readonly graceSeconds: number },
  ): Promise<Rotation>
  /** Every token of the family is dead afterwards, its code too, whichever process asks. Unknown families are fine. */
  revokeFamily(familyId: FamilyId): Promise<void>
  /** The same for every family under the grant so far; a later authorization under it lives. */
  revokeGrant(grantId: GrantId): Promise<void>
}

/** What a person allowed a client. One for each pair of them. */
export interface Grant {
  readonly id: GrantId
  readonly ownerId: OwnerId
  readonly clientId: ClientId
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /** Where the person saw that they would be sent; any other address is put before them first. */
  readonly redirectUris?: readonly string[]
  readonly createdAt: number
  readonly updatedAt: number
}

export interface GrantStore {
  find(ownerId: OwnerId, clientId: ClientId): Promise<Grant | undefined>
  findById(id: GrantId): Promise<Grant | undefined>
  /**
   * Keeps it and gives what is kept: one grant for each owner and client. The later replaces the earlier but for its id, by which tokens
   * of either live, so that of two that are given at once neither ends the other.
   */
  save(grant: Grant): Promise<Grant>
  /** The latest first, at most 1,000. */
  list(ownerId: OwnerId): Promise<readonly Grant[]>
  /** All of a person's, at most `limit` at a time, in order of id, after `after`. */
  listInOrder(ownerId: OwnerId, limit: number, after?: GrantId): Promise<readonly Grant[]>
  revoke(ownerId: OwnerId, id: GrantId): Promise<boolean>
  /** What people allowed this client, in no order; at most 1,000 of them, so that who ends them all asks until none is left. */
  listByClient(clientId: ClientId): Promise<readonly Grant[]>
}

/** Marks of what may be used once: assertion `jti`s (RFC 7523 section 3). */
export interface ReplayStore {
  /** True for the first caller with this key, false for every other until it expires. */
  claim(key: TokenHash, expiresAt: number): Promise<boolean>
}
