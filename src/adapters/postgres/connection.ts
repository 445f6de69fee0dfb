/** Connections to Postgres: where, with which settings of their sessions, how values travel, and how many. */
import postgres from 'postgres'
import { Fault } from '../../shared/fault.ts'
import type { Secret } from '../../shared/secret.ts'

/** Runs statements, and can begin a transaction. */
export type Connection = postgres.Sql<Record<never, unknown>>

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
  /** From 0 to 1: by how much a transaction that lost against another waits longer, so that the two do not meet again; random unless given. */
  readonly spread?: () => number
}

/** Longer than the server lets a statement run: what does not answer then is a connection that is dead. */
const graceMs = 2_000
/** For a question that a server answers at once. */
export const shortMs = 2_000

export interface Connections {
  readonly schema: string
  /** How long the process waits for an answer of the pool. */
  readonly answerTimeoutMs: number
  readonly pool: Connection
  /** One connection beside the pool for a question that a server answers at once; it connects when it is asked first. */
  readonly apart: Connection
  /** One more, for which its caller has to see that it ends. */
  another(): Connection
  close(): Promise<void>
}

/** No connection is made before the first statement. */
export function connectionsTo(options: PostgresOptions): Connections {
  const { poolSize = 10, connectTimeoutMs = 5_000, statementTimeoutMs = 30_000 } = options
  const { answerTimeoutMs = statementTimeoutMs + graceMs } = options
  const { address, schema } = addressOf(options)
  const settings = settingsOf(schema, connectTimeoutMs, statementTimeoutMs)
  // What the patch of the driver adds: a connection that nobody waits for any more makes room for another.
  const pool = postgres(address, { ...settings, max: poolSize, answer_timeout: answerTimeoutMs / 1_000 })
  const apart = postgres(address, {
    ...settings,
    max: 1,
    idle_timeout: 1,
    connect_timeout: Math.ceil(Math.min(connectTimeoutMs, shortMs) / 1_000),
    answer_timeout: Math.min(answerTimeoutMs, shortMs) / 1_000,
  })
  return {
    schema,
    answerTimeoutMs,
    pool,
    apart,
    another: () => postgres(address, { ...settings, max: 1 }),
    close: async () => {
      await Promise.all([pool.end({ timeout: 5 }), apart.end({ timeout: 0 })])
    },
  }
}

function settingsOf(schema: string, connectTimeoutMs: number, statementTimeoutMs: number) {
  return {
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
}

/** Arrays travel as text; the driver would ask each new connection for the types of all arrays. */
const arrayOf = (type: number) => ({
  to: type,
  from: [],
  serialize: (values: readonly unknown[]) => `{${values.map(arrayElement).join(',')}}`,
  parse: (text: string) => text,
})
const arrayElement = (value: unknown): string =>
  typeof value === 'number' ? String(value) : `"${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

const types: Record<string, postgres.PostgresType> = {
  // Counts, ordinals and Unix milliseconds: all far below 2^53.
  bigint: { to: 20, from: [20, 1700], serialize: String, parse: Number },
  integers: arrayOf(1007),
  bigints: arrayOf(1016),
  texts: arrayOf(1009),
  byteas: arrayOf(1001),
}

const schemaName = /^[a-z_][a-z0-9_]{0,62}$/

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
