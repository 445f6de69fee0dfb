/**
 * The engines that memories are kept on, as tests open them: SQLite always, Postgres when DATABASE_URL is set, each time in a
 * schema of its own that is dropped afterwards.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import postgres from 'postgres'
import { postgresMemoryDump } from '../../src/adapters/postgres/memory/dump.ts'
import { openPostgresMemoryStore, type PostgresMemoryOptions } from '../../src/adapters/postgres/memory/store.ts'
import { sqliteMemoryDump } from '../../src/adapters/sqlite/memory/dump.ts'
import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import type { MemoryDump } from '../../src/memory/dump/ports.ts'
import type { GraphSource, GraphStore } from '../../src/memory/graph/ports.ts'
import type { IndexRebuild, RecallIndex, VectorIndex } from '../../src/memory/index/ports.ts'
import type { Outbox } from '../../src/memory/jobs/ports.ts'
import type { MemoryStore } from '../../src/memory/ports.ts'
import type { OwnerId } from '../../src/shared/brand.ts'
import { Secret } from '../../src/shared/secret.ts'
import { engineUrl } from './engines.ts'

export interface MemoryEngine {
  readonly store: MemoryStore
  readonly index: RecallIndex
  readonly vectors: VectorIndex
  readonly rebuild: IndexRebuild
  readonly graph: GraphStore
  readonly graphSource: GraphSource
  readonly outbox: Outbox
  /** All rows, as backups and restores have them. */
  readonly dump: MemoryDump
  /** What of an owner's index does not agree with their memories. */
  verify(ownerId: OwnerId): Promise<readonly string[]>
  /** The same memories as another process sees them; closed with this. */
  another(): Promise<Omit<MemoryEngine, 'another' | 'close' | 'sql' | 'dump'>>
  /** What is said to the engine past the store, as another program would. */
  sql<Row>(statement: string): Promise<readonly Row[]>
  close(): Promise<void>
}

export type OpenEngine = () => Promise<MemoryEngine>

export async function openSqlite(): Promise<MemoryEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-memory-'))
  const opened: ReturnType<typeof openSqliteMemoryStore>[] = []
  const one = () => {
    const engine = openSqliteMemoryStore({ path: join(folder, 'memory.db') })
    opened.push(engine)
    return { ...engine, verify: async (ownerId: OwnerId) => engine.verify(ownerId) }
  }
  return {
    ...one(),
    another: async () => one(),
    dump: sqliteMemoryDump(join(folder, 'memory.db')),
    async sql<Row>(statement: string) {
      const other = new DatabaseSync(join(folder, 'memory.db'))
      try {
        return other.prepare(statement).all() as Row[]
      } finally {
        other.close()
      }
    },
    async close() {
      for (const { store } of opened) await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** A schema of its own in the database that DATABASE_URL names. */
export function postgresSchema(url: string) {
  const schema = `souvenir_test_${randomUUID().replaceAll('-', '')}`
  const address = new URL(url)
  address.searchParams.set('schema', schema)
  return {
    schema,
    url: address.href,
    async drop() {
      const admin = postgres(url, { max: 1, onnotice: () => undefined })
      await admin.unsafe(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
      await admin.end()
    },
  }
}

export async function openPostgres(
  url: string,
  options: Partial<PostgresMemoryOptions> = {},
): Promise<MemoryEngine & { readonly schema: string; readonly withoutPgvector: string | undefined }> {
  const { schema, drop } = postgresSchema(url)
  const opened: Awaited<ReturnType<typeof openPostgresMemoryStore>>[] = []
  const one = async () => {
    const engine = await openPostgresMemoryStore({ url: new Secret(url), schema, poolSize: 5, ...options })
    opened.push(engine)
    return engine
  }
  const dump = postgresMemoryDump({ url: new Secret(url), schema })
  return {
    ...(await one()),
    schema,
    another: one,
    dump,
    async sql<Row>(statement: string) {
      const other = postgres(url, { max: 1, connection: { search_path: schema }, onnotice: () => undefined })
      try {
        return (await other.unsafe(statement)) as unknown as Row[]
      } finally {
        await other.end()
      }
    },
    async close() {
      await dump.close()
      for (const { store } of opened) await store.close().catch(() => undefined)
      await drop()
    },
  }
}

const databaseUrl = engineUrl('DATABASE_URL')

/** Every engine that there is here. */
export const memoryEngines: readonly { readonly name: string; readonly open: OpenEngine }[] = [
  { name: 'SQLite', open: openSqlite },
  ...(databaseUrl === undefined ? [] : [{ name: 'Postgres', open: () => openPostgres(databaseUrl) }]),
]

/** Postgres's other ways to find vectors: without the extension, and through an HNSW index from the first vector on. */
export const otherVectorEngines: typeof memoryEngines =
  databaseUrl === undefined
    ? []
    : [
        { name: 'Postgres without pgvector', open: () => openPostgres(databaseUrl, { extension: false }) },
        { name: 'Postgres with HNSW', open: () => openPostgres(databaseUrl, { scannedUpTo: 0 }) },
      ]
