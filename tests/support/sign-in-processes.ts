/**
 * What the sign-in processes of a test stand on: stores, a feed and keys for each of them, opened as separate processes would open
 * them, so that only the engine is shared. One process or two, on SQLite or Redis (auth-shape.ts).
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisKeyStore } from '../../src/adapters/redis/key-store.ts'
import { redisOidcStores } from '../../src/adapters/redis/oidc/stores.ts'
import { openRedisRevocationFeed } from '../../src/adapters/redis/revocation-feed.ts'
import { createSeal } from '../../src/adapters/redis/seal.ts'
import { openSqliteRevocationFeed } from '../../src/adapters/sqlite/oidc/revocation-feed.ts'
import { openSqliteOidcStores } from '../../src/adapters/sqlite/oidc/stores.ts'
import type { KeyStore, OidcStores } from '../../src/oidc/ports.ts'
import type { RevocationFeed } from '../../src/resource/ports.ts'
import type { Clock } from '../../src/shared/clock.ts'
import { Secret } from '../../src/shared/secret.ts'
import { startRedis } from '../conformance/redis-engine.ts'
import { authStores, redisUrl, signInProcesses } from './auth-shape.ts'
import { memoryKeyStore } from './memory-key-store.ts'
import { signingKeys } from './signing-keys.ts'

interface SignInProcess {
  readonly stores: OidcStores
  readonly feed: RevocationFeed
  readonly keyStore: KeyStore
}

export type SignInProcesses = readonly [SignInProcess, ...SignInProcess[]]

interface Engine {
  open(): Promise<SignInProcess>
  close(): Promise<void>
}

export async function openSignInProcesses(clock: Clock) {
  const engine = authStores === 'redis' ? await redisEngine(clock) : sqliteEngine(clock)
  const processes: SignInProcesses = [await engine.open()]
  await processes[0].keyStore.save(await signingKeys(clock.now()), [])
  const all = signInProcesses === 1 ? processes : ([...processes, await engine.open()] as const)
  return {
    processes: all,
    heard: whenHeard(all.map(({ feed }) => feed)),
    async close() {
      for (const { feed } of all) await feed.close()
      await engine.close()
    },
  }
}

function sqliteEngine(clock: Clock): Engine {
  const folder = signInProcesses === 1 ? undefined : mkdtempSync(join(tmpdir(), 'souvenir-auth-'))
  const path = folder === undefined ? ':memory:' : join(folder, 'auth.db')
  const opened: { close(): void }[] = []
  const keyStore = memoryKeyStore()
  return {
    async open() {
      const stores = openSqliteOidcStores({ path, clock })
      opened.push(stores)
      return { stores, feed: openSqliteRevocationFeed({ path, clock }), keyStore }
    },
    async close() {
      for (const stores of opened) stores.close()
      if (folder !== undefined) rmSync(folder, { recursive: true })
    },
  }
}

async function redisEngine(clock: Clock): Promise<Engine> {
  const engine = await startRedis(redisUrl())
  const seal = createSeal(new Secret(randomBytes(32).toString('base64')))
  return {
    async open() {
      const redis = await engine.connect()
      return {
        stores: redisOidcStores(redis, clock),
        feed: await openRedisRevocationFeed(redis, clock),
        keyStore: redisKeyStore(redis, seal),
      }
    },
    close: () => engine.stop(),
  }
}

/**
 * Resolves once every process has heard of what any of them revoked. Processes promise each other to hear within a second;
 * tests/e2e/redis.test.ts shows it, and here a test need not wait for it at each step.
 */
export function whenHeard(feeds: readonly RevocationFeed[]): () => Promise<void> {
  const heard = feeds.map((feed) => {
    const ids = new Set<string>()
    feed.subscribe(({ kind, id }) => ids.add(`${kind} ${id}`))
    return ids
  })
  return async () => {
    for (let tries = 0; heard.length > 1; tries++) {
      const all = new Set(heard.flatMap((ids) => [...ids]))
      if (heard.every(({ size }) => size === all.size)) return
      if (tries > 2_000) throw new Error('a process did not hear of a revocation')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}
