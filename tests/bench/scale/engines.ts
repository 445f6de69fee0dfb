/** The engines that are measured, each in a place of its own that is removed afterwards. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { openPostgresMemoryStore } from '../../../src/adapters/postgres/memory/store.ts'
import { openSqliteMemoryStore } from '../../../src/adapters/sqlite/memory/store.ts'
import type { RecallIndex, VectorIndex } from '../../../src/memory/index/ports.ts'
import type { MemoryStore } from '../../../src/memory/ports.ts'
import { Secret } from '../../../src/shared/secret.ts'

export type EngineName = 'sqlite' | 'postgres'

export interface Engine {
  readonly store: MemoryStore
  readonly index: RecallIndex
  readonly vectors: VectorIndex
}

/** Where an engine keeps its data: the folder for SQLite, the address with its schema for Postgres. */
export interface Place {
  readonly engine: EngineName
  readonly folder: string
  readonly address: string
}

export const open = async ({ engine, folder, address }: Place): Promise<Engine> =>
  engine === 'sqlite'
    ? openSqliteMemoryStore({ path: join(folder, 'memory.db') })
    : await openPostgresMemoryStore({ url: new Secret(address), statementTimeoutMs: 120_000 })

export function newPlace(engine: EngineName): Place {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-scale-'))
  const url = new URL(process.env.DATABASE_URL ?? 'postgres://127.0.0.1/souvenir')
  url.searchParams.set('schema', `scale_${process.pid}_${Date.now()}`)
  return { engine, folder, address: url.toString() }
}

export async function bytes(place: Place): Promise<number> {
  if (place.engine === 'sqlite') {
    return readdirSync(place.folder)
      .filter((name) => name.startsWith('memory.db'))
      .reduce((sum, name) => sum + statSync(join(place.folder, name)).size, 0)
  }
  return await onServer(place, async (sql, schema) => {
    const [row] = await sql<{ bytes: string }[]>`
      SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) AS bytes FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = ${schema} AND c.relkind = 'r'`
    return Number(row?.bytes)
  })
}

export async function remove(place: Place): Promise<void> {
  rmSync(place.folder, { recursive: true, force: true })
  if (place.engine === 'postgres') {
    await onServer(place, (sql, schema) => sql`DROP SCHEMA IF EXISTS ${sql(schema)} CASCADE`)
  }
}

async function onServer<T>(place: Place, work: (sql: postgres.Sql, schema: string) => Promise<T>): Promise<T> {
  const url = new URL(place.address)
  const schema = url.searchParams.get('schema') ?? ''
  url.searchParams.delete('schema')
  const sql = postgres(url.toString(), { max: 1, onnotice: () => {} })
  try {
    return await work(sql, schema)
  } finally {
    await sql.end()
  }
}
