/**
 * What the authorization server needs from outside. Every store gets hashes, never raw tokens; every `expiresAt` is Unix
 * seconds, and an expired record is as good as absent. A store that cannot answer throws `Fault('unavailable')`: never
 * "not found", so that a lost connection is a 503 and not a false refusal.
 * Each port has adapters for SQLite and Redis and one conformance suite in tests/conformance.
 */
import type { AuthorizationStore, CodeStore } from './ports/authorizations.ts'
import type { ClientStore } from './ports/clients.ts'
import type { GrantStore, RefreshTokenStore, ReplayStore } from './ports/grants.ts'
import type { ConsoleCodeStore, SessionStore, UserStore } from './ports/people.ts'

export type * from './ports/authorizations.ts'
export type * from './ports/clients.ts'
export type * from './ports/grants.ts'
export type * from './ports/keys.ts'
export type * from './ports/outbound.ts'
export type * from './ports/people.ts'
export type * from './ports/settings.ts'

/** Every store of the authorization server: what an adapter for an engine returns. */
export interface OidcStores {
  readonly clients: ClientStore
  readonly authorizations: AuthorizationStore
  readonly codes: CodeStore
  readonly refreshTokens: RefreshTokenStore
  readonly grants: GrantStore
  readonly sessions: SessionStore
  readonly users: UserStore
  readonly consoleCodes: ConsoleCodeStore
  readonly replays: ReplayStore
}
