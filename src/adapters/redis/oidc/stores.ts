/**
 * The authorization server's stores on one Redis, which any number of processes share. Codes, sessions, sign-ins, refresh
 * tokens and marks carry the engine's own expiry; clients, people and grants have none. Opened by dependencies.ts; knows no protocol.
 */
import type { OidcStores } from '../../../oidc/ports.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { RedisConnection } from '../connection.ts'
import { authorizationStore } from './authorizations.ts'
import { clientStore } from './clients.ts'
import { codeStore } from './codes.ts'
import { consoleCodeStore } from './console-codes.ts'
import { grantStore } from './grants.ts'
import { refreshTokenStore } from './refresh-tokens.ts'
import { replayStore } from './replays.ts'
import { sessionStore } from './sessions.ts'
import { userStore } from './users.ts'

/** Every method throws `Fault('unavailable')` when Redis does not answer in time. */
export const redisOidcStores = (redis: RedisConnection, clock: Clock): OidcStores => ({
  clients: clientStore(redis, clock),
  authorizations: authorizationStore(redis, clock),
  codes: codeStore(redis, clock),
  refreshTokens: refreshTokenStore(redis, clock),
  grants: grantStore(redis),
  sessions: sessionStore(redis, clock),
  users: userStore(redis),
  consoleCodes: consoleCodeStore(redis, clock),
  replays: replayStore(redis, clock),
})
