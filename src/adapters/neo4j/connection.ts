/**
 * One connection pool to Neo4j 5 or newer, and the way the graph speaks to it. Every query is a constant text: what differs is a
 * parameter, and the owner is always one. Loaded only where NEO4J_URL is set.
 */
import neo4j, {
  type AuthToken,
  type Driver,
  type ManagedTransaction,
  type Session,
  type SessionMode,
} from 'neo4j-driver-lite'
import { Fault } from '../../shared/fault.ts'
import type { EngineState, HealthCheck } from '../../shared/health.ts'
import type { Secret } from '../../shared/secret.ts'
import { late, within } from '../../shared/within.ts'

export interface Neo4jOptions {
  /** `bolt://`, `neo4j://`, or either with `+s`; credentials in it count before the others. */
  readonly url: Secret
  readonly user: string
  readonly password: Secret | undefined
  readonly readTimeoutMs?: number
  readonly writeTimeoutMs?: number
}

export type Parameters = Readonly<Record<string, unknown>>

export interface Neo4jConnection {
  /** Asks once; what keeps the server from answering in time is `Fault('unavailable')`. */
  read<Row>(cypher: string, parameters: Parameters): Promise<readonly Row[]>
  /** Runs statements in one transaction, tried again while the server says that trying again helps. */
  write<T>(work: (run: Run) => Promise<T>): Promise<T>
  readonly health: HealthCheck
  close(): Promise<void>
}

export type Run = <Row>(cypher: string, parameters: Parameters) => Promise<readonly Row[]>

/** Unique per owner, and found by owner. */
const schema = [
  'CREATE CONSTRAINT memory_of_owner IF NOT EXISTS FOR (m:Memory) REQUIRE (m.owner, m.id) IS UNIQUE',
  'CREATE CONSTRAINT entity_of_owner IF NOT EXISTS FOR (e:Entity) REQUIRE (e.owner, e.key) IS UNIQUE',
  'CREATE INDEX memory_by_owner IF NOT EXISTS FOR (m:Memory) ON (m.owner)',
  'CREATE INDEX entity_by_owner IF NOT EXISTS FOR (e:Entity) ON (e.owner)',
  'CREATE INDEX relation_by_memory IF NOT EXISTS FOR ()-[r:RELATES]-() ON (r.owner, r.memory)',
]

/** What a server that lives needs beyond its own time limit, to say that the time is over. */
const graceMs = 1_000
const healthTimeoutMs = 1_500

const down: EngineState = {
  state: 'down',
  detail: 'Neo4j does not answer; the graph is asked in SQL meanwhile.',
}

/**
 * Opens the pool; nothing is asked of the server before the first question, so that a start does not wait for it.
 *
 * Every wait ends. A server that does not even say that its time is over is gone or stopped: what is open to it is given up, as the
 * driver would wait for it without end, be it only to close a session, and the next question opens a new pool.
 */
export function openNeo4j(options: Neo4jOptions): Neo4jConnection {
  const { readTimeoutMs = 5_000, writeTimeoutMs = 15_000 } = options
  let pool = openPool(options, writeTimeoutMs)

  function giveUp(lost: Pool): void {
    if (lost === pool) pool = openPool(options, writeTimeoutMs)
    closeUnseen(lost.driver)
  }

  async function ask<T>(mode: SessionMode, timeoutMs: number, question: (session: Session, from: Pool) => Promise<T>) {
    const from = pool
    const session = from.driver.session({ defaultAccessMode: mode })
    try {
      const answer = await within(timeoutMs + graceMs, question(session, from))
      if (answer !== late) return answer
    } catch (error) {
      throw failure(error)
    } finally {
      closeUnseen(session)
    }
    // The server ends a query at its timeout; a server that is gone ends nothing.
    giveUp(from)
    throw failure(undefined)
  }

  return {
    read: <Row>(cypher: string, parameters: Parameters) =>
      ask(neo4j.session.READ, readTimeoutMs, async (session) => {
        const { records } = await session.run(cypher, parameters, { timeout: readTimeoutMs })
        return records.map((record) => record.toObject() as Row)
      }),
    write: (work) =>
      ask(neo4j.session.WRITE, 2 * writeTimeoutMs, async (session, from) => {
        await from.prepare()
        return session.executeWrite((transaction) => work(runOn(transaction)), { timeout: writeTimeoutMs })
      }),
    health: {
      engine: 'neo4j',
      needed: false,
      async check() {
        try {
          const answer = ask(neo4j.session.READ, readTimeoutMs, (_, { driver }) => driver.verifyConnectivity())
          return (await within(healthTimeoutMs, answer)) === late ? down : { state: 'up' }
        } catch {
          return down
        }
      },
    },
    async close() {
      await within(graceMs, pool.driver.close()).catch(() => undefined)
    },
  }
}

/** Without waiting, and whatever comes of it. */
const closeUnseen = (open: { close(): Promise<void> }): void => void open.close().catch(() => undefined)

interface Pool {
  readonly driver: Driver
  /** The constraints are there before the first write. */
  prepare(): Promise<void>
}

function openPool(options: Neo4jOptions, timeout: number): Pool {
  const driver = driverOf(options)
  let prepared: Promise<void> | undefined
  return {
    driver,
    /** A failure is forgotten, so that the next write tries again. */
    async prepare() {
      prepared ??= (async () => {
        for (const statement of schema) await driver.executeQuery(statement, {}, { transactionConfig: { timeout } })
      })()
      try {
        await prepared
      } catch (error) {
        prepared = undefined
        throw error
      }
    },
  }
}

function driverOf({ url, user, password }: Neo4jOptions): Driver {
  const address = new URL(url.reveal())
  const credentials: AuthToken = {
    scheme: 'basic',
    principal: decodeURIComponent(address.username) || user,
    credentials: decodeURIComponent(address.password) || (password?.reveal() ?? ''),
  }
  address.username = ''
  address.password = ''
  return neo4j.driver(address.href.replace(/\/$/u, ''), credentials, {
    connectionTimeout: 2_000,
    connectionAcquisitionTimeout: 3_000,
    maxConnectionPoolSize: 20,
    maxTransactionRetryTime: 5_000,
    disableLosslessIntegers: true,
    userAgent: 'souvenir',
    // The driver would print to the console.
    logging: { level: 'error', logger: () => undefined },
    telemetryDisabled: true,
  })
}

const runOn =
  (transaction: ManagedTransaction): Run =>
  async <Row>(cypher: string, parameters: Parameters) => {
    const { records } = await transaction.run(cypher, parameters)
    return records.map((record) => record.toObject() as Row)
  }

/** What the data is to blame for stays an error; everything else is a server that does not answer. */
function failure(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^Neo\.ClientError\.(Schema|Statement)\./u.test(code)) return error
  return new Fault('unavailable', 'The graph does not answer.', { code: 'graph_unavailable', cause: error })
}

/** Integers as Neo4j keeps them; the driver sends numbers as floats otherwise. */
export const integer = (value: number) => neo4j.int(value)
export const integerOrNull = (value: number | undefined) => (value === undefined ? null : neo4j.int(value))
