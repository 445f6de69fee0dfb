import { describe, expect, test } from 'bun:test'
import { watchFlows } from '../../src/dependencies/watched-flows.ts'
import type { OpenStores } from './opened.ts'
import { authorization, hash, issuedCode, ownerId } from './records.ts'

const spentUntil = issuedCode().expiresAt + 3_600

/** What each engine's records say of a flow when its time is up. */
export function describeWatchedFlows(engine: string, open: OpenStores): void {
  describe(`Flows that were abandoned, on ${engine}`, () => {
    async function watched() {
      const { stores, clock, another } = await open()
      const counted: string[] = []
      const flowStep = (step: string, event: string) => void counted.push(`${step} ${event}`)
      return { ...watchFlows(stores, { flowStep }, clock), clock, another, counted }
    }

    test('a request is abandoned where it was left: at the sign-in or at the consent, once, and not before its time', async () => {
      const { stores, clock, counted, count } = await watched()
      await stores.authorizations.create(authorization({ id: hash('stranger') }))
      await stores.authorizations.create(authorization({ id: hash('known') }))
      await stores.authorizations.update(hash('known'), (now) => ({ ...now, ownerId: ownerId() }))
      clock.advanceSeconds(590)
      await count()
      expect(counted).toEqual([])
      clock.advanceSeconds(9)
      await count()
      await count()
      expect(counted).toEqual(['sign_in abandoned', 'consent abandoned'])
    })

    test('a code that nobody redeems is abandoned, and asking leaves a redeemed one as it was', async () => {
      const { stores, clock, counted, count, another } = await watched()
      for (const name of ['left', 'here', 'elsewhere']) await stores.codes.create(hash(name), issuedCode())
      await stores.codes.take(hash('here'), spentUntil)
      const other = another()
      await other.codes.take(hash('elsewhere'), spentUntil)
      clock.advanceSeconds(59)
      await count()
      expect(counted).toEqual([])
      clock.advanceSeconds(1)
      await count()
      await count()
      expect(counted).toEqual(['token abandoned'])
      for (const name of ['here', 'elsewhere']) {
        expect(await other.codes.take(hash(name), spentUntil)).toMatchObject({ outcome: 'spent' })
      }
    })

    test('a request that was finished, here or by another process, is not abandoned', async () => {
      const { stores, clock, counted, count, another } = await watched()
      for (const name of ['here', 'elsewhere']) await stores.authorizations.create(authorization({ id: hash(name) }))
      expect(await stores.authorizations.delete(hash('here'))).toBe(true)
      await another().authorizations.delete(hash('elsewhere'))
      clock.advanceSeconds(600)
      await count()
      expect(counted).toEqual([])
    })
  })
}
