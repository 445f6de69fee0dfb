import { describe, expect, test } from 'bun:test'
import type { OidcStores } from '../../src/oidc/ports.ts'
import { type OpenStores, race } from './opened.ts'
import { client, clientId, hash, startSeconds } from './records.ts'

const idsOf = async ({ clients }: OidcStores) => (await clients.list(200)).map(({ id }): string => id)

export function describeClientStore(engine: string, open: OpenStores): void {
  describe(`ClientStore on ${engine}`, () => {
    test('RFC 7591 section 2: a client comes back with all of its metadata', async () => {
      const { stores } = await open()
      const full = client({
        secretHash: hash('secret'),
        authMethods: ['client_secret_basic', 'private_key_jwt'],
        clientUri: 'https://app.example',
        logoUri: 'https://app.example/logo.png',
        jwks: { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB', use: 'sig', key_ops: [] }] },
        registrationTokenHash: hash('registration'),
        expiresAt: startSeconds + 60,
      })
      await stores.clients.save(full)
      expect(await stores.clients.find(full.id)).toEqual(full)
      expect(await stores.clients.find(clientId('other'))).toBeUndefined()
    })

    test('saving again replaces: what is left out is gone, the expiry too', async () => {
      const { stores, clock } = await open()
      await stores.clients.save(client({ logoUri: 'https://app.example/logo.png', expiresAt: startSeconds + 60 }))
      await stores.clients.save(client({ name: 'Renamed' }))
      clock.advanceSeconds(61)
      expect(await stores.clients.find(clientId())).toEqual(client({ name: 'Renamed' }))
    })

    test('an update changes what is there, the expiry too, and leaves absent what is not', async () => {
      const { stores, clock } = await open()
      await stores.clients.save(client({ expiresAt: startSeconds + 60 }))
      const changed = await stores.clients.update(clientId(), ({ expiresAt: _, ...kept }) => ({ ...kept, name: 'New' }))
      expect(changed).toEqual(client({ name: 'New' }))
      clock.advanceSeconds(61)
      expect(await stores.clients.find(clientId())).toEqual(client({ name: 'New' }))
      expect(await stores.clients.update(clientId('gone'), (current) => current)).toBeUndefined()
      expect(await stores.clients.find(clientId('gone'))).toBeUndefined()
      await stores.clients.save(client({ id: clientId('over'), expiresAt: startSeconds + 62 }))
      clock.advanceSeconds(1)
      expect(await stores.clients.update(clientId('over'), (current) => current)).toBeUndefined()
    })

    test('100 parallel updates are all counted: none overwrites another', async () => {
      const opened = await open()
      await opened.stores.clients.save(client({ name: '' }))
      await race(opened, (stores) => stores.clients.update(clientId(), (one) => ({ ...one, name: `${one.name}x` })))
      expect((await opened.stores.clients.find(clientId()))?.name).toHaveLength(100)
    })

    test('100 updates at once with a deletion: the client stays deleted', async () => {
      const opened = await open()
      await opened.stores.clients.save(client())
      await race<unknown>(opened, (stores, index) =>
        index === 50 ? stores.clients.delete(clientId()) : stores.clients.update(clientId(), (current) => current),
      )
      expect(await opened.stores.clients.find(clientId())).toBeUndefined()
      expect(await opened.stores.clients.list(10)).toEqual([])
    })

    test('a dynamic client that was never granted anything is gone when it expires, and no longer counted or listed', async () => {
      const { stores, clock } = await open()
      await stores.clients.save(client({ id: clientId('unused'), expiresAt: startSeconds + 60 }))
      await stores.clients.save(client({ id: clientId('used') }))
      const newcomer = client({ id: clientId('new'), expiresAt: startSeconds + 600 })
      clock.advanceSeconds(59)
      expect(await stores.clients.saveWithin(2, newcomer, 0)).toBe(false)
      clock.advanceSeconds(1)
      expect(await stores.clients.find(clientId('unused'))).toBeUndefined()
      expect((await stores.clients.list(10)).map(({ id }) => id)).toEqual([clientId('used')])
      expect(await stores.clients.delete(clientId('unused'))).toBe(false)
      expect(await stores.clients.saveWithin(2, newcomer, 0)).toBe(true)
    })

    test('of 100 that register at once as many are kept as the cap allows, and nothing of the others', async () => {
      const opened = await open()
      await opened.stores.clients.save(client({ id: clientId('used') }))
      const kept = await race(opened, (stores, index) =>
        stores.clients.saveWithin(
          10,
          client({ id: clientId(`${index}`), expiresAt: startSeconds + 600 }),
          startSeconds,
        ),
      )
      const expected = kept.flatMap((isKept, index) => (isKept ? [`${index}`] : []))
      expect(expected).toHaveLength(9)
      expect(await idsOf(opened.stores)).toEqual([...expected, 'used'].sort())
    })

    test('100 at once that may take the place of unused ones leave as many as the cap allows', async () => {
      const opened = await open()
      for (let index = 0; index < 10; index++)
        await opened.stores.clients.save(client({ id: clientId(`old ${index}`), expiresAt: startSeconds + 60 + index }))
      const kept = await race(opened, (stores, index) =>
        stores.clients.saveWithin(
          10,
          client({ id: clientId(`${index}`), expiresAt: startSeconds + 600 }),
          startSeconds + 65,
        ),
      )
      expect(kept.filter(Boolean)).toHaveLength(5)
      const ids = await idsOf(opened.stores)
      expect(ids).toHaveLength(10)
      expect(ids.filter((id) => id.startsWith('old'))).toEqual(['old 5', 'old 6', 'old 7', 'old 8', 'old 9'])
    })

    test('only dynamic clients count towards the cap, each once, and a client may change its kind', async () => {
      const { stores } = await open()
      const newcomer = client({ id: clientId('new'), expiresAt: startSeconds + 600 })
      await stores.clients.save(client({ id: clientId('a') }))
      await stores.clients.save(client({ id: clientId('a'), name: 'again' }))
      await stores.clients.save(client({ id: clientId('b'), kind: 'manual' }))
      await stores.clients.save(client({ id: clientId('https://app.example/client.json'), kind: 'document' }))
      expect(await stores.clients.saveWithin(1, newcomer, startSeconds)).toBe(false)
      await stores.clients.save(client({ id: clientId('a'), kind: 'manual' }))
      expect(await stores.clients.saveWithin(1, newcomer, startSeconds)).toBe(true)
    })

    test('what makes room is the dynamic client that expires first, never one that was allowed or is younger', async () => {
      const { stores, another } = await open()
      for (const [id, seconds] of [
        ['second', 200],
        ['first', 100],
        ['young', 900],
      ] as const)
        await stores.clients.save(client({ id: clientId(id), expiresAt: startSeconds + seconds }))
      await stores.clients.save(client({ id: clientId('used') }))
      await stores.clients.save(client({ id: clientId('manual'), kind: 'manual' }))
      const newcomer = (id: string) => client({ id: clientId(id), expiresAt: startSeconds + 900 })
      expect(await another().clients.saveWithin(4, newcomer('x'), startSeconds + 900)).toBe(true)
      expect(await idsOf(stores)).toEqual(['manual', 'second', 'used', 'x', 'young'])
      expect(await stores.clients.saveWithin(4, newcomer('y'), startSeconds + 900)).toBe(true)
      expect(await stores.clients.saveWithin(4, newcomer('z'), startSeconds + 900)).toBe(false)
      expect(await idsOf(stores)).toEqual(['manual', 'used', 'x', 'y', 'young'])
    })

    test('where the cap was lowered, those that nobody allowed go until it holds, 64 at a time; with a cap of none nobody comes', async () => {
      const { stores } = await open()
      for (let index = 0; index < 80; index++)
        await stores.clients.save(client({ id: clientId(`${index}`), expiresAt: startSeconds + 60 }))
      const newcomer = client({ id: clientId('new'), expiresAt: startSeconds + 600 })
      expect(await stores.clients.saveWithin(10, newcomer, startSeconds + 61)).toBe(false)
      expect(await idsOf(stores)).toHaveLength(16)
      expect(await stores.clients.saveWithin(10, newcomer, startSeconds + 61)).toBe(true)
      expect(await idsOf(stores)).toHaveLength(10)
      expect(await stores.clients.saveWithin(0, client({ id: clientId('newer') }), startSeconds + 61)).toBe(false)
      expect(await idsOf(stores)).toEqual(['new'])
    })

    test('clients are listed by id, a page at a time, without gap or repetition', async () => {
      const { stores } = await open()
      const ids = Array.from({ length: 25 }, (_, index) => clientId(`client ${String(index).padStart(2, '0')}`))
      for (const id of [...ids].reverse()) await stores.clients.save(client({ id }))
      const first = await stores.clients.list(10)
      const second = await stores.clients.list(10, first.at(-1)?.id)
      const third = await stores.clients.list(10, second.at(-1)?.id)
      expect([...first, ...second, ...third].map(({ id }) => id)).toEqual(ids)
      expect(await stores.clients.list(10, third.at(-1)?.id)).toEqual([])
    })

    test('a deleted client is gone everywhere; deleting says whether there was one', async () => {
      const opened = await open()
      await opened.stores.clients.save(client())
      expect(await opened.stores.clients.delete(clientId())).toBe(true)
      expect(await opened.stores.clients.delete(clientId())).toBe(false)
      expect(await opened.another().clients.find(clientId())).toBeUndefined()
      expect(await opened.stores.clients.list(10)).toEqual([])
      expect(await opened.stores.clients.saveWithin(1, client(), startSeconds)).toBe(true)
    })

    test('a client outlives a restart', async () => {
      const opened = await open()
      await opened.stores.clients.save(client())
      expect(await (await opened.restart()).clients.find(clientId())).toEqual(client())
    })
  })
}
