import { describe, expect, test } from 'bun:test'
import { type OpenStores, race } from './opened.ts'
import { hash, startSeconds } from './records.ts'

export function describeReplayStore(engine: string, open: OpenStores): void {
  describe(`ReplayStore on ${engine}`, () => {
    test('RFC 7523 section 3: an assertion is claimed once among 100 claims at once', async () => {
      const opened = await open()
      const outcomes = await race(opened, (stores) => stores.replays.claim(hash('jti'), startSeconds + 60))
      expect(outcomes.filter(Boolean)).toHaveLength(1)
    })

    test('keys are kept apart, and a key is free again when its mark has expired, for one caller', async () => {
      const opened = await open()
      const { replays } = opened.stores
      expect(await replays.claim(hash('a'), startSeconds + 60)).toBe(true)
      expect(await replays.claim(hash('b'), startSeconds + 60)).toBe(true)
      opened.clock.advanceSeconds(59)
      expect(await replays.claim(hash('a'), startSeconds + 600)).toBe(false)
      opened.clock.advanceSeconds(1)
      const outcomes = await race(opened, (stores) => stores.replays.claim(hash('a'), startSeconds + 120))
      expect(outcomes.filter(Boolean)).toHaveLength(1)
    })

    test('a mark outlives a restart', async () => {
      const opened = await open()
      await opened.stores.replays.claim(hash('jti'), startSeconds + 60)
      expect(await (await opened.restart()).replays.claim(hash('jti'), startSeconds + 60)).toBe(false)
    })
  })
}
