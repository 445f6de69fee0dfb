import { describe, expect, test } from 'bun:test'
import type { OpenStores } from './opened.ts'
import { hash, ownerId, session } from './records.ts'

export function describeSessionStore(engine: string, open: OpenStores): void {
  describe(`SessionStore on ${engine}`, () => {
    test('a session is found by its id alone until it expires', async () => {
      const { stores, clock } = await open()
      await stores.sessions.create(session())
      await stores.sessions.create(session({ id: hash('other'), ownerId: ownerId('other') }))
      clock.advanceSeconds(3_599)
      expect(await stores.sessions.find(session().id)).toEqual(session())
      expect(await stores.sessions.find(hash('none'))).toBeUndefined()
      clock.advanceSeconds(1)
      expect(await stores.sessions.find(session().id)).toBeUndefined()
    })

    test('a deleted session is gone in every process, and deleting again is fine', async () => {
      const opened = await open()
      await opened.stores.sessions.create(session())
      await opened.stores.sessions.delete(session().id)
      await opened.stores.sessions.delete(session().id)
      expect(await opened.another().sessions.find(session().id)).toBeUndefined()
    })

    test('a person stays signed in through a restart', async () => {
      const opened = await open()
      await opened.stores.sessions.create(session())
      expect(await (await opened.restart()).sessions.find(session().id)).toEqual(session())
    })
  })
}
