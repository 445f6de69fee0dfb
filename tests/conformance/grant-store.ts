import { describe, expect, test } from 'bun:test'
import type { Grant } from '../../src/oidc/ports.ts'
import { portions } from '../../src/shared/portions.ts'
import { failureOf } from '../support/failure.ts'
import { type OpenStores, race } from './opened.ts'
import { clientId, grant, grantId, ownerId, startSeconds } from './records.ts'

export function describeGrantStore(engine: string, open: OpenStores): void {
  describe(`GrantStore on ${engine}`, () => {
    test('a grant is found by its id and by owner and client, and by nobody else', async () => {
      const { stores } = await open()
      await stores.grants.save(grant())
      expect(await stores.grants.findById(grantId())).toEqual(grant())
      expect(await stores.grants.find(ownerId(), clientId())).toEqual(grant())
      expect(await stores.grants.find(ownerId('other'), clientId())).toBeUndefined()
      expect(await stores.grants.find(ownerId(), clientId('other'))).toBeUndefined()
    })

    test('owner and client are told apart wherever the boundary between their ids lies', async () => {
      const { stores } = await open()
      await stores.grants.save(grant({ ownerId: ownerId('a:b'), clientId: clientId('c') }))
      expect(await stores.grants.find(ownerId('a'), clientId('b:c'))).toBeUndefined()
    })

    test('there is one grant for each owner and client: the later replaces the earlier, and the first id stays', async () => {
      const { stores } = await open()
      await stores.grants.save(grant())
      await stores.grants.save(grant({ scopes: ['openid', 'memories:write'] }))
      expect((await stores.grants.list(ownerId())).map(({ scopes }) => scopes)).toEqual([['openid', 'memories:write']])
      expect(await stores.grants.save(grant({ id: grantId('new') }))).toEqual(grant())
      expect(await stores.grants.list(ownerId())).toEqual([grant()])
      expect(await stores.grants.findById(grantId('new'))).toBeUndefined()
    })

    test('100 parallel consents of one person for one client leave one grant, which all are told', async () => {
      const opened = await open()
      const kept = await race(opened, (stores, index) => stores.grants.save(grant({ id: grantId(`grant ${index}`) })))
      const left = await opened.stores.grants.list(ownerId())
      expect(left).toHaveLength(1)
      expect(new Set(kept.map(({ id }) => id))).toEqual(new Set(left.map(({ id }) => id)))
      expect(await opened.stores.grants.find(ownerId(), clientId())).toEqual(left[0])
    })

    test("a grant's id cannot be taken over by another person", async () => {
      const { stores } = await open()
      await stores.grants.save(grant())
      expect(await failureOf(stores.grants.save(grant({ ownerId: ownerId('other') })))).toMatchObject({
        kind: 'conflict',
      })
      expect(await stores.grants.findById(grantId())).toEqual(grant())
    })

    test('the list has one person’s grants, the latest first', async () => {
      const { stores } = await open()
      for (const name of ['a', 'b', 'c']) {
        const updatedAt = startSeconds + name.charCodeAt(0)
        await stores.grants.save(grant({ id: grantId(name), clientId: clientId(name), updatedAt }))
      }
      await stores.grants.save(grant({ id: grantId('foreign'), ownerId: ownerId('other') }))
      expect((await stores.grants.list(ownerId())).map(({ id }) => id)).toEqual(['c', 'b', 'a'].map(grantId))
    })

    test('all of a person’s grants are read in portions, in order of id, however many they are', async () => {
      const { stores } = await open()
      const names = Array.from({ length: 1_203 }, (_, n) => `g${String(n).padStart(5, '0')}`)
      await Promise.all(
        names.toReversed().map((name) => stores.grants.save(grant({ id: grantId(name), clientId: clientId(name) }))),
      )
      await stores.grants.save(grant({ id: grantId('foreign'), ownerId: ownerId('other') }))
      const read: string[] = []
      for await (const some of portions<Grant>((limit, after) => stores.grants.listInOrder(ownerId(), limit, after))) {
        read.push(...some.map(({ id }) => id))
      }
      expect(read).toEqual(names)
    })

    test('only the owner revokes, once', async () => {
      const { stores } = await open()
      await stores.grants.save(grant())
      expect(await stores.grants.revoke(ownerId('other'), grantId())).toBe(false)
      expect(await stores.grants.revoke(ownerId(), grantId())).toBe(true)
      expect(await stores.grants.revoke(ownerId(), grantId())).toBe(false)
      expect(await stores.grants.find(ownerId(), clientId())).toBeUndefined()
      expect(await stores.grants.findById(grantId())).toBeUndefined()
      expect(await stores.grants.list(ownerId())).toEqual([])
    })

    test("a client's list has the grants of everyone who allowed it, until each is revoked", async () => {
      const { stores } = await open()
      const ids = async () => (await stores.grants.listByClient(clientId())).map(({ id }) => id).sort()
      expect(await ids()).toEqual([])
      await stores.grants.save(grant({ id: grantId('a'), ownerId: ownerId('a') }))
      await stores.grants.save(grant({ id: grantId('b'), ownerId: ownerId('b') }))
      await stores.grants.save(grant({ id: grantId('foreign'), clientId: clientId('other') }))
      expect(await ids()).toEqual(['a', 'b'].map(grantId))
      expect(await stores.grants.listByClient(clientId('other'))).toEqual([
        grant({ id: grantId('foreign'), clientId: clientId('other') }),
      ])
      await stores.grants.revoke(ownerId('a'), grantId('a'))
      await stores.grants.save(grant({ id: grantId('b again'), ownerId: ownerId('b') }))
      expect(await ids()).toEqual([grantId('b')])
      await stores.grants.revoke(ownerId('b'), grantId('b'))
      expect(await ids()).toEqual([])
    })

    test('a grant does not expire and outlives a restart', async () => {
      const opened = await open()
      await opened.stores.grants.save(grant())
      opened.clock.advanceSeconds(10 * 365 * 86_400)
      expect(await (await opened.restart()).grants.find(ownerId(), clientId())).toEqual(grant())
    })
  })
}
