/**
 * What the memory domain runs on: the store, its index of words and its vectors. One engine of each; which one is chosen here.
 * An engine is loaded only where it is configured, so a start does not pay for the others.
 */
import { join } from 'node:path'
import { holdsMemories, openSqliteMemoryStore } from '../adapters/sqlite/memory/store.ts'
import type { Config } from '../config/config.ts'
import type { GraphSource, GraphStore } from '../memory/graph/ports.ts'
import type { IndexRebuild, RecallIndex, VectorIndex } from '../memory/index/ports.ts'
import type { Outbox } from '../memory/jobs/ports.ts'
import type { MemoryStore } from '../memory/ports.ts'
import { Fault } from '../shared/fault.ts'
import type { HealthCheck } from '../shared/health.ts'
import type { Log } from '../shared/log.ts'
import type { Secret } from '../shared/secret.ts'

/** What the memories are about, and the jobs for what is kept of it elsewhere. */
export interface KnowledgeEngine {
  readonly outbox: Outbox
  readonly graph: GraphStore
  readonly graphSource: GraphSource
}

export interface MemoryEngine {
  /** As the start says it. */
  readonly name: string
  readonly store: MemoryStore
  readonly index: RecallIndex
  readonly vectors: VectorIndex
  readonly rebuild: IndexRebuild
  readonly knowledge: KnowledgeEngine
  readonly healthChecks: readonly HealthCheck[]
  close(): Promise<void>
}

/**
 * The engine that the configuration names; `log` is told what fails in the background.
 * @throws Fault `unavailable` when it does not answer, `conflict` when a newer program wrote what it holds, or when it is empty
 * beside a DATA_DIR that holds memories: they would look lost
 */
export async function openMemoryEngine(config: Config, log?: Log): Promise<MemoryEngine> {
  if (config.databaseUrl === undefined) return openOnSqlite(config, log)
  const engine = await openOnPostgres(config.databaseUrl, log)
  if (holdsMemories(memoryFileOf(config)) && (await engine.isEmpty())) {
    await engine.close()
    throw new Fault(
      'conflict',
      `DATABASE_URL names a database without memories, but there are memories in ${config.dataDir}. Move them with: ${config.command} migrate. Or set DATA_DIR to another folder.`,
      { code: 'database_empty', field: 'DATABASE_URL' },
    )
  }
  return engine
}

/** Where SQLite keeps memories. */
export const memoryFileOf = (config: Pick<Config, 'dataDir'>): string => join(config.dataDir, 'memory.db')

/** Memories in DATA_DIR. */
export async function openOnSqlite(config: Pick<Config, 'dataDir'>, log?: Log): Promise<MemoryEngine> {
  const { store, index, vectors, rebuild, ...knowledge } = openSqliteMemoryStore({
    path: memoryFileOf(config),
    reserved: true,
    ...(log && { log }),
  })
  return {
    name: 'SQLite',
    store,
    index,
    vectors,
    rebuild,
    knowledge,
    healthChecks: [store.health],
    close: () => store.close(),
  }
}

/** Memories in Postgres; `isEmpty`: nobody has written there yet. Its driver is loaded only where it is configured. */
export async function openOnPostgres(url: Secret, log?: Log): Promise<MemoryEngine & { isEmpty(): Promise<boolean> }> {
  const { openPostgresMemoryStore } = await import('../adapters/postgres/memory/store.ts')
  const { store, index, vectors, rebuild, withoutPgvector, isEmpty, ...knowledge } = await openPostgresMemoryStore({
    url,
    ...(log && { log }),
  })
  return {
    name:
      withoutPgvector === undefined
        ? 'Postgres with pgvector'
        : `Postgres without pgvector (${withoutPgvector}): vectors are compared in this process`,
    store,
    index,
    vectors,
    rebuild,
    knowledge,
    isEmpty,
    healthChecks: [store.health],
    close: () => store.close(),
  }
}
