/**
 * Postgres as every store here speaks to it: a bounded pool, deadlines, and the two ways of working on it. A read is one
 * statement, which sees one moment. A write is a transaction of one owner; an owner's writes happen one after the other, in this
 * process by a queue (so that they hold one connection and not all) and among processes by an advisory lock.
 */
import type postgres from 'postgres'
import type { OwnerId } from '../../shared/brand.ts'
import type { HealthCheck } from '../../shared/health.ts'
import { type Wait, waitForAnswers } from './answered.ts'
import { type Connection, connectionsTo, type PostgresOptions, shortMs } from './connection.ts'
import { failure, isLostRace, sqlState, unavailable } from './errors.ts'
import { createQueues } from './queues.ts'

/** Runs a statement, or is a part of one; inside a transaction it is that transaction's. */
export type Sql = postgres.ISql<Record<never, unknown>>
export type Fragment = postgres.PendingQuery<postgres.Row[]>

/** Statements about one owner's memories. */
export interface OwnerSql {
  readonly sql: Sql
  readonly ownerId: OwnerId
}

export interface Transaction extends OwnerSql {
  /** Runs once the transaction is durable. */
  afterCommit(work: () => void): void
  /** A part that may fail alone: what it did is undone, and the transaction goes on. */
  aside(work: (sql: Sql) => Promise<void>): Promise<void>
  /** Says that a long transaction is at work, and that the wait for it begins anew. */
  goesOn(): void
}

export interface Database {
  readonly schema: string
  /** Statements outside of a transaction. Each sees what was committed when it began. */
  run<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /** Several statements that see one and the same moment. */
  snapshot<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /** A transaction of the owner, alone among all of theirs. Tried again when it lost against another transaction. */
  write<T>(ownerId: OwnerId, work: (transaction: Transaction) => Promise<T>): Promise<T>
  /** A transaction of no owner. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /** A transaction of no owner, while nobody writes: those under way are waited for, and others wait for it. */
  exclusive<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /** What may take as long as it takes, on a connection of its own: nothing bounds its statements. */
  alone<T>(work: (sql: Connection) => Promise<T>): Promise<T>
  readonly health: HealthCheck
  close(): Promise<void>
}

/** How often a transaction is tried that loses against others. */
const attempts = 5

/** Opens a pool; no connection is made before the first statement. */
export function openPool(options: PostgresOptions): Database {
  const { spread = Math.random } = options
  const { schema, answerTimeoutMs, pool, apart, another, close } = connectionsTo(options)
  const answered = waitForAnswers(answerTimeoutMs, async () => {
    try {
      await apart`SELECT 1`
    } catch (error) {
      // A server that refuses is there, and has a long statement under way where it has one.
      if (sqlState(error) === undefined) throw error
    }
  })
  const queue = createQueues<OwnerId>()
  const writersLock = `${schema} writers`

  /** A transaction that nobody waits for any more is rolled back: its caller was told that nothing has changed. */
  async function persist<T>(
    begin: string,
    { isGivenUp }: Wait,
    work: (sql: postgres.TransactionSql) => Promise<T>,
  ): Promise<T> {
    const unlessGivenUp = () => {
      if (isGivenUp()) throw unavailable()
    }
    for (let attempt = 1; ; attempt++) {
      try {
        // The result is boxed: the driver would take an array for a list of statements.
        const { result } = await pool.begin(begin, async (transaction) => {
          unlessGivenUp()
          const done = await work(transaction)
          unlessGivenUp()
          return { result: done }
        })
        return result as T
      } catch (error) {
        if (!isLostRace(error) || attempt === attempts) throw error
        await new Promise((resolve) => setTimeout(resolve, 2 ** attempt + spread() * 10))
      }
    }
  }

  return {
    schema,
    run: (work) => answered(() => work(pool)),
    snapshot: (work) => answered((wait) => persist('isolation level repeatable read read only', wait, work)),
    transaction: (work) => answered((wait) => persist('', wait, work)),
    write: (ownerId, work) =>
      queue(ownerId, () =>
        answered(async (wait) => {
          let committed: (() => void)[] = []
          const result = await persist('', wait, async (one) => {
            committed = []
            const afterCommit = (then: () => void) => committed.push(then)
            const aside = (part: (sql: Sql) => Promise<void>) => one.savepoint(part)
            // A statement of its own: what comes after it sees what the owner's last write left.
            const locked = one`SELECT pg_advisory_xact_lock(hashtextextended(${`${schema} ${ownerId}`}, 0)),
              pg_advisory_xact_lock_shared(hashtextextended(${writersLock}, 0))`.execute()
            const [, worked] = await Promise.all([
              locked,
              work({ sql: one, ownerId, afterCommit, aside, goesOn: wait.goesOn }),
            ])
            return worked
          })
          for (const then of committed) then()
          return result
        }),
      ),
    exclusive: (work) =>
      answered((wait) =>
        persist('', wait, async (one) => {
          await one`SELECT pg_advisory_xact_lock(hashtextextended(${writersLock}, 0))`
          return await work(one)
        }),
      ),
    async alone(work) {
      const own = another()
      try {
        await own`SET statement_timeout = 0`
        return await work(own)
      } catch (error) {
        throw failure(error)
      } finally {
        await own.end({ timeout: 1 })
      }
    },
    health: {
      engine: 'postgres',
      needed: true,
      async check() {
        try {
          await answered(async () => pool`SELECT 1`, shortMs)
          return { state: 'up' }
        } catch {
          return { state: 'down', detail: 'Postgres does not answer.' }
        }
      },
    },
    close,
  }
}
