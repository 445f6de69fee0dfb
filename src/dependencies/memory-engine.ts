/**
 * What the memory domain runs on: the store, its index of words and its vectors. One engine of each; which one is chosen here.
 * An engine is loaded only where it is configured, so a start does not pay for the others.
 */
import { join } from 'node:path'
import { openSqliteMemoryStore } from '../adapters/sqlite/memory/store.ts'
import type { Config } from '../config/config.ts'
import type { MemoryStore } from '../memory/ports.ts'
import type { RecallIndex, VectorIndex } from '../memory/rank/ports.ts'
import type { HealthCheck } from '../shared/health.ts'

export interface MemoryEngine {
  /** As the start says it. */
  readonly name: string
  readonly store: MemoryStore
  readonly index: RecallIndex
  readonly vectors: VectorIndex
  readonly healthChecks: readonly HealthCheck[]
  close(): Promise<void>
}

/** @throws Fault `unavailable` when the engine does not answer, `conflict` when a newer program wrote what it holds */
export async function openMemoryEngine(config: Config): Promise<MemoryEngine> {
  const { store, index, vectors } = openSqliteMemoryStore({ path: join(config.dataDir, 'memory.db') })
  return { name: 'SQLite', store, index, vectors, healthChecks: [() => store.health()], close: () => store.close() }
}
