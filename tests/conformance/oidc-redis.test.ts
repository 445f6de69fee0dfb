import { afterEach, describe, expect, test } from 'bun:test'
import { redisOidcStores } from '../../src/adapters/redis/oidc/stores.ts'
import type { OwnerId } from '../../src/shared/brand.ts'
import { engineUrl } from '../support/engines.ts'
import { testClock } from '../support/time.ts'
import { describeOidcStores } from './oidc-stores.ts'
import {
  authorization,
  client,
  clientId,
  familyId,
  grant,
  hash,
  issuedCode,
  refreshToken,
  session,
  startSeconds,
  user,
} from './records.ts'
import { startRedis } from './redis-engine.ts'

const url = engineUrl('REDIS_URL')

if (url !== undefined) {
  const cleanups: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  const open = async () => {
    const { admin, keyPrefix, connect, stop } = await startRedis(url)
    cleanups.push(stop)
    const clock = testClock()
    const [first, second] = [await connect(), await connect()]
    return {
      admin,
      keyPrefix,
      stores: redisOidcStores(first, clock),
      clock,
      another: () => redisOidcStores(second, clock),
      async restart() {
        await Promise.all([first.close(), second.close()])
        return redisOidcStores(await connect(), clock)
      },
    }
  }

  describeOidcStores('Redis', open)

  describe('Expiry on Redis', () => {
    test("what expires carries the engine's own expiry; clients, people and grants have none", async () => {
      const { stores, admin, keyPrefix } = await open()
      await stores.authorizations.create(authorization())
      await stores.authorizations.update(authorization().id, (current) => ({ ...current, attempts: 1 }))
      await stores.codes.create(hash('code'), issuedCode())
      await stores.codes.create(hash('spent'), issuedCode())
      await stores.codes.take(hash('spent'), startSeconds + 600)
      await stores.refreshTokens.create(hash('token'), refreshToken())
      const by = { clientId: clientId(), now: startSeconds, graceSeconds: 30 }
      await stores.refreshTokens.rotate(hash('token'), { hash: hash('next'), expiresAt: startSeconds + 86_400 }, by)
      await stores.refreshTokens.revokeFamily(familyId())
      await stores.refreshTokens.create(hash('other'), refreshToken({ familyId: familyId('other') }))
      await stores.sessions.create(session())
      await stores.consoleCodes.create({
        selector: 'ABCD',
        hash: hash('x'),
        ownerId: session().ownerId,
        triesLeft: 5,
        expiresAt: startSeconds + 900,
      })
      await stores.replays.claim(hash('jti'), startSeconds + 60)
      await stores.clients.save(client({ id: clientId('unused'), expiresAt: startSeconds + 60 }))
      await stores.clients.save(client())
      await stores.users.create(user())
      await stores.grants.save(grant())

      const kept: string[] = []
      for (const key of await admin.keys(`${keyPrefix}*`)) {
        const seconds = await admin.ttl(key)
        // The mark of a code goes a day after the last token that came of it.
        expect(seconds).toBeLessThanOrEqual(2 * 86_400)
        if (seconds < 0) kept.push(key.slice(keyPrefix.length).replace(/:.*/, ''))
      }
      expect(kept.sort()).toEqual(
        [
          'client',
          'client-grants',
          'clients',
          'clients-by-expiry',
          'clients-dynamic',
          'grant',
          'identity',
          'owner-grants',
          'provider-users',
          'user',
          'user-identities',
          'users',
        ].sort(),
      )
    })
  })
  describe('People of before providers had an index', () => {
    test('are entered when it is first asked, once, and whoever goes meanwhile stays away', async () => {
      const { stores, admin, keyPrefix } = await open()
      const ids = Array.from({ length: 1_200 }, (_, at) => `${at}` as OwnerId)
      const identitiesOf = (id: OwnerId) => [{ provider: id === '7' ? 'console' : 'google', subject: id }]
      await Promise.all(ids.map((id) => stores.users.create(user({ id, identities: identitiesOf(id) }))))
      await admin.del(`${keyPrefix}provider-users:google`, `${keyPrefix}provider-users:console`)
      const [hasConsole] = await Promise.all([
        stores.users.hasProvider('console'),
        stores.users.delete(ids[999] as OwnerId),
      ])
      expect(hasConsole).toBe(true)
      expect((await admin.smembers(`${keyPrefix}provider-users:google`)).sort()).toEqual(
        ids.filter((id) => id !== '7' && id !== '999').sort(),
      )
      expect(await stores.users.hasProvider('another')).toBe(false)
      await admin.srem(`${keyPrefix}provider-users:google`, ...ids)
      expect(await stores.users.hasProvider('google')).toBe(false)
    })
  })
}
