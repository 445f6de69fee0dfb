/**
 * One SQLite file: opened with the settings that durability and privacy need, migrated, and asked through prepared
 * statements. Every SQLite store builds upon it (the authorization server's and the memory's, each with its own file and
 * its own list of migrations). It knows no table but its own `migration`.
 */
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type { HealthCheck } from '../../shared/health.ts'
import type { Migration } from '../../shared/migrations.ts'
import { openConnection } from './connection.ts'
import { diskIsFull, isForWantOfRoom, opening, reading } from './errors.ts'
import { groupCommits } from './group-commit.ts'
import { migrate } from './migrate.ts'
import { hasNoRoom, noReserve, reserveBeside } from './reserve.ts'

export type Value = SQLInputValue

/**
 * All methods are synchronous and throw `Fault('unavailable')` when the file cannot be read or written (busy for longer
 * than the timeout, disk full, closed). A violated constraint is thrown as SQLite's own error: see `isConstraint`.
 */
export interface Database {
  /** The first row of a query, if any. */
  get<Row>(sql: string, ...values: readonly Value[]): Row | undefined
  /** Every row of a query: the query bounds them. */
  all<Row>(sql: string, ...values: readonly Value[]): Row[]
  /** Runs a statement and returns how many rows it changed. */
  run(sql: string, ...values: readonly Value[]): number
  /**
   * Runs `work` in a transaction that takes the write lock at once (so that what it reads is what it changes), durable on
   * return, rolled back when it throws. `work` must not await. Inside another transaction it is a part of that one.
   */
  transaction<T>(work: () => T): T
  /**
   * Runs `work`, which only reads, so that it sees the file as it is at one moment, and takes the lock for reading once: every
   * statement outside takes it for itself. `work` must not await. Inside a transaction it is a part of that.
   */
  snapshot<T>(work: () => T): T
  /** Runs once the transaction around it is durable; not at all when that is rolled back. Not for steps of `groupCommit`. */
  afterCommit(work: () => void): void
  /**
   * Runs `work` as one step of a transaction that it shares with whoever asks in the same turn of the event loop; settles when
   * that transaction is durable. Where `work` throws, it alone is undone and rejected. `work` must not await.
   */
  groupCommit<T>(work: () => T): Promise<T>
  /** The same, and where the disk is full `work` runs a second time in the room set aside, beside others of its kind. */
  groupCommitWithReserve<T>(work: () => T): Promise<T>
  /** Runs `work`, which is one transaction; where the disk is full a second time, in the room set aside, which is taken again behind it. */
  withReserve<T>(work: () => T): T
  /**
   * A transaction that erases texts. Earlier pages of them are still in the write-ahead log: it is written back and cut to nothing, as far
   * as no other process reads; the next erasure, and closing, try again. Where the disk is full it uses the room set aside for it, and
   * runs `work` a second time.
   */
  erase<T>(work: () => T): T
  readonly health: HealthCheck
  close(): void
}

export interface DatabaseOptions {
  /** The file, made with mode 0600 (and its folder with 0700) when missing; `:memory:` for a database of this connection alone. */
  readonly path: string
  /** In order of their numbers, which are their positions from 1. Only ever appended to. */
  readonly migrations: readonly Migration[]
  /** How long a writer waits for another process's transaction. */
  readonly busyTimeoutMs?: number
  /** How much of the file is kept in memory; SQLite's own 2 MiB unless given. */
  readonly cacheKib?: number
  /** Whether room is set aside on the disk, for what must go on when it is full. */
  readonly reserved?: boolean
}

/** More statements than this are prepared again: SQL with a variable shape must not grow without bound. */
const maxStatements = 256

export function openDatabase(options: DatabaseOptions): Database {
  const { path, migrations, busyTimeoutMs = 5_000, cacheKib } = options
  const connection = opening(path, () => openConnection(path, busyTimeoutMs, cacheKib))
  const reserve = options.reserved === true && path !== ':memory:' ? reserveBeside(path) : noReserve
  const statements = new Map<string, StatementSync>()
  let depth = 0
  let committed: (() => void)[] = []

  function prepare(sql: string): StatementSync {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = connection.prepare(sql)
    const oldest = statements.size >= maxStatements ? statements.keys().next().value : undefined
    if (oldest !== undefined) statements.delete(oldest)
    statements.set(sql, statement)
    return statement
  }

  const alone: Omit<Database, 'groupCommit' | 'groupCommitWithReserve'> = {
    // SQLite types no row: the SQL beside the call is what says its shape.
    get: <Row>(sql: string, ...values: readonly Value[]) =>
      reading(() => prepare(sql).get(...values) as Row | undefined) ?? undefined,
    all: <Row>(sql: string, ...values: readonly Value[]) => reading(() => prepare(sql).all(...values) as Row[]),
    run: (sql, ...values) => reading(() => Number(prepare(sql).run(...values).changes)),
    transaction: (work) => together('BEGIN IMMEDIATE', work),
    snapshot: (work) => together('BEGIN', work),
    erase(work) {
      const result = alone.withReserve(() => alone.transaction(work))
      writeBack()
      reserve.take()
      return result
    },
    withReserve(work) {
      try {
        return work()
      } catch (error) {
        return inReserve(error, work)
      }
    },
    afterCommit(work) {
      if (depth > 0) committed.push(work)
      else work()
    },
    health: {
      engine: 'sqlite',
      needed: true,
      async check() {
        try {
          alone.get('SELECT count(*) FROM migration')
          return { state: 'up', ...(hasNoRoom(path) ? { detail: diskIsFull, code: 'disk_full' } : {}) }
        } catch {
          return { state: 'down', detail: 'The database file cannot be read.' }
        }
      },
    },
    close() {
      statements.clear()
      if (connection.isOpen) connection.close()
    },
  }

  /** Once more what failed of `cause`, in the room set aside. What it left in the log is written back, so that most of the room is there again. */
  function inReserve<T>(cause: unknown, work: () => T): T {
    if (!isForWantOfRoom(cause) || !reserve.giveUp()) throw cause
    try {
      const result = work()
      writeBack()
      return result
    } finally {
      reserve.take()
    }
  }

  function writeBack(): void {
    try {
      alone.get('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (error) {
      // It is done all the same: what could not be written back has no room.
      if (!isForWantOfRoom(error)) throw error
    }
  }

  function together<T>(begin: 'BEGIN' | 'BEGIN IMMEDIATE', work: () => T): T {
    if (depth > 0) return work()
    reading(() => prepare(begin).run())
    depth = 1
    let result: T
    let then: readonly (() => void)[]
    try {
      result = work()
      reading(() => prepare('COMMIT').run())
      then = committed
    } catch (error) {
      rollBack()
      throw error
    } finally {
      depth = 0
      committed = []
    }
    for (const each of then) each()
    return result
  }

  const database: Database = { ...alone, ...groupCommits(alone, inReserve) }

  /** SQLite may have rolled back by itself (disk full): then there is nothing left to undo. */
  function rollBack(): void {
    if (connection.isOpen && connection.isTransaction) prepare('ROLLBACK').run()
  }

  try {
    migrate(database, (sql) => reading(() => connection.exec(sql)), migrations)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}
