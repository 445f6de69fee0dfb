import { describe, expect, test } from 'bun:test'
import type { KeptSession, UiSessions } from '../../src/ui/ports.ts'
import type { testClock } from '../support/time.ts'
import { hash, startSeconds } from './records.ts'

export interface OpenedSessions {
  readonly sessions: UiSessions
  readonly clock: ReturnType<typeof testClock>
  /** The same as another process sees it. */
  another(): UiSessions
}

const kept = (changes: Partial<KeptSession> = {}): KeptSession => ({
  id: hash('cookie'),
  sealed: 'sealed',
  expiresAt: startSeconds + 3_600,
  ...changes,
})

export function describeUiSessions(engine: string, open: () => Promise<OpenedSessions>): void {
  describe(`UiSessions on ${engine}`, () => {
    test('a session is found by its id alone, in every process, until it expires', async () => {
      const { sessions, another, clock } = await open()
      await sessions.create(kept())
      await sessions.create(kept({ id: hash('other'), sealed: 'another' }))
      clock.advanceSeconds(3_599)
      expect({ ...(await another().find(kept().id)) }).toEqual(kept())
      expect(await sessions.find(hash('none'))).toBeUndefined()
      clock.advanceSeconds(1)
      expect(await sessions.find(kept().id)).toBeUndefined()
    })

    test('what is sealed anew takes the place of what was, and the expiry stays', async () => {
      const { sessions, another } = await open()
      await sessions.create(kept())
      expect(await another().replace(kept().id, 'anew')).toBe(true)
      expect({ ...(await sessions.find(kept().id)) }).toEqual(kept({ sealed: 'anew' }))
    })

    test('a session that has ended or expired is not brought back', async () => {
      const { sessions, clock } = await open()
      await sessions.create(kept())
      await sessions.create(kept({ id: hash('expires') }))
      await sessions.delete(kept().id)
      clock.advanceSeconds(3_600)
      for (const id of [kept().id, hash('expires'), hash('never')]) {
        expect([await sessions.replace(id, 'anew'), await sessions.find(id)]).toEqual([false, undefined])
      }
    })

    test('of 100 that end a session at once one is told that it did', async () => {
      const { sessions, another } = await open()
      await sessions.create(kept())
      const other = another()
      const told = await Promise.all(
        Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? sessions : other).delete(kept().id)),
      )
      expect(told.filter(Boolean)).toHaveLength(1)
    })
  })
}
