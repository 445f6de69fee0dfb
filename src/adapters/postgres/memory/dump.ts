/** Memories in Postgres as rows, on a connection of its own, in one transaction: a read sees one moment. */
import { rowsRefused } from '../../../memory/dump/errors.ts'
import { type DumpRow, dumpPortion, dumpTables, type MemoryDump } from '../../../memory/dump/ports.ts'
import { linkedKeys } from '../../../memory/graph/knowledge.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import { Fault } from '../../../shared/fault.ts'
import type { PostgresOptions } from '../connection.ts'
import { type Database, openPool, type Sql } from '../database.ts'
import { sqlState } from '../errors.ts'

/** Classes of SQLSTATE: data exception, integrity constraint violation. */
const ofValues = /^2[23]/

/** Tables whose `seq` the server counts: after a copy it goes on behind the highest. */
const counted = ['memory', 'memory_event', 'access_log'] as const

/** `options` name a schema that the store has opened before. */
export function postgresMemoryDump(options: PostgresOptions): MemoryDump & { close(): Promise<void> } {
  const db = openPool({ ...options, poolSize: 1 })
  return {
    close: () => db.close(),
    read: (each) =>
      inTransaction(db, 'ISOLATION LEVEL REPEATABLE READ READ ONLY', async (sql) => {
        for (const table of await tablesIn(sql, db.schema)) {
          await sql.unsafe(`DECLARE dump NO SCROLL CURSOR FOR SELECT * FROM ${table}`)
          for (;;) {
            const rows = await sql.unsafe<DumpRow[]>(`FETCH ${dumpPortion} FROM dump`)
            if (rows.length === 0) break
            await each(
              table,
              rows.map((row) => ({ ...row })),
            )
          }
          await sql.unsafe('CLOSE dump')
        }
      }),
    write: (work) =>
      inTransaction(db, '', async (sql) => {
        const tables = await tablesIn(sql, db.schema)
        await sql.unsafe('LOCK TABLE memory IN SHARE ROW EXCLUSIVE MODE')
        if ((await sql`SELECT 1 FROM memory LIMIT 1`).length > 0) {
          throw new Fault('conflict', 'There are memories in the database of DATABASE_URL already.', {
            code: 'not_empty',
          })
        }
        await work(async (table, rows) => {
          if (!tables.includes(table)) return
          try {
            await sql.unsafe(
              `INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::${table}, $1::text::json)`,
              [JSON.stringify(rows)],
            )
          } catch (error) {
            throw ofValues.test(sqlState(error) ?? '') ? rowsRefused(table, error) : error
          }
        })
        await writeLinks(sql)
        for (const table of counted) {
          await sql.unsafe(
            `SELECT setval(pg_get_serial_sequence('${table}', 'seq'), greatest((SELECT coalesce(max(seq), 0) FROM ${table}), 1))`,
          )
        }
      }),
  }
}

/** What memories are linked to, for search: an owner's entities are derived when next touched, and a search touches nothing. */
async function writeLinks(sql: Sql): Promise<void> {
  await sql`DECLARE linked NO SCROLL CURSOR FOR
    SELECT m.*, x.body FROM memory AS m LEFT JOIN extraction AS x ON x.memory = m.seq
     WHERE m.state <> 'deleted' AND (m.annotations <> '{}' OR x.body IS NOT NULL)`
  for (;;) {
    const rows = await sql.unsafe<(MemoryRow & { body: string | null })[]>(`FETCH ${dumpPortion} FROM linked`)
    if (rows.length === 0) break
    const links = rows.flatMap(({ body, ...memory }) =>
      linkedKeys(memoryOf(memory), body === null ? undefined : JSON.parse(body)).map((key) => ({
        owner_id: memory.owner_id,
        key,
        memory: memory.seq,
      })),
    )
    await sql`INSERT INTO mention_unsaid
      SELECT * FROM json_populate_recordset(NULL::mention_unsaid, ${JSON.stringify(links)}::text::json)`
  }
  await sql`CLOSE linked`
}

/** The connection is alone, so its statements are of one transaction; `alone` ends it, and with it what was not committed. */
const inTransaction = (db: Database, how: string, work: (sql: Sql) => Promise<void>): Promise<void> =>
  db.alone(async (sql) => {
    await sql`SET idle_in_transaction_session_timeout = 0`
    await sql.unsafe(`BEGIN ${how}`)
    await work(sql)
    await sql`COMMIT`
  })

async function tablesIn(sql: Sql, schema: string) {
  const known = await sql<{ name: string }[]>`SELECT tablename AS name FROM pg_tables WHERE schemaname = ${schema}`
  const names = new Set(known.map(({ name }) => name))
  return dumpTables.filter((table) => names.has(table))
}
