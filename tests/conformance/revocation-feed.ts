import { describe, expect, test } from 'bun:test'
import type { Revocation, RevocationFeed } from '../../src/resource/ports.ts'
import { testClock } from '../support/time.ts'

const soon = 2_000_000_000
const revocation = (id: string, expiresAt = soon): Revocation => ({ kind: 'family', id, expiresAt })
const eventually = async (condition: () => boolean, withinMs = 20_000) => {
  const until = Date.now() + withinMs
  while (!condition() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** `open(clock)` twice gives the feeds of two processes on one engine. */
export function describeRevocationFeed(
  engine: string,
  start: () => Promise<{ open(clock: ReturnType<typeof testClock>): Promise<RevocationFeed>; stop(): Promise<void> }>,
) {
  describe(`RevocationFeed on ${engine}`, () => {
    test('RFC 7009 section 2.2: a revocation reaches its own process at once, and then every other', async () => {
      const { open, stop } = await start()
      const clock = testClock()
      const [here, there] = [await open(clock), await open(clock)]
      const heard: string[][] = [[], []]
      here.subscribe(({ id }) => heard[0]?.push(id))
      there.subscribe(({ id }) => heard[1]?.push(id))
      await here.revoke(revocation('a'))
      expect(heard[0]).toContain('a')
      await eventually(() => heard[1]?.includes('a') === true)
      expect(heard[1]).toContain('a')
      await Promise.all([here.close(), there.close()])
      await stop()
    })

    test('another process hears of a revocation within a second, in the middle of five', async () => {
      const { open, stop } = await start()
      const clock = testClock()
      const [here, there] = [await open(clock), await open(clock)]
      const heard = new Set<string>()
      there.subscribe(({ id }) => heard.add(id))
      const waits: number[] = []
      for (const id of ['a', 'b', 'c', 'd', 'e']) {
        const from = performance.now()
        await here.revoke(revocation(id))
        await eventually(() => heard.has(id))
        waits.push(performance.now() - from)
      }
      expect(waits.toSorted((a, b) => a - b)[2]).toBeLessThan(1_000)
      await Promise.all([here.close(), there.close()])
      await stop()
    })

    test('a process that starts later knows all that is still live, and goes on from its cursor', async () => {
      const { open, stop } = await start()
      const clock = testClock()
      const here = await open(clock)
      await here.revoke(revocation('a'))
      await here.revoke(revocation('short', clock.now() / 1000 + 60))
      clock.advanceSeconds(61)
      const there = await open(clock)
      const first = await there.since(undefined)
      expect(first.revocations.map(({ id }) => id)).toEqual(['a'])
      await here.revoke(revocation('b'))
      const second = await there.since(first.cursor)
      expect(second.revocations.map(({ id }) => id)).toEqual(['b'])
      await Promise.all([here.close(), there.close()])
      await stop()
    })

    test('100 at once are all kept, each once', async () => {
      const { open, stop } = await start()
      const clock = testClock()
      const [here, there] = [await open(clock), await open(clock)]
      await Promise.all(Array.from({ length: 100 }, (_, at) => (at % 2 ? here : there).revoke(revocation(`r${at}`))))
      const { revocations } = await here.since(undefined)
      expect(new Set(revocations.map(({ id }) => id)).size).toBe(100)
      expect(revocations).toHaveLength(100)
      await Promise.all([here.close(), there.close()])
      await stop()
    })

    test('a feed that is heard stays fresh', async () => {
      const { open, stop } = await start()
      const clock = testClock()
      const feed = await open(clock)
      const end = feed.subscribe(() => {})
      clock.advanceSeconds(60)
      await eventually(() => feed.freshAt() === clock.now())
      expect(feed.freshAt()).toBe(clock.now())
      end()
      await feed.close()
      await stop()
    })

    test('asked for it, it has heard at once what came while nothing was polled', async () => {
      const { open, stop } = await start()
      const clock = testClock()
      const [here, there] = [await open(clock), await open(clock)]
      const heard: string[] = []
      const end = here.subscribe(({ id }) => heard.push(id))
      await there.revoke(revocation('a'))
      clock.advanceSeconds(60)
      await here.catchUp()
      expect([heard, here.freshAt()]).toEqual([['a'], clock.now()])
      end()
      await Promise.all([here.close(), there.close()])
      await stop()
    })
  })
}
