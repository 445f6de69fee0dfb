/** Sessions of the pages on one SQLite file, which several processes on one machine may open at the same time. */
import type { Clock } from '../../../shared/clock.ts'
import type { Migration } from '../../../shared/migrations.ts'
import type { KeptSession, UiSessions } from '../../../ui/ports.ts'
import { openDatabase } from '../database.ts'
import { expiringTables } from '../expiring-tables.ts'

const migrations: readonly Migration[] = [
  {
    name: 'dashboard sessions',
    sql: `
      CREATE TABLE session (
        id TEXT PRIMARY KEY, sealed TEXT NOT NULL, expires_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX session_by_expiry ON session (expires_at);
    `,
  },
]

/** Opens (and makes, mode 0600) the file. @throws Fault `unavailable` when it cannot be opened, `conflict` when it is another's */
export function openSqliteUiSessions(options: {
  readonly path: string
  readonly clock: Clock
}): UiSessions & { close(): void } {
  const database = openDatabase({ path: options.path, migrations, reserved: true })
  const { now, write, writeWithReserve } = expiringTables(database, options.clock, { session: 'id' })
  return {
    async create({ id, sealed, expiresAt }) {
      await write(() =>
        database.run('INSERT INTO session (id, sealed, expires_at) VALUES (?, ?, ?)', id, sealed, expiresAt),
      )
    },
    async find(id) {
      return database.get<KeptSession>(
        'SELECT id, sealed, expires_at AS expiresAt FROM session WHERE id = ? AND expires_at > ?',
        id,
        now(),
      )
    },
    async replace(id, sealed) {
      return writeWithReserve(
        (now) => database.run('UPDATE session SET sealed = ? WHERE id = ? AND expires_at > ?', sealed, id, now) === 1,
      )
    },
    async delete(id) {
      return writeWithReserve(
        (now) => database.run('DELETE FROM session WHERE id = ? AND expires_at > ?', id, now) === 1,
      )
    },
    close: () => database.close(),
  }
}
