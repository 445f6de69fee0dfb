/**
 * The memory store in one SQLite file. It implements memory/ports.ts, is opened by dependencies.ts, and knows neither
 * HTTP nor tokens. node:sqlite is synchronous: a method's work is done when its promise is made, and a commit is on the disk.
 */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { GraphSource, GraphStore } from '../../../memory/graph/ports.ts'
import type { IndexRebuild, RecallIndex, VectorIndex } from '../../../memory/index/ports.ts'
import type { Outbox } from '../../../memory/jobs/ports.ts'
import type { MemoryStore } from '../../../memory/ports.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Log } from '../../../shared/log.ts'
import { type Database, openDatabase } from '../database.ts'
import { sqliteGraphStore } from '../graph/read.ts'
import { sqliteGraphSource } from '../graph/source.ts'
import { sqliteRecallIndex } from '../index/read.ts'
import { sqliteIndexRebuild } from '../index/rebuild.ts'
import { sqliteVectorIndex } from '../index/vectors.ts'
import { verifyIndex } from '../index/verify.ts'
import { createAccounts } from './accounts.ts'
import { createApps } from './apps.ts'
import { createCorrections } from './corrections.ts'
import { createHistory } from './history.ts'
import { createImports } from './imports.ts'
import { memoryMigrations } from './migrations.ts'
import { createOnces } from './onces.ts'
import { sqliteOutbox } from './outbox.ts'
import { createPreferences } from './preferences.ts'
import { createReaders } from './read.ts'
import { createWriters } from './write.ts'

/** Whether there is a file at `path` with anybody's memory in it. Reads it and leaves it as it is, whichever program wrote it. */
export function holdsMemories(path: string): boolean {
  if (!existsSync(path)) return false
  const connection = new DatabaseSync(path, { readOnly: true })
  try {
    const hasTable = connection.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'memory'").get()
    return hasTable !== undefined && connection.prepare('SELECT 1 FROM memory LIMIT 1').get() !== undefined
  } finally {
    connection.close()
  }
}

const cacheKib = 16 * 1024

export interface SqliteMemoryStore {
  readonly store: MemoryStore
  readonly index: RecallIndex
  readonly vectors: VectorIndex
  readonly rebuild: IndexRebuild
  readonly outbox: Outbox
  readonly graph: GraphStore
  readonly graphSource: GraphSource
  /** What of an owner's index does not agree with their memories; empty when all does. */
  verify(ownerId: OwnerId): readonly string[]
}

export interface SqliteMemoryOptions {
  /** `:memory:` is a file that dies with the process. */
  readonly path: string
  /** Whether room is set aside on the disk for erasing. */
  readonly reserved?: boolean
  /** Told what fails in the background. */
  readonly log?: Log
}

/**
 * Opens (and makes, mode 0600) the file at `path`.
 * @throws Fault `unavailable` when it cannot be opened, `conflict` when a newer program wrote it
 */
export function openSqliteMemoryStore({ path, reserved = false, log }: SqliteMemoryOptions): SqliteMemoryStore {
  const db = openDatabase({ path, migrations: memoryMigrations, cacheKib, reserved })
  const store = memoryStoreOn(db, log)
  return {
    store,
    index: sqliteRecallIndex(db),
    vectors: sqliteVectorIndex(db),
    rebuild: sqliteIndexRebuild(db),
    outbox: sqliteOutbox(db),
    graph: sqliteGraphStore(db),
    graphSource: sqliteGraphSource(db),
    verify: (ownerId) =>
      verifyIndex(
        db,
        ownerId,
        db.all("SELECT id, content FROM memory WHERE owner_id = ? AND state <> 'deleted'", ownerId),
      ),
  }
}

/** The store on a file that is open. */
export function memoryStoreOn(db: Database, log?: Log): MemoryStore {
  const { flush, stop, ...history } = createHistory(db, log)
  return {
    ...createReaders(db),
    ...createWriters(db, flush),
    ...createCorrections(db),
    ...createImports(db),
    ...history,
    ...createApps(db, flush),
    ...createOnces(db),
    ...createPreferences(db),
    ...createAccounts(db, flush),
    health: db.health,
    async close() {
      stop()
      db.close()
    },
  }
}
