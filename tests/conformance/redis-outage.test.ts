import { afterEach, describe, expect, test } from 'bun:test'
import { openRedis } from '../../src/adapters/redis/connection.ts'
import { redisOidcStores } from '../../src/adapters/redis/oidc/stores.ts'
import { openRedisRevocationFeed } from '../../src/adapters/redis/revocation-feed.ts'
import { Fault } from '../../src/shared/fault.ts'
import { Secret } from '../../src/shared/secret.ts'
import { cutProxy } from '../support/cut-proxy.ts'
import { engineUrl } from '../support/engines.ts'
import { testClock } from '../support/time.ts'
import { client, clientId, familyId, hash, issuedCode, refreshToken, session, startSeconds } from './records.ts'
import { startRedis } from './redis-engine.ts'

const kindOf = (error: unknown) => (error instanceof Fault ? error.kind : error)
const failure = (work: Promise<unknown>) => work.then(() => 'answered', kindOf)

async function eventually(condition: () => Promise<boolean> | boolean, withinMs = 5_000): Promise<boolean> {
  const until = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > until) return false
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return true
}

const url = engineUrl('REDIS_URL')

if (url !== undefined) {
  const cleanups: (() => unknown)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  /** One process whose way to Redis can be cut, and one that always reaches it. */
  const open = async (commandTimeoutMs = 300) => {
    const engine = await startRedis(url)
    const proxy = await cutProxy(new URL(url))
    cleanups.push(engine.stop, proxy.close)
    const clock = testClock()
    const connection = await engine.connect(proxy.url.href, commandTimeoutMs)
    const reliable = await engine.connect()
    return { clock, connection, reliable, proxy, stores: redisOidcStores(connection, clock) }
  }

  describe('When Redis does not answer', () => {
    for (const outage of ['cut', 'deafen'] as const) {
      test(`${outage}: every step is unavailable within its timeout, never "unknown" and never a false "revoked"`, async () => {
        const { stores, proxy } = await open()
        await stores.codes.create(hash('code'), issuedCode())
        await stores.refreshTokens.create(hash('token'), refreshToken())
        await stores.sessions.create(session())
        proxy[outage]()
        const by = { clientId: clientId(), now: startSeconds, graceSeconds: 30 }
        const next = { hash: hash('next'), expiresAt: startSeconds + 60 }
        const outcomes = await Promise.all(
          [
            stores.codes.take(hash('code'), startSeconds + 60),
            stores.refreshTokens.find(hash('token')),
            stores.refreshTokens.familyOf(hash('token')),
            stores.refreshTokens.rotate(hash('token'), next, by),
            stores.refreshTokens.revokeFamily(familyId()),
            stores.sessions.find(session().id),
            stores.clients.find(clientId()),
            stores.clients.saveWithin(1, client(), startSeconds),
            stores.replays.claim(hash('jti'), startSeconds + 60),
            stores.consoleCodes.redeem('ABCD', hash('x')),
            stores.users.list(10),
            stores.grants.listByClient(clientId()),
            stores.authorizations.delete(hash('authorization')),
          ].map(failure),
        )
        expect(new Set(outcomes)).toEqual(new Set(['unavailable']))
      })
    }

    test('a connection on which nothing comes any more is given up, and another takes its place', async () => {
      const { stores, proxy } = await open(100)
      await stores.sessions.create(session())
      proxy.deafen()
      expect(await failure(stores.sessions.find(session().id))).toBe('unavailable')
      await Bun.sleep(300)
      proxy.mend()
      let found: unknown
      for (let tries = 0; tries < 30 && found === undefined; tries++) {
        found = await stores.sessions.find(session().id).catch(() => undefined)
        await Bun.sleep(20)
      }
      expect(found).toMatchObject({ id: session().id })
    })

    test('after the outage everything is there, and what was never sent was not spent', async () => {
      const { stores, proxy } = await open()
      await stores.codes.create(hash('code'), issuedCode())
      proxy.cut()
      expect(await failure(stores.codes.take(hash('code'), startSeconds + 60))).toBe('unavailable')
      proxy.mend()
      expect(
        await eventually(() =>
          stores.sessions.find(session().id).then(
            () => true,
            () => false,
          ),
        ),
      ).toBe(true)
      expect(await stores.codes.take(hash('code'), startSeconds + 60)).toMatchObject({ outcome: 'taken' })
    })

    test('health is down meanwhile, and says neither address nor password', async () => {
      const { connection, proxy } = await open()
      expect(await connection.health.check()).toEqual({ state: 'up' })
      proxy.cut()
      const health = await connection.health.check()
      expect(health).toMatchObject({ state: 'down' })
      expect(JSON.stringify(health)).not.toContain('127.0.0.1')
    })

    test('a start without Redis, or with a wrong password, is refused as unavailable', async () => {
      const wrong = new URL(url)
      wrong.password = 'wrong'
      const nowhere = new URL(url)
      nowhere.port = '1'
      for (const refused of [wrong, nowhere]) {
        expect(
          await failure(openRedis({ url: new Secret(refused.href), keyPrefix: 'souvenir:', connectTimeoutMs: 500 })),
        ).toBe('unavailable')
      }
    })
  })

  describe('A revocation feed whose connection is lost', () => {
    const revocation = (id: string) => ({ kind: 'token', id, expiresAt: startSeconds + 3_600 }) as const

    test('stops being fresh, and hears on its return all that was revoked meanwhile, in order', async () => {
      const { clock, connection, reliable, proxy } = await open()
      const lost = await openRedisRevocationFeed(connection, clock)
      const elsewhere = await openRedisRevocationFeed(reliable, clock)
      cleanups.push(lost.close, elsewhere.close)
      const heard: string[] = []
      lost.subscribe(({ id }) => heard.push(id))
      await elsewhere.revoke(revocation('before'))
      expect(await eventually(() => heard.length === 1)).toBe(true)

      proxy.cut()
      expect(await failure(lost.revoke(revocation('not kept')))).toBe('unavailable')
      const lastFresh = lost.freshAt()
      clock.advanceSeconds(6)
      await elsewhere.revoke(revocation('first'))
      await elsewhere.revoke(revocation('second'))
      await new Promise((resolve) => setTimeout(resolve, 1_200))
      await lost.catchUp()
      expect(lost.freshAt()).toBe(lastFresh)
      expect(heard).toEqual(['before'])

      proxy.mend()
      expect(await eventually(() => heard.length === 3)).toBe(true)
      expect(heard).toEqual(['before', 'first', 'second'])
      expect(await eventually(() => lost.freshAt() === clock.now())).toBe(true)
    }, 15_000)
  })
}
