/** Memories of a SQLite file as rows, on a connection of its own: a read sees one moment, whoever writes beside it. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { rowsRefused } from '../../../memory/dump/errors.ts'
import {
  type DumpRow,
  dumpBooleans,
  dumpedNoMore,
  dumpPortion,
  dumpTables,
  type MemoryDump,
} from '../../../memory/dump/ports.ts'
import { linkedKeys } from '../../../memory/graph/knowledge.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import { Fault } from '../../../shared/fault.ts'
import { isConstraint } from '../errors.ts'

/** `path` names a file that the store has opened before, so that its schema is this program's. */
export const sqliteMemoryDump = (path: string): MemoryDump => ({
  read: (each) =>
    connected(path, async (db) => {
      db.exec('BEGIN')
      for (const table of dumpTables.filter((name) => hasTable(db, name))) {
        let rows: DumpRow[] = []
        for (const row of db.prepare(`SELECT * FROM ${table}`).iterate()) {
          rows.push(fromSqlite(row))
          if (rows.length < dumpPortion) continue
          await each(table, rows)
          rows = []
        }
        if (rows.length > 0) await each(table, rows)
      }
      db.exec('COMMIT')
    }),
  write: (work) =>
    connected(path, async (db) => {
      db.exec('BEGIN IMMEDIATE')
      if (db.prepare('SELECT 1 FROM memory LIMIT 1').get() !== undefined) {
        throw new Fault('conflict', 'There are memories in DATA_DIR already.', { code: 'not_empty' })
      }
      await work(async (table, rows) => {
        if (!hasTable(db, table)) return
        for (const row of rows) {
          const columns = Object.entries(row).filter(([name]) => dumpedNoMore[table]?.has(name) !== true)
          const names = columns.map(([name]) => quoted(name)).join(', ')
          const places = columns.map(() => '?').join(', ')
          const insert = db.prepare(`INSERT INTO ${table} (${names}) VALUES (${places})`)
          try {
            insert.run(...columns.map(([, value]) => toSqlite(value)))
          } catch (error) {
            throw isConstraint(error) ? rowsRefused(table, error) : error
          }
        }
      })
      writeLinks(db)
      db.exec('COMMIT')
    }),
})

/** What memories are linked to, for search: an owner's entities are derived when next touched, and a search touches nothing. */
function writeLinks(db: DatabaseSync): void {
  const linked = db.prepare(`SELECT m.*, x.body FROM memory AS m LEFT JOIN extraction AS x ON x.memory = m.seq
    WHERE m.state <> 'deleted' AND (m.annotations <> '{}' OR x.body IS NOT NULL)`)
  const insert = db.prepare('INSERT INTO mention_unsaid (owner_id, key, memory) VALUES (?, ?, ?)')
  for (const row of linked.iterate()) {
    // SQLite types no row: the columns are those of the table and of the statement.
    const { body, ...memory } = row as unknown as MemoryRow & { body: string | null }
    for (const key of linkedKeys(memoryOf(memory), body === null ? undefined : JSON.parse(body))) {
      insert.run(memory.owner_id, key, memory.seq)
    }
  }
}

async function connected(path: string, work: (db: DatabaseSync) => Promise<void>): Promise<void> {
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL')
    await work(db)
  } catch (error) {
    // A statement that failed may have ended the transaction by itself.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  } finally {
    db.close()
  }
}

const hasTable = (db: DatabaseSync, table: string): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined

/** A column's name comes from a backup file: only a plain name is one. */
function quoted(name: string): string {
  if (!/^[a-z_]{1,40}$/.test(name)) throw new Fault('invalid', 'The backup names a column that cannot be one.')
  return `"${name}"`
}

const fromSqlite = (row: Readonly<Record<string, unknown>>): DumpRow =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      dumpBooleans.has(name) ? value === 1 : typeof value === 'string' || typeof value === 'number' ? value : null,
    ]),
  )

const toSqlite = (value: DumpRow[string]): SQLInputValue => (typeof value === 'boolean' ? Number(value) : value)
