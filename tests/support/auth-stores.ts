/** The stores that tests over HTTP stand on: SQLite in memory, or Redis with `AUTH_STORES=redis` and REDIS_URL. */
import { redisOidcStores } from '../../src/adapters/redis/oidc/stores.ts'
import { openSqliteOidcStores } from '../../src/adapters/sqlite/oidc/stores.ts'
import type { OidcStores } from '../../src/oidc/ports.ts'
import type { Clock } from '../../src/shared/clock.ts'
import { startRedis } from '../conformance/redis-engine.ts'

interface AuthStores {
  readonly stores: OidcStores
  close(): void | Promise<void>
}

export function openAuthStores(clock: Clock): AuthStores {
  const engine = process.env.AUTH_STORES ?? 'sqlite'
  if (engine === 'redis') return openRedisStores(clock)
  if (engine !== 'sqlite') throw new Error(`AUTH_STORES is sqlite or redis, not ${engine}`)
  const stores = openSqliteOidcStores({ path: ':memory:', clock })
  return { stores, close: () => stores.close() }
}

/** Given at once; each call waits for the connection. */
function openRedisStores(clock: Clock): AuthStores {
  const url = process.env.REDIS_URL
  if (url === undefined) throw new Error('AUTH_STORES=redis needs REDIS_URL')
  const opened = startRedis(url).then(async (engine) => ({
    engine,
    stores: redisOidcStores(await engine.connect(), clock),
  }))
  const store = (name: string) =>
    new Proxy(
      {},
      {
        get:
          (_store, method) =>
          async (...input: unknown[]) => {
            const target: object = Reflect.get((await opened).stores, name)
            return Reflect.apply(Reflect.get(target, method), target, input)
          },
      },
    )
  const stores = new Proxy({} as OidcStores, { get: (_stores, name) => store(String(name)) })
  return { stores, close: async () => (await opened).engine.stop() }
}
