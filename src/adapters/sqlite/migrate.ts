import { type AppliedMigration, type Migration, missingMigrations } from '../../shared/migrations.ts'
import type { Database } from './database.ts'

/**
 * Brings the schema to the last of `migrations`, all missing steps in one transaction, so that a crash leaves the old
 * schema whole and of two processes that start together the second finds the work done.
 * @throws Fault `conflict` (`database_newer`, `database_foreign`) when the file is not one this program may write
 */
export function migrate(database: Database, exec: (sql: string) => void, migrations: readonly Migration[]): void {
  if (hasTable(database) && missing(database, migrations).length === 0) return
  database.transaction(() => {
    exec(`CREATE TABLE IF NOT EXISTS migration (
      number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
    ) STRICT`)
    for (const { number, name, sql, digest } of missing(database, migrations)) {
      exec(sql)
      database.run('INSERT INTO migration (number, name, digest) VALUES (?, ?, ?)', number, name, digest)
    }
  })
}

const hasTable = (database: Database): boolean =>
  database.get("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migration'") !== undefined

const missing = (database: Database, migrations: readonly Migration[]) =>
  missingMigrations(
    database.all<AppliedMigration>('SELECT number, name, digest FROM migration ORDER BY number'),
    migrations,
  )
