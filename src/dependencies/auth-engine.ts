/**
 * What processes share about sign-in: the authorization server's stores, revocations, the ring of keys, the hand-over of
 * streams and limits, on SQLite in DATA_DIR for processes of one machine or on Redis (REDIS_URL) for any number anywhere.
 */
import { join } from 'node:path'
import { createProcessHandover } from '../adapters/handover/process.ts'
import { openKeyFolder } from '../adapters/keys/folder.ts'
import { mountedKeys } from '../adapters/keys/mounted.ts'
import type { RedisConnection } from '../adapters/redis/connection.ts'
import { openSqliteRevocationFeed } from '../adapters/sqlite/oidc/revocation-feed.ts'
import { holdsPeople, openSqliteOidcStores } from '../adapters/sqlite/oidc/stores.ts'
import type { Config } from '../config/config.ts'
import type { RateLimiter } from '../http/ports.ts'
import type { StreamHandover } from '../mcp/ports.ts'
import type { KeyStore, OidcStores } from '../oidc/ports.ts'
import type { RevocationFeed } from '../resource/ports.ts'
import { atFirstUse } from '../shared/at-first-use.ts'
import type { Clock } from '../shared/clock.ts'
import { closeUnheard } from '../shared/closing.ts'
import { Fault } from '../shared/fault.ts'
import type { HealthCheck } from '../shared/health.ts'
import type { Log } from '../shared/log.ts'
import type { Random } from '../shared/random.ts'
import type { Secret } from '../shared/secret.ts'
import type { UiSessions } from '../ui/ports.ts'
import { limitRules } from './limit-rules.ts'

export interface AuthEngine {
  /** As the start says it. */
  readonly name: string
  readonly stores: OidcStores
  readonly feed: RevocationFeed
  readonly handover: StreamHandover
  readonly limiter: RateLimiter
  readonly healthChecks: readonly HealthCheck[]
  /** For the role auth alone: a process that only verifies touches no private key. */
  openKeyStore(): Promise<KeyStore>
  /** For the role ui, at its first use. */
  openUiSessions(): Promise<UiSessions>
  close(): Promise<void>
}

interface Given {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** For whoever fills it: an empty Redis beside sign-in data in DATA_DIR is no mistake then. */
  readonly mayBeEmpty?: boolean
}

/** Where SQLite keeps what sign-in needs. */
export const signInFileOf = ({ dataDir }: Pick<Config, 'dataDir'>): string => join(dataDir, 'auth.db')

/** @throws Fault `unavailable` when the engine does not answer; `invalid` for a key that is none */
export const openAuthEngine = (config: Config, given: Given): Promise<AuthEngine> =>
  config.redisUrl === undefined ? openOnSqlite(config, given) : openOnRedis(config, config.redisUrl, given)

async function openOnSqlite(config: Config, { clock }: Given): Promise<AuthEngine> {
  const path = signInFileOf(config)
  const feed = openSqliteRevocationFeed({ path, clock, reserved: true })
  let stores: ReturnType<typeof openSqliteOidcStores>
  try {
    stores = openSqliteOidcStores({ path, clock, reserved: true })
  } catch (error) {
    await closeUnheard(() => feed.close())
    throw error
  }
  const handover = createProcessHandover()
  let uiSessions: { close(): void } | undefined
  return {
    name: 'SQLite',
    stores,
    feed,
    handover,
    limiter: loadedAtFirst(async () => {
      const { createProcessRateLimiter } = await import('../adapters/limits/process.ts')
      return createProcessRateLimiter(limitRules(config))
    }),
    healthChecks: [stores.health],
    openKeyStore: async () => keysOnDisk(config),
    async openUiSessions() {
      const { openSqliteUiSessions } = await import('../adapters/sqlite/ui/sessions.ts')
      const opened = openSqliteUiSessions({ path: join(config.dataDir, 'ui.db'), clock })
      uiSessions = opened
      return opened
    },
    async close() {
      uiSessions?.close()
      await handover.close()
      stores.close()
      await feed.close()
    },
  }
}

