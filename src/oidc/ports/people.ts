/** People, how they prove who they are, and their sessions. */
import type { OwnerId, TokenHash } from '../../shared/brand.ts'

export interface Session {
  readonly id: TokenHash
  readonly ownerId: OwnerId
  /** When the person last proved who they are, Unix seconds. */
  readonly authTime: number
  readonly expiresAt: number
}

export interface SessionStore {
  create(session: Session): Promise<void>
  find(id: TokenHash): Promise<Session | undefined>
  delete(id: TokenHash): Promise<void>
}

export interface Identity {
  /** `console` (signin/console-identity) or `google` (or the issuer of another OpenID provider). */
  readonly provider: string
  readonly subject: string
}

/** A person. `id` is derived from the first identity; further identities are linked to it. */
export interface User {
  readonly id: OwnerId
  readonly name: string
  readonly email?: string
  readonly emailVerified?: boolean
  /** Google's verified hosted domain. */
  readonly hostedDomain?: string
  readonly picture?: string
  readonly identities: readonly Identity[]
  readonly createdAt: number
  readonly updatedAt: number
}

export interface UserStore {
  find(id: OwnerId): Promise<User | undefined>
  findByIdentity(identity: Identity): Promise<User | undefined>
  /** Whether anybody has an identity of this provider. Asked of an index, however many people there are. */
  hasProvider(provider: string): Promise<boolean>
  /** Keeps a new user; a second with the same id or identity is `Fault('conflict')`. */
  create(user: User): Promise<void>
  /** Replaces the profile of a user who exists; identities change by `link` alone. */
  update(user: User): Promise<void>
  /** Adds an identity to a user in one atomic step; `Fault('conflict')` when it belongs to someone else, `not_found` without the user. */
  link(id: OwnerId, identity: Identity): Promise<void>
  list(limit: number, after?: OwnerId): Promise<readonly User[]>
  delete(id: OwnerId): Promise<boolean>
}

/**
 * A sign-in code printed on the console: 12 characters (60 bits). The first four select the code and are stored in clear, so that
 * wrong guesses count against the code they name and a stranger cannot burn the owner's by guessing at random.
 */
export interface ConsoleCode {
  readonly selector: string
  readonly hash: TokenHash
  readonly ownerId: OwnerId
  readonly triesLeft: number
  readonly expiresAt: number
}

export interface ConsoleCodeStore {
  create(code: ConsoleCode): Promise<void>
  /** Spends the code when the hash matches; otherwise takes one try from the code named by the selector, the last of which deletes it. Atomic. */
  redeem(selector: string, hash: TokenHash): Promise<Pick<ConsoleCode, 'ownerId' | 'expiresAt'> | undefined>
}

/** Where people prove who they are, if not with a printed code. */
export interface IdentityProvider {
  readonly name: string
  /** For the button: `Google`. */
  readonly label: string
  authorizationUrl(request: {
    readonly state: string
    readonly verifier: string
    readonly nonce: string
    readonly loginHint?: string
    readonly selectAccount: boolean
  }): Promise<URL>
  /**
   * Redeems the callback's code and verifies the ID token in full. Throws `Fault('forbidden')` for a bad one, `Fault('unavailable')` when
   * the provider cannot be reached.
   */
  exchange(callback: {
    readonly code: string
    readonly verifier: string
    readonly nonce: string
    readonly issuer?: string
  }): Promise<VerifiedIdentity>
}

export interface VerifiedIdentity extends Identity {
  readonly email?: string
  readonly emailVerified: boolean
  readonly hostedDomain?: string
  readonly name?: string
  readonly picture?: string
}
