/**
 * The authorization server's stores on one SQLite file, which several processes on one machine may open at the same time:
 * every step that must be atomic is an immediate transaction. Opened by dependencies.ts; knows no protocol.
 */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { OidcStores } from '../../../oidc/ports.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { HealthCheck } from '../../../shared/health.ts'
import { type Database, openDatabase } from '../database.ts'
import { authorizationStore } from './authorizations.ts'
import { clientStore } from './clients.ts'
import { codeStore } from './codes.ts'
import { consoleCodeStore } from './console-codes.ts'
import { grantStore } from './grants.ts'
import { refreshTokenStore } from './refresh-tokens.ts'
import { replayStore } from './replays.ts'
import { oidcMigrations } from './schema.ts'
import { sessionStore } from './sessions.ts'
import { userStore } from './users.ts'

/** Whether there is a file at `path` that knows anybody. Reads it and leaves it as it is, whichever program wrote it. */
export function holdsPeople(path: string): boolean {
  if (!existsSync(path)) return false
  const connection = new DatabaseSync(path, { readOnly: true })
  try {
    const hasTable = connection.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'user'").get()
    return hasTable !== undefined && connection.prepare('SELECT 1 FROM user LIMIT 1').get() !== undefined
  } finally {
    connection.close()
  }
}

/**
 * Opens (and makes, mode 0600) the file at `path`; `:memory:` keeps nothing.
 * @throws Fault `unavailable` when it cannot be opened, `conflict` when a newer program wrote it
 */
export function openSqliteOidcStores(options: {
  readonly path: string
  readonly clock: Clock
  /** Whether tokens are refreshed and taken back on a full disk too. */
  readonly reserved?: boolean
}): OidcStores & { readonly health: HealthCheck; close(): void } {
  const { path, clock, reserved = false } = options
  const database = openDatabase({ path, migrations: oidcMigrations, reserved })
  return { ...oidcStoresOn(database, clock), health: database.health, close: () => database.close() }
}

/** The stores on a database that has the tables of `oidcMigrations`. */
export const oidcStoresOn = (database: Database, clock: Clock): OidcStores => ({
  clients: clientStore(database, clock),
  authorizations: authorizationStore(database, clock),
  codes: codeStore(database, clock),
  refreshTokens: refreshTokenStore(database, clock),
  grants: grantStore(database),
  sessions: sessionStore(database, clock),
  users: userStore(database),
  consoleCodes: consoleCodeStore(database, clock),
  replays: replayStore(database, clock),
})
