/** The memory store on one SQLite file. Opened by dependencies.ts; knows no operation and no HTTP. */
import type { MemoryStore } from '../../../memory/ports.ts'
import type { RecallIndex } from '../../../memory/rank/ports.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import { openDatabase } from '../database.ts'
import { sqliteRecallIndex, verifyIndex } from '../index/read.ts'
import { addTo } from './add.ts'
import { appsOf } from './apps.ts'
import { changeIn } from './change.ts'
import { historyOf } from './history.ts'
import { oncesOf } from './onces.ts'
import { readFrom } from './read.ts'
import { memoryMigrations } from './schema.ts'

const cacheKib = 16 * 1024

export interface SqliteMemoryStore {
  readonly store: MemoryStore
  readonly index: RecallIndex
  /** What of an owner's index does not agree with their memories; empty when all does. */
  verify(ownerId: OwnerId): readonly string[]
}

/**
 * Opens (and makes, mode 0600) the file at `path`.
 * @throws Fault `unavailable` when it cannot be opened, `conflict` when a newer program wrote it
 */
export function openSqliteMemoryStore({ path }: { readonly path: string }): SqliteMemoryStore {
  const database = openDatabase({ path, migrations: memoryMigrations, cacheKib })
  const { flush, ...history } = historyOf(database)
  const store: MemoryStore = {
    add: addTo(database, flush),
    ...readFrom(database),
    ...changeIn(database),
    ...history,
    ...appsOf(database, flush),
    ...oncesOf(database),
    health: database.health,
    async close() {
      flush()
      database.close()
    },
  }
  return {
    store,
    index: sqliteRecallIndex(database),
    verify: (ownerId) =>
      verifyIndex(
        database,
        ownerId,
        database.all("SELECT id, content FROM memory WHERE owner_id = ? AND state <> 'deleted'", ownerId),
      ),
  }
}
