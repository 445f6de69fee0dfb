import { describe, expect, test } from 'bun:test'
import { failureOf, saying } from '../support/failure.ts'
import { type OpenStores, race } from './opened.ts'
import { authorization, hash, ownerId } from './records.ts'

export function describeAuthorizationStore(engine: string, open: OpenStores): void {
  describe(`AuthorizationStore on ${engine}`, () => {
    test('100 parallel updates are all counted: none overwrites another', async () => {
      const opened = await open()
      await opened.stores.authorizations.create(authorization())
      await race(opened, (stores) =>
        stores.authorizations.update(authorization().id, (current) => ({ ...current, attempts: current.attempts + 1 })),
      )
      expect((await opened.stores.authorizations.find(authorization().id))?.attempts).toBe(100)
    })

    test('an update returns what is stored from then on, and may drop what was there', async () => {
      const { stores } = await open()
      const begun = authorization({ formToken: hash('form'), upstream: upstream() })
      await stores.authorizations.create(begun)
      const changed = await stores.authorizations.update(begun.id, ({ formToken: _, ...current }) => ({
        ...current,
        ownerId: ownerId(),
      }))
      expect(changed).toEqual(authorization({ upstream: upstream(), ownerId: ownerId() }))
      expect(await stores.authorizations.find(begun.id)).toEqual(changed)
    })

    test('an update whose change throws changes nothing', async () => {
      const { stores } = await open()
      await stores.authorizations.create(authorization())
      const refused = stores.authorizations.update(authorization().id, () => {
        throw new Error('the form token does not match')
      })
      expect(await failureOf(refused)).toMatchObject(saying('the form token does not match'))
      expect(await stores.authorizations.find(authorization().id)).toEqual(authorization())
    })

    test('100 deletions at once: true for exactly one', async () => {
      const opened = await open()
      await opened.stores.authorizations.create(authorization())
      const outcomes = await race(opened, (stores) => stores.authorizations.delete(authorization().id))
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      expect(await opened.stores.authorizations.find(authorization().id)).toBeUndefined()
    })

    test('authorizations are kept apart; what is not there is neither found, changed nor deleted', async () => {
      const { stores } = await open()
      await stores.authorizations.create(authorization())
      await stores.authorizations.create(authorization({ id: hash('other'), attempts: 3 }))
      await stores.authorizations.delete(authorization().id)
      expect(await stores.authorizations.find(hash('other'))).toMatchObject({ attempts: 3 })
      expect(await stores.authorizations.update(hash('none'), (current) => current)).toBeUndefined()
      expect(await stores.authorizations.delete(hash('none'))).toBe(false)
    })

    test('an expired authorization is absent to every method; an update may move the expiry', async () => {
      const { stores, clock } = await open()
      await stores.authorizations.create(authorization())
      await stores.authorizations.create(authorization({ id: hash('moved') }))
      clock.advanceSeconds(599)
      expect(await stores.authorizations.find(authorization().id)).toBeDefined()
      await stores.authorizations.update(hash('moved'), (now) => ({ ...now, expiresAt: now.expiresAt + 600 }))
      clock.advanceSeconds(1)
      expect(await stores.authorizations.find(authorization().id)).toBeUndefined()
      expect(await stores.authorizations.update(authorization().id, (current) => current)).toBeUndefined()
      expect(await stores.authorizations.delete(authorization().id)).toBe(false)
      expect(await stores.authorizations.find(hash('moved'))).toBeDefined()
    })

    test('a sign-in under way outlives a restart', async () => {
      const opened = await open()
      await opened.stores.authorizations.create(authorization({ upstream: upstream() }))
      const { authorizations } = await opened.restart()
      expect(await authorizations.find(authorization().id)).toEqual(authorization({ upstream: upstream() }))
    })
  })
}

const upstream = () => ({ provider: 'google', state: hash('state'), verifier: 'v'.repeat(43), nonce: 'n' })
