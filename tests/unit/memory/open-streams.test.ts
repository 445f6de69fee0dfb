import { expect, test } from 'bun:test'
import { createFairShare, sharedFairly } from '../../../src/memory/fair-share.ts'
import { createOpenStreams } from '../../../src/memory/open-streams.ts'
import type { AnyOperation, Caller } from '../../../src/memory/operation.ts'
import type { ClientId, OwnerId } from '../../../src/shared/brand.ts'

const by = (person: string, app = 'app', assertStanding = () => {}) =>
  ({ ownerId: person as OwnerId, appId: app as ClientId, assertStanding }) as Caller
const fairShare = {
  ...{ perClient: 1, perPerson: 1, total: 8, waitingPerClient: 100 },
  ...{ waitingCharactersPerPerson: 1_000, waitingCharacters: 2_000 },
}

/** An operation whose answer is a stream of 100 pieces, and how many of them were made. */
function files(limits: Partial<Parameters<typeof createOpenStreams>[0]> = {}) {
  const state = { made: 0, cancelled: 0 }
  const run = async () =>
    new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (++state.made > 100) controller.close()
          else controller.enqueue(new Uint8Array(1))
        },
        cancel: () => void state.cancelled++,
      },
      { highWaterMark: 0 },
    )
  const share = createFairShare(fairShare)
  const streams = createOpenStreams({ ...{ perPerson: 2, total: 3, patienceMs: 60_000 }, ...limits })
  const [shared] = sharedFairly([{ run } as unknown as AnyOperation<string>], share, streams)
  const open = async (caller: Caller) => (await shared?.run('services', caller, {})) as ReadableStream<Uint8Array>
  return { state, share, open }
}
const refused = { kind: 'rate_limited', code: 'too_many_at_once', retryAfterSeconds: 5 }

test('of one person two are open at once, and of all so many; one that ends or is cancelled makes room', async () => {
  const { open } = files()
  const [first, second] = [await open(by('ada')), await open(by('ada', 'other'))]
  await expect(open(by('ada', 'third'))).rejects.toMatchObject(refused)
  await open(by('grace'))
  await expect(open(by('joan'))).rejects.toMatchObject(refused)
  expect((await new Response(first).bytes()).byteLength).toBe(100)
  await second.cancel()
  await open(by('ada'))
  await open(by('joan'))
  await expect(open(by('joan'))).rejects.toMatchObject(refused)
})

test('nothing is made ahead of what its reader took', async () => {
  const { open, state } = files()
  const reader = (await open(by('ada'))).getReader()
  await Bun.sleep(20)
  expect(state.made).toBe(0)
  await reader.read()
  await Bun.sleep(20)
  expect(state.made).toBe(1)
})

test('each piece has its turn: a reader who is slow holds up nobody, and one whose turn has not come waits', async () => {
  const { open, share } = files()
  const reader = (await open(by('ada'))).getReader()
  await reader.read()
  let end = () => {}
  const work = share.run(by('ada'), () => new Promise<void>((resolve) => (end = resolve)))
  const piece = reader.read()
  expect(await Promise.race([piece, Bun.sleep(20).then(() => 'waits' as const)])).toBe('waits')
  end()
  await work
  expect(await piece).toMatchObject({ done: false })
})

test('it ends with what allowed it: no piece is given once its token does not stand', async () => {
  const { open, state } = files()
  const gone = new Error('revoked')
  let stands = true
  const reader = (
    await open(
      by('ada', 'app', () => {
        if (!stands) throw gone
      }),
    )
  ).getReader()
  await reader.read()
  stands = false
  await expect(reader.read()).rejects.toBe(gone)
  expect(state).toEqual({ made: 1, cancelled: 1 })
})

test('one that nobody reads any more ends by itself, also when nobody ever did', async () => {
  const { open, state } = files({ patienceMs: 30 })
  const [begun, never] = [await open(by('ada')), await open(by('ada'))]
  const reader = begun.getReader()
  await reader.read()
  await Bun.sleep(80)
  await expect(reader.read()).rejects.toMatchObject({ kind: 'timed_out', code: 'answer_not_taken' })
  await expect(never.getReader().read()).rejects.toMatchObject({ code: 'answer_not_taken' })
  expect(state.cancelled).toBe(2)
  await open(by('ada'))
})
