/**
 * The memory store on Postgres 15 or newer, with pgvector 0.7 or newer where the server has it. It implements memory/ports.ts
 * and memory/index/ports.ts, is opened by dependencies, and knows neither HTTP nor tokens. Any number of processes may share it.
 */
import type { GraphSource, GraphStore } from '../../../memory/graph/ports.ts'
import type { IndexRebuild, RecallIndex, VectorIndex } from '../../../memory/index/ports.ts'
import type { Outbox } from '../../../memory/jobs/ports.ts'
import type { MemoryStore } from '../../../memory/ports.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import { closeUnheard } from '../../../shared/closing.ts'
import { Fault } from '../../../shared/fault.ts'
import type { Log } from '../../../shared/log.ts'
import type { PostgresOptions } from '../connection.ts'
import { type Database, openPool } from '../database.ts'
import { postgresGraphStore } from '../graph/read.ts'
import { postgresGraphSource } from '../graph/source.ts'
import { lackOfExtension, prepareVectors } from '../index/extension.ts'
import { createNearest } from '../index/nearest.ts'
import { postgresRecallIndex } from '../index/read.ts'
import { postgresIndexRebuild } from '../index/rebuild.ts'
import { postgresVectorIndex } from '../index/vectors.ts'
import { verifyIndex } from '../index/verify.ts'
import { migrate } from '../migrate.ts'
import { createAccounts } from './accounts.ts'
import { createApps } from './apps.ts'
import { createCorrections } from './corrections.ts'
import { createHistory } from './history.ts'
import { createImports } from './imports.ts'
import { memoryMigrations } from './migrations.ts'
import { createOnces } from './onces.ts'
import { postgresOutbox } from './outbox.ts'
import { createPreferences } from './preferences.ts'
import { createReaders } from './read.ts'
import { createWriters } from './write.ts'

export interface PostgresMemoryOptions extends PostgresOptions {
  /** An owner with more vectors than this is searched through an HNSW index, not by scanning codes. */
  readonly scannedUpTo?: number
  /** False does without pgvector even where it is. */
  readonly extension?: boolean
  /** Told what fails in the background. */
  readonly log?: Log
}

export interface PostgresMemoryStore {
  readonly store: MemoryStore
  readonly index: RecallIndex
  readonly vectors: VectorIndex
  readonly rebuild: IndexRebuild
  readonly graph: GraphStore
  readonly graphSource: GraphSource
  readonly outbox: Outbox
  /** Why vectors are read and scanned in the process, in words; undefined where the server compares them. */
  readonly withoutPgvector: string | undefined
  /** Whether nobody has a memory here. */
  isEmpty(): Promise<boolean>
  /** What of an owner's index does not agree with their memories; empty when all does. */
  verify(ownerId: OwnerId): Promise<readonly string[]>
}

const oldest = 15
/**
 * A judgement, not a measured crossing: up to here a scan takes the process some 13 ms of processor time (tests/bench/README.md),
 * needs no index that takes a minute for 100,000 to make, and finds what SQLite finds. Beyond it that grows with every item.
 */
const scannedUpToDefault = 200_000

/**
 * Connects, and brings the schema to what this program knows.
 * @throws Fault `unavailable` when the server does not answer or refuses; `conflict` when it is too old, or a newer program
 * wrote the schema
 */
export async function openPostgresMemoryStore(options: PostgresMemoryOptions): Promise<PostgresMemoryStore> {
  const db = openPool(options)
  try {
    await assertVersion(db)
    await migrate(db, memoryMigrations, (sql, aside) => prepareVectors(sql, aside, options.extension ?? true))
    return storeOn(db, await lackOfExtension(db), options)
  } catch (error) {
    await closeUnheard(() => db.close())
    throw atStart(error)
  }
}

function storeOn(
  db: Database,
  withoutPgvector: string | undefined,
  { scannedUpTo = scannedUpToDefault, log }: PostgresMemoryOptions,
): PostgresMemoryStore {
  const pgvector = withoutPgvector === undefined
  const { flush, flushNow, stop, ...history } = createHistory(db, log)
  const store: MemoryStore = {
    ...createReaders(db),
    ...createWriters(db, flush),
    ...createCorrections(db),
    ...createImports(db),
    ...history,
    ...createApps(db, flushNow),
    ...createOnces(db),
    ...createPreferences(db),
    ...createAccounts(db, flush, log),
    health: db.health,
    async close() {
      await stop()
      await db.close()
    },
  }
  return {
    store,
    index: postgresRecallIndex(db, createNearest(db, pgvector)),
    vectors: postgresVectorIndex(db, { pgvector, scannedUpTo }),
    rebuild: postgresIndexRebuild(db),
    graph: postgresGraphStore(db),
    graphSource: postgresGraphSource(db),
    outbox: postgresOutbox(db),
    withoutPgvector,
    isEmpty: () => db.run(async (sql) => (await sql`SELECT 1 FROM memory LIMIT 1`).length === 0),
    verify: (ownerId) => verifyIndex(db, ownerId),
  }
}

async function assertVersion(db: Database): Promise<void> {
  const [server] = await db.run(
    (sql) => sql<{ number: number }[]>`SELECT current_setting('server_version_num')::int AS number`,
  )
  const major = Math.floor((server?.number ?? 0) / 10_000)
  if (major < oldest) {
    throw new Fault(
      'conflict',
      `The server in DATABASE_URL is Postgres ${major}; this program needs ${oldest} or newer.`,
      {
        code: 'database_too_old',
      },
    )
  }
}

/** What the person who starts the program is told. Who asks a process that waits for the server is given the message alone. */
function atStart(error: unknown): unknown {
  if (error instanceof Fault && error.kind !== 'unavailable') return error
  const reason = error instanceof Fault ? error.cause : error
  return new Fault(
    'unavailable',
    'Postgres does not answer at the address in DATABASE_URL, or refuses us. Check DATABASE_URL (host, port, user, password), and that Postgres runs.',
    {
      cause: error,
      retryAfterSeconds: 1,
      ...(reason instanceof Error ? { reason: reason.message } : {}),
    },
  )
}
