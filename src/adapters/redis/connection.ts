/**
 * One connection to Redis 6.2 or later (a single server or one behind a failover, not a cluster: the scripts build their
 * keys), and the way every store here speaks to it. What must be atomic is one Lua script; what expires does so by the
 * engine's own expiry and, to the second, by the process's Clock.
 */
import { createHash } from 'node:crypto'
import { Redis, type RedisOptions as RedisOptionsOfDriver } from 'ioredis'
import { Fault } from '../../shared/fault.ts'
import type { HealthCheck } from '../../shared/health.ts'
import type { Secret } from '../../shared/secret.ts'

export interface RedisOptions {
  /** `redis://` or `rediss://`, with credentials if the server needs them. */
  readonly url: Secret
  /** Before every key, so that a server may be shared. */
  readonly keyPrefix: string
  readonly connectTimeoutMs?: number
  readonly commandTimeoutMs?: number
}

/** A Lua script, known to the server by its digest once it ran there. */
export interface Script {
  readonly lua: string
  readonly sha: string
}

export interface RedisConnection {
  readonly keyPrefix: string
  /** A key under the prefix: `key('session', id)`. */
  key(kind: string, id?: string): string
  /** Runs commands; whatever keeps the server from answering is `Fault('unavailable')`. */
  call<T>(work: (client: Redis) => Promise<T>): Promise<T>
  /** Runs a script as one atomic step. Its reply is what its author says it is. */
  run<Reply>(script: Script, keys: readonly string[], values: readonly (string | number)[]): Promise<Reply>
  /** What the server is set to; undefined where it does not say (many managed servers). */
  settings(names: readonly string[]): Promise<ReadonlyMap<string, string> | undefined>
  /** A second connection with the same settings, for subscriptions. */
  duplicate(): Redis
  readonly health: HealthCheck
  close(): Promise<void>
}

/** What listens is silent for as long as nothing happens, and looks after itself. */
const withoutEnd: Partial<RedisOptionsOfDriver> = { socketTimeout: undefined }

export const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') })

/** Connects. @throws Fault `unavailable` when the server does not answer or refuses the credentials */
export async function openRedis(options: RedisOptions): Promise<RedisConnection> {
  const { url, keyPrefix, connectTimeoutMs = 2_000, commandTimeoutMs = 2_000 } = options
  const client = new Redis(url.reveal(), {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // A connection on which nothing comes though something is owed is given up: the network would keep it for a quarter of an hour.
    socketTimeout: 2 * commandTimeoutMs,
    // A command that was under way when the connection broke may have run: sending it again could spend a token twice.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
  })
  // Each command that fails says so to its caller; without a listener ioredis prints to the console.
  client.on('error', () => undefined)

  const call = async <T>(work: (client: Redis) => Promise<T>): Promise<T> => {
    try {
      return await work(client)
    } catch (error) {
      throw redisFault(error)
    }
  }
  try {
    await client.connect()
  } catch (error) {
    client.disconnect()
    throw new Fault('unavailable', 'Redis does not answer at the address in REDIS_URL, or refuses its credentials.', {
      cause: error,
      retryAfterSeconds: 1,
    })
  }

  return {
    keyPrefix,
    key: (kind, id) => (id === undefined ? keyPrefix + kind : `${keyPrefix}${kind}:${id}`),
    call,
    run: <Reply>({ lua, sha }: Script, keys: readonly string[], values: readonly (string | number)[]) =>
      call(async () => {
        try {
          return (await client.evalsha(sha, keys.length, ...keys, ...values)) as Reply
        } catch (error) {
          if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
          return (await client.eval(lua, keys.length, ...keys, ...values)) as Reply
        }
      }),
    async settings(names) {
      try {
        const known = new Map<string, string>()
        for (const name of names) {
          const [, value] = (await client.config('GET', name)) as string[]
          if (value === undefined) return undefined
          known.set(name, value)
        }
        return known
      } catch (error) {
        // Refused, as opposed to not answered: the server is there.
        if (error instanceof Error && /NOPERM|unknown command|ERR/.test(error.message)) return undefined
        throw redisFault(error)
      }
    },
    duplicate: () => {
      const second = client.duplicate(withoutEnd)
      second.on('error', () => undefined)
      return second
    },
    health: {
      engine: 'redis',
      needed: true,
      async check() {
        try {
          await client.ping()
          return { state: 'up' }
        } catch {
          return { state: 'down', detail: 'Redis does not answer.' }
        }
      },
    },
    async close() {
      client.disconnect()
    },
  }
}

export const redisFault = (cause: unknown): Fault =>
  cause instanceof Fault
    ? cause
    : new Fault('unavailable', 'Redis does not answer. Try again.', { cause, retryAfterSeconds: 1 })
