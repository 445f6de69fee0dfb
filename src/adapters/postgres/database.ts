/**
 * Postgres as every store here speaks to it: a bounded pool, deadlines, and the two ways of working on it. A read is one
 * statement, which sees one moment. A write is a transaction of one owner; an owner's writes happen one after the other, in this
 * process by a queue (so that they hold one connection and not all) and among processes by an advisory lock.
 */
import postgres from 'postgres'
import type { OwnerId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import type { EngineHealth } from '../../shared/health.ts'
import type { Secret } from '../../shared/secret.ts'
import { type Wait, waitForAnswers } from './answered.ts'
import { failure, isLostRace, sqlState, unavailable } from './errors.ts'
import { createQueues } from './queues.ts'

/** Runs a statement, or is a part of one; inside a transaction it is that transaction's. */
export type Sql = postgres.ISql<Record<never, unknown>>
/** The same, and can begin a transaction. */
export type OwnConnection = postgres.Sql<Record<never, unknown>>
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

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; `?sslmode=require` and `?schema=name` are understood. */
  readonly url: Secret
  /** In which all tables are: `souvenir`, or the URL's `schema`, unless given. */
  readonly schema?: string
  /** Connections at most. */
  readonly poolSize?: number
  readonly connectTimeoutMs?: number
  /** How long a statement may take, waiting for a lock included. */
  readonly statementTimeoutMs?: number
  /** How long the process waits for an answer: a little longer than the server takes at most, unless given. */
  readonly answerTimeoutMs?: number
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
  alone<T>(work: (sql: OwnConnection) => Promise<T>): Promise<T>
  health(): Promise<EngineHealth>
  close(): Promise<void>
}

const attempts = 5
/** Longer than the server lets a statement run: what does not answer then is a connection that is dead. */
const graceMs = 2_000
/** For a question that a server answers at once. */
const shortMs = 2_000

type Types = Record<string, postgres.PostgresType>

const schemaName = /^[a-z_][a-z0-9_]{0,62}$/

/** Arrays travel as text; the driver would ask each new connection for the types of all arrays. */
const arrayOf = (type: number) => ({
  to: type,
  from: [],
  serialize: (values: readonly unknown[]) => `{${values.map(arrayElement).join(',')}}`,
  parse: (text: string) => text,
})
const arrayElement = (value: unknown): string =>
  typeof value === 'number' ? String(value) : `"${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

const types: Types = {
  // Counts, ordinals and Unix milliseconds: all far below 2^53.
  bigint: { to: 20, from: [20, 1700], serialize: String, parse: Number },
  integers: arrayOf(1007),
  bigints: arrayOf(1016),
  texts: arrayOf(1009),
  byteas: arrayOf(1001),
}

/** Opens a pool; no connection is made before the first statement. */
export function openPool(options: PostgresOptions): Database {
  const { poolSize = 10, connectTimeoutMs = 5_000, statementTimeoutMs = 30_000 } = options
  const { answerTimeoutMs = statementTimeoutMs + graceMs } = options
  const { address, schema } = addressOf(options)
  const settings = {
    idle_timeout: 60,
    // In seconds: a server that is back is used again within one.
    backoff: (retries: number) => Math.min(0.05 * 2 ** retries, 1),
    connect_timeout: Math.ceil(connectTimeoutMs / 1_000),
    fetch_types: false,
    types,
    transform: { undefined: null },
    onnotice: () => undefined,
    connection: {
      application_name: 'souvenir',
      // pgvector may have been put into any of these; names of ours are found in the first.
      search_path: `"${schema}", public, extensions`,
      // Compiling pays for reports, not for statements of a few milliseconds that a wrong estimate makes look dear.
      jit: 'off',
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: 10_000,
      // Of pgvector; without it they mean nothing to the server. An answer longer than ef_search goes on scanning.
      'hnsw.ef_search': 800,
      'hnsw.iterative_scan': 'relaxed_order',
    },
  }
  // What the patch of the driver adds: a connection that nobody waits for any more makes room for another.
  const client = postgres(address, { ...settings, max: poolSize, answer_timeout: answerTimeoutMs / 1_000 })
  const sql: Sql = client
  // Connects when it is asked first.
  const apart = postgres(address, {
    ...settings,
    max: 1,
    idle_timeout: 1,
    connect_timeout: Math.ceil(Math.min(connectTimeoutMs, shortMs) / 1_000),
    answer_timeout: Math.min(answerTimeoutMs, shortMs) / 1_000,
  })
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
        const { result } = await client.begin(begin, async (transaction) => {
          unlessGivenUp()
          const done = await work(transaction)
          unlessGivenUp()
          return { result: done }
        })
        return result as T
      } catch (error) {
        if (!isLostRace(error) || attempt === attempts) throw error
        await new Promise((resolve) => setTimeout(resolve, 2 ** attempt + Math.random() * 10))
      }
    }
  }

  return {
    schema,
    run: (work) => answered(() => work(sql)),
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
      const own = postgres(address, { ...settings, max: 1 })
      try {
        await own`SET statement_timeout = 0`
        return await work(own)
      } catch (error) {
        throw failure(error)
      } finally {
        await own.end({ timeout: 1 })
      }
    },
    async health() {
      const answer = { engine: 'postgres', needed: true } as const
      try {
        await answered(async () => sql`SELECT 1`, shortMs)
        return { ...answer, state: 'up' }
      } catch {
        return { ...answer, state: 'down', detail: 'Postgres does not answer.' }
      }
    },
    close: async () => {
      await Promise.all([client.end({ timeout: 5 }), apart.end({ timeout: 0 })])
    },
  }
}

/** The address as the driver wants it, and the schema, which it does not know. */
function addressOf({ url, schema }: PostgresOptions): { address: string; schema: string } {
  const parsed = new URL(url.reveal())
  const named = schema ?? parsed.searchParams.get('schema') ?? 'souvenir'
  if (!schemaName.test(named)) {
    throw new Fault('invalid', 'The schema in DATABASE_URL must be of lower case letters, digits and _.', {
      field: 'DATABASE_URL',
    })
  }
  parsed.searchParams.delete('schema')
  return { address: parsed.href, schema: named }
}
