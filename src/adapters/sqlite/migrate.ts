import { Fault } from '../../shared/fault.ts'
import { sha256 } from '../../shared/hash.ts'
import type { Database } from './database.ts'

/** One step of the schema, forward only. Once released it never changes: a later step corrects it. */
export interface Migration {
  /** Says what it brings: `refresh tokens by family`. */
  readonly name: string
  /** Any number of statements, without transaction control. */
  readonly sql: string
}

interface Applied {
  readonly number: number
  readonly name: string
  readonly digest: string
}

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
    for (const { number, name, sql } of missing(database, migrations)) {
      exec(sql)
      database.run('INSERT INTO migration (number, name, digest) VALUES (?, ?, ?)', number, name, sha256(sql))
    }
  })
}

const hasTable = (database: Database): boolean =>
  database.get("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migration'") !== undefined

/** The steps still to take, after checking that those taken are ours. */
function missing(database: Database, migrations: readonly Migration[]): (Migration & { readonly number: number })[] {
  const applied = database.all<Applied>('SELECT number, name, digest FROM migration ORDER BY number')
  const newest = applied.at(-1)
  if (newest !== undefined && newest.number > migrations.length) {
    throw new Fault(
      'conflict',
      `The database was written by a newer version of this program (its schema is ${newest.number}, this program knows ${migrations.length}). Start that version, or restore a backup made before the upgrade.`,
      { code: 'database_newer' },
    )
  }
  for (const { number, name, digest } of applied) {
    const ours = migrations[number - 1]
    if (ours === undefined || sha256(ours.sql) !== digest) {
      throw new Fault(
        'conflict',
        `The database was not made by this program: its schema step ${number} (${name}) is another.`,
        {
          code: 'database_foreign',
        },
      )
    }
  }
  return migrations.slice(applied.length).map((step, index) => ({ ...step, number: applied.length + index + 1 }))
}
