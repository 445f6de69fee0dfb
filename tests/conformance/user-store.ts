import { describe, expect, test } from 'bun:test'
import { Fault } from '../../src/shared/fault.ts'
import { type OpenStores, race } from './opened.ts'
import { ownerId, user } from './records.ts'

const google = { provider: 'google', subject: '1084' }

const faultKind = (error: unknown) => (error instanceof Fault ? error.kind : error)

export function describeUserStore(engine: string, open: OpenStores): void {
  describe(`UserStore on ${engine}`, () => {
    test('a user is found by id and by each identity', async () => {
      const { stores } = await open()
      const ada = user({ email: 'ada@example.com', emailVerified: true, identities: [...user().identities, google] })
      await stores.users.create(ada)
      expect(await stores.users.find(ada.id)).toEqual(ada)
      expect(await stores.users.findByIdentity(google)).toEqual(ada)
      expect(await stores.users.findByIdentity({ provider: 'console', subject: 'Ada' })).toEqual(ada)
      expect(await stores.users.findByIdentity({ provider: 'console', subject: '1084' })).toBeUndefined()
      expect(await stores.users.find(ownerId('other'))).toBeUndefined()
    })

    test('100 parallel first sign-ins of one person make one user; the others learn of the conflict', async () => {
      const opened = await open()
      const outcomes = await race(opened, (stores) => stores.users.create(user()).catch(faultKind))
      expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(1)
      expect(outcomes.filter((outcome) => outcome === 'conflict')).toHaveLength(99)
      expect(await opened.stores.users.list(10)).toEqual([user()])
    })

    test('a new user with an identity that is taken is a conflict and leaves nothing behind', async () => {
      const { stores } = await open()
      await stores.users.create(user())
      const second = user({ id: ownerId('second'), identities: [google, ...user().identities] })
      expect(await stores.users.create(second).catch(faultKind)).toBe('conflict')
      expect(await stores.users.find(second.id)).toBeUndefined()
      expect(await stores.users.findByIdentity(google)).toBeUndefined()
    })

    test('an update changes the profile and never the identities, so that it cannot undo a link made meanwhile', async () => {
      const { stores } = await open()
      await stores.users.create(user({ email: 'old@example.com' }))
      await stores.users.link(ownerId(), google)
      await stores.users.update(user({ name: 'Ada L.', picture: 'https://pictures.example/ada' }))
      expect(await stores.users.find(ownerId())).toEqual(
        user({
          name: 'Ada L.',
          picture: 'https://pictures.example/ada',
          identities: [...user().identities, google],
        }),
      )
    })

    test('an update of a user who is gone brings nobody back', async () => {
      const { stores } = await open()
      await stores.users.update(user())
      expect(await stores.users.find(ownerId())).toBeUndefined()
      expect(await stores.users.list(10)).toEqual([])
    })

    test('linking is idempotent, refuses an identity of someone else, and needs the user', async () => {
      const { stores } = await open()
      await stores.users.create(user())
      await stores.users.create(user({ id: ownerId('other'), name: 'Eve', identities: [] }))
      await stores.users.link(ownerId(), google)
      await stores.users.link(ownerId(), google)
      expect((await stores.users.find(ownerId()))?.identities).toEqual([...user().identities, google])
      expect(await stores.users.link(ownerId('other'), google).catch(faultKind)).toBe('conflict')
      expect(await stores.users.link(ownerId('nobody'), { provider: 'google', subject: '2' }).catch(faultKind)).toBe(
        'not_found',
      )
    })

    test('100 people linking one identity at once: exactly one gets it', async () => {
      const opened = await open()
      for (let index = 0; index < 100; index++) {
        await opened.stores.users.create(user({ id: ownerId(`user ${index}`), identities: [] }))
      }
      const outcomes = await race(opened, (stores, index) =>
        stores.users.link(ownerId(`user ${index}`), google).catch(faultKind),
      )
      expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(1)
      const winner = await opened.stores.users.findByIdentity(google)
      expect(outcomes.indexOf(undefined)).toBe(Number(winner?.id.split(' ')[1]))
    })

    test('a provider is known for as long as anybody has an identity of it, made or linked, in whichever process', async () => {
      const { stores, another } = await open()
      expect(await stores.users.hasProvider('console')).toBe(false)
      await stores.users.create(user())
      await another().users.create(
        user({ id: ownerId('other'), identities: [{ provider: 'console', subject: 'Eve' }] }),
      )
      expect(await another().users.hasProvider('console')).toBe(true)
      expect(await stores.users.hasProvider('google')).toBe(false)
      await stores.users.link(ownerId(), google)
      expect(await another().users.hasProvider('google')).toBe(true)
      expect(await stores.users.hasProvider('goo')).toBe(false)
      await stores.users.delete(ownerId())
      expect(await stores.users.hasProvider('google')).toBe(false)
      expect(await stores.users.hasProvider('console')).toBe(true)
      await stores.users.delete(ownerId('other'))
      expect(await another().users.hasProvider('console')).toBe(false)
    })

    test('users are listed by id, a page at a time', async () => {
      const { stores } = await open()
      for (const name of ['c', 'a', 'b']) await stores.users.create(user({ id: ownerId(name), identities: [] }))
      expect((await stores.users.list(2)).map(({ id }) => id)).toEqual(['a', 'b'].map(ownerId))
      expect((await stores.users.list(2, ownerId('b'))).map(({ id }) => id)).toEqual([ownerId('c')])
    })

    test('a deleted user is gone with every identity, which another may then have', async () => {
      const { stores } = await open()
      await stores.users.create(user())
      expect(await stores.users.delete(ownerId())).toBe(true)
      expect(await stores.users.delete(ownerId())).toBe(false)
      expect(await stores.users.findByIdentity({ provider: 'console', subject: 'Ada' })).toBeUndefined()
      await stores.users.create(user({ id: ownerId('heir') }))
      expect((await stores.users.findByIdentity({ provider: 'console', subject: 'Ada' }))?.id).toBe(ownerId('heir'))
    })

    test('a user and their links outlive a restart', async () => {
      const opened = await open()
      await opened.stores.users.create(user())
      await opened.stores.users.link(ownerId(), google)
      expect((await (await opened.restart()).users.findByIdentity(google))?.id).toBe(ownerId())
    })
  })
}
