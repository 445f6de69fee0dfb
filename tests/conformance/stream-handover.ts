import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { PostedMessage, PostOutcome, StreamHandover } from '../../src/mcp/ports.ts'
import type { ClientId, OwnerId } from '../../src/shared/brand.ts'

export const posted = (message: unknown): PostedMessage => ({
  sender: {
    ownerId: 'ada' as OwnerId,
    clientId: 'client' as ClientId,
    scopes: ['memories:read'],
    tokenId: 'jti',
    grantId: undefined,
    familyId: undefined,
    expiresAt: 1,
  },
  requestId: 'r',
  message,
})

/** `ends` are the hand-overs of processes that share streams; of one process, the same one twice. */
export function describeStreamHandover(
  engine: string,
  start: () => Promise<{ ends: readonly [StreamHandover, StreamHandover]; close(): Promise<void> }>,
) {
  describe(`StreamHandover on ${engine}`, () => {
    let holder: StreamHandover
    let other: StreamHandover
    let close: () => Promise<void>
    let next = 0
    const sessionId = () => `session-${engine}-${Date.now()}-${next++}`
    beforeAll(async () => {
      const started = await start()
      ;[holder, other] = started.ends
      close = started.close
    })
    afterAll(() => close())

    test('what is posted comes whole to the holder of the stream, through every process', async () => {
      const id = sessionId()
      const received: PostedMessage[] = []
      await holder.open(id, (one) => {
        received.push(one)
        return 'accepted'
      })
      const message = { jsonrpc: '2.0', id: 1, method: 'ping', params: { text: '茶 \u0000 "quoted"' } }
      expect(await other.post(id, posted(message))).toBe('accepted')
      expect(await holder.post(id, posted(message))).toBe('accepted')
      expect(received).toEqual([posted(message), posted(message)])
    })

    for (const outcome of ['accepted', 'not_yours', 'malformed', 'unknown'] satisfies PostOutcome[]) {
      test(`the holder's answer comes back: ${outcome}`, async () => {
        const id = sessionId()
        await holder.open(id, () => outcome)
        expect(await other.post(id, posted(1))).toBe(outcome)
      })
    }

    test('a stream that nobody holds is unknown, and nobody is waited for', async () => {
      expect(await other.post(sessionId(), posted(1))).toBe('unknown')
    })

    test('a stream that was closed is unknown', async () => {
      const id = sessionId()
      const stop = await holder.open(id, () => 'accepted')
      await stop()
      expect(await other.post(id, posted(1))).toBe('unknown')
    })

    test('100 posts at once to 10 streams each reach their own, once', async () => {
      const streams = Array.from({ length: 10 }, () => ({ id: sessionId(), received: [] as unknown[] }))
      for (const { id, received } of streams) {
        await holder.open(id, ({ message }) => {
          received.push(message)
          return 'accepted'
        })
      }
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, i) => other.post(streams[i % 10]?.id ?? '', posted(i))),
      )
      expect(new Set(outcomes)).toEqual(new Set(['accepted']))
      for (const [i, { received }] of streams.entries()) {
        expect(received.toSorted()).toEqual(Array.from({ length: 10 }, (_, n) => n * 10 + i).toSorted())
      }
    })
  })
}
