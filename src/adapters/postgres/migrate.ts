import { Fault } from '../../shared/fault.ts'
import { sha256 } from '../../shared/hash.ts'
import type { Database, Sql } from './database.ts'

/** One step of the schema, forward only. Once released it never changes: a later step corrects it. */
export interface Migration {
  /** Says what it brings: `refresh tokens by family`. */
  readonly name: string
  /** Any number of statements, without transaction control. */
  readonly sql: string
}

/** Held while the schema changes, whichever schema of the database it is: extensions belong to all of them. */
const lockKey = 'souvenir migration'

/**
 * Brings the schema to the last of `migrations`, then runs `also`, all in one transaction, so that a crash leaves the old schema
 * whole, and under a lock, so that of processes that start together one does the work and the others find it done.
 * @throws Fault `conflict` (`database_newer`, `database_foreign`) when the schema is not one this program may write
 */
export const migrate = (
  database: Database,
  migrations: readonly Migration[],
  also: (sql: Sql) => Promise<void>,
): Promise<void> =>
  database.transaction(async (sql) => {
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${lockKey}, 0))`
    await makeSchema(sql, database.schema)
    await sql`CREATE TABLE IF NOT EXISTS migration (
      number integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
    )`
    for (const { number, name, sql: text } of await missing(sql, migrations)) {
      await sql.unsafe(text)
      await sql`INSERT INTO migration (number, name, digest) VALUES (${number}, ${name}, ${sha256(text)})`
    }
    await also(sql)
  })

/** Asked for first: a role that may not make schemas can be given one. */
async function makeSchema(sql: Sql, schema: string): Promise<void> {
  const [known] = await sql`SELECT 1 FROM pg_namespace WHERE nspname = ${schema}`
  if (known === undefined) await sql.unsafe(`CREATE SCHEMA "${schema}"`)
}

/** The steps still to take, after checking that those taken are ours. */
async function missing(
  sql: Sql,
  migrations: readonly Migration[],
): Promise<readonly (Migration & { readonly number: number })[]> {
  const applied = await sql<{ number: number; name: string; digest: string }[]>`
    SELECT number, name, digest FROM migration ORDER BY number`
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
        { code: 'database_foreign' },
      )
    }
  }
  return migrations.slice(applied.length).map((step, index) => ({ ...step, number: applied.length + index + 1 }))
}
