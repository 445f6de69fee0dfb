import { type AppliedMigration, type Migration, missingMigrations } from '../../shared/migrations.ts'
import type { Database, Sql } from './database.ts'

/** Does what may fail without the transaction: when it does, all but it stands. */
export type Aside = (part: (sql: Sql) => Promise<void>) => Promise<unknown>

/** Held while the schema changes, whichever schema of the database it is: extensions belong to all of them. */
const lockKey = 'souvenir migration'

/**
 * Brings the schema to the last of `migrations`, then runs `also`, all in one transaction, so that a crash leaves the old schema
 * whole, and under a lock, so that of processes that start together one does the work and the others find it done. No step is held
 * to the time that a statement usually has: an index of millions of rows takes minutes, and a step that is cut off never ends.
 * @throws Fault `conflict` (`database_newer`, `database_foreign`) when the schema is not one this program may write
 */
export const migrate = (
  database: Database,
  migrations: readonly Migration[],
  also: (sql: Sql, aside: Aside) => Promise<void>,
): Promise<void> =>
  database.alone(async (own) => {
    await own.begin(async (sql) => {
      await sql`SELECT pg_advisory_xact_lock(hashtextextended(${lockKey}, 0))`
      await makeSchema(sql, database.schema)
      await sql`CREATE TABLE IF NOT EXISTS migration (
      number integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
    )`
      for (const { number, name, sql: text, digest } of await missing(sql, migrations)) {
        await sql.unsafe(text)
        await sql`INSERT INTO migration (number, name, digest) VALUES (${number}, ${name}, ${digest})`
      }
      await also(sql, (part) => sql.savepoint(part))
    })
  })

/** Asked for first: a role that may not make schemas can be given one. */
async function makeSchema(sql: Sql, schema: string): Promise<void> {
  const [known] = await sql`SELECT 1 FROM pg_namespace WHERE nspname = ${schema}`
  if (known === undefined) await sql.unsafe(`CREATE SCHEMA "${schema}"`)
}

async function missing(sql: Sql, migrations: readonly Migration[]) {
  const applied = await sql<AppliedMigration[]>`SELECT number, name, digest FROM migration ORDER BY number`
  return missingMigrations(applied, migrations)
}