/** The adapters are loaded here and not above: without REDIS_URL a start does not pay for them. */
async function openOnRedis(
  config: Config,
  url: Secret,
  { clock, random, log, mayBeEmpty = false }: Given,
): Promise<AuthEngine> {
  const [{ openRedis }, { redisOidcStores }, { openRedisRevocationFeed }, { createRedisHandover }] = await Promise.all([
    import('../adapters/redis/connection.ts'),
    import('../adapters/redis/oidc/stores.ts'),
    import('../adapters/redis/revocation-feed.ts'),
    import('../adapters/redis/stream-handover.ts'),
  ])
  const redis = await openRedis({ url, keyPrefix: config.redisKeyPrefix })
  try {
    if (config.roles.has('auth')) await assertDurable(config, redis, log)
    const stores = redisOidcStores(redis, clock)
    if (!mayBeEmpty) await assertNotLeftBehind(config, stores)
    const feed = await openRedisRevocationFeed(redis, clock)
    const handover = createRedisHandover(redis, random, log)
    return {
      name: 'Redis',
      stores,
      feed,
      handover,
      limiter: loadedAtFirst(async () => {
        const { createRedisRateLimiter } = await import('../adapters/limits/redis.ts')
        return redis.call(async (client) => createRedisRateLimiter(client, redis.keyPrefix, limitRules(config)))
      }),
      healthChecks: [redis.health],
      async openKeyStore() {
        const { encryptionKey } = config.keys
        if (encryptionKey === undefined || areKeysOnDisk(config)) return keysOnDisk(config)
        const [{ redisKeyStore }, { createSeal }] = await Promise.all([
          import('../adapters/redis/key-store.ts'),
          import('../adapters/redis/seal.ts'),
        ])
        return redisKeyStore(redis, createSeal(encryptionKey))
      },
      async openUiSessions() {
        const { redisUiSessions } = await import('../adapters/redis/ui/sessions.ts')
        return redisUiSessions(redis, clock)
      },
      async close() {
        await handover.close()
        await feed.close()
        await redis.close()
      },
    }
  } catch (error) {
    await closeUnheard(() => redis.close())
    throw error
  }
}

/** An empty Redis beside a DATA_DIR that people signed in with would look as if all had been lost. */
async function assertNotLeftBehind(config: Config, { users }: Pick<OidcStores, 'users'>): Promise<void> {
  if (!holdsPeople(signInFileOf(config)) || (await users.list(1)).length > 0) return
  throw new Fault(
    'conflict',
    `REDIS_URL names an empty Redis, but people have signed in with the files in ${config.dataDir}. Move them with: ${config.command} migrate --from sqlite --to configured. Or set DATA_DIR to another folder.`,
    { code: 'redis_empty', field: 'REDIS_URL' },
  )
}

/** Redis here keeps what must not be lost: clients, people, what was allowed and what was revoked. */
async function assertDurable(config: Config, redis: RedisConnection, log: Log): Promise<void> {
  if (config.redisDurability === 'any') return
  const settings = await redis.settings(['appendonly', 'maxmemory-policy'])
  if (settings === undefined) {
    log.warn('Redis hides its configuration: see yourself that appendonly is yes and maxmemory-policy is noeviction')
    return
  }
  const wrong = [
    ...(settings.get('appendonly') === 'yes' ? [] : ['its append-only file is off (appendonly yes)']),
    ...(settings.get('maxmemory-policy') === 'noeviction' ? [] : ['it may evict keys (maxmemory-policy noeviction)']),
  ]
  if (wrong.length === 0) return
  throw new Fault(
    'invalid',
    `The Redis in REDIS_URL would lose sign-ins and revocations: ${wrong.join(', and ')}. Set it so, or set REDIS_DURABILITY=any if that may happen.`,
    { code: 'redis_not_durable', field: 'REDIS_URL' },
  )
}

/** The library of the limits is loaded by the first request that is limited: a start does not wait for it. */
function loadedAtFirst(load: () => Promise<RateLimiter>): RateLimiter {
  let loaded: RateLimiter | undefined
  const first = atFirstUse(async () => {
    loaded = await load()
    return loaded
  })
  return {
    take(rule, key, cost) {
      if (loaded !== undefined) return loaded.take(rule, key, cost)
      return first().then((limiter) => limiter.take(rule, key, cost))
    },
  }
}

/** Whether the signing keys are in a folder or mounted, and not in Redis. */
export const areKeysOnDisk = ({ redisUrl, keys }: Pick<Config, 'redisUrl' | 'keys'>): boolean =>
  redisUrl === undefined || keys.privateKey !== undefined || keys.encryptionKey === undefined

export const keysOnDisk = async ({ keys }: Pick<Config, 'keys'>): Promise<KeyStore> =>
  keys.privateKey === undefined ? openKeyFolder(keys.dir) : mountedKeys(keys.privateKey, keys.nextPrivateKey)
