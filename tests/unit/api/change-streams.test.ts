import { afterEach, expect, test } from 'bun:test'
import { createChangeStreams } from '../../../src/api/change-streams.ts'
import { openRule } from '../../../src/memory/access.ts'
import type { MemoryEvent } from '../../../src/memory/schema.ts'
import type { MemoryId } from '../../../src/shared/brand.ts'
import { Fault } from '../../../src/shared/fault.ts'
import { createLog } from '../../../src/shared/log.ts'
import { principals } from '../../support/mcp.ts'

const clock = { now: () => Date.now() }
const { ada } = principals(clock)
if (ada === undefined) throw new Error('ada is there')
const happened: MemoryEvent[] = []
const lines: string[] = []
let failure: Error | undefined
const streams = createChangeStreams(
  {
    verifier: { verify: async () => ada, assertStanding() {} },
    clock,
    log: createLog('warn', { write: (line) => void lines.push(line) }),
    services: undefined,
    operations: [],
    settings: { apiBaseUrl: 'http://localhost', issuer: 'http://localhost', version: '1' },
  },
  {
    async eventsAfter(_owner, seq, limit) {
      if (failure !== undefined) throw failure
      return happened.filter((event) => event.seq > seq).slice(0, limit)
    },
    lastEvent: async () => happened.at(-1)?.seq ?? 0,
    rule: async (_owner, appId) => openRule(appId),
  },
  { tickMs: 5, keepAliveMs: 50, perUser: 2, perProcess: 3 },
)
afterEach(() => streams.close())

const open = () =>
  streams.serve(new Request('http://localhost/api/v1/events', { headers: { authorization: 'Bearer ada' } }), {})

/** What a stream says within so many milliseconds. */
async function heard(response: Response, withinMs: number): Promise<string> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  const late = setTimeout(() => void reader.cancel(), withinMs)
  for (let next = await reader.read(); !next.done; next = await reader.read()) text += decoder.decode(next.value)
  clearTimeout(late)
  return text
}

test('HTML section 9.2.7: a comment now and then keeps an idle stream open, and none where it speaks', async () => {
  const idle = await heard(await open(), 400)
  expect(idle.match(/^:$/gm)?.length).toBeGreaterThan(2)
  const speaking = await open()
  const timer = setInterval(() => {
    const seq = (happened.at(-1)?.seq ?? 0) + 1
    happened.push({
      ...{ seq, memoryId: `m${seq}` as MemoryId, kind: 'created', appId: ada.clientId, at: Date.now() },
      ...{ before: undefined, otherId: undefined },
    })
  }, 10)
  const text = await heard(speaking, 400)
  clearInterval(timer)
  expect(text.match(/^event: created$/gm)?.length).toBeGreaterThan(5)
  expect(text.match(/^:$/gm)?.length).toBeLessThan(4)
})

test('who leaves makes room for another, and closing ends them all', async () => {
  const [first, second] = [await open(), await open()]
  expect((await open()).status).toBe(429)
  await first.body?.cancel()
  expect(streams.count()).toBe(1)
  expect((await open()).status).toBe(200)
  const ending = heard(second, 5_000)
  streams.close()
  expect(await ending).toStartWith(':\n')
  expect(streams.count()).toBe(0)
})

test('what ends streams and nobody expected is logged once, by its name; what a caller would be refused is not', async () => {
  const ended = async (error: Error) => {
    failure = error
    const texts = await Promise.all([await open(), await open()].map((response) => heard(response, 5_000)))
    failure = undefined
    expect(streams.count()).toBe(0)
    return texts
  }
  await ended(new Fault('unauthenticated', 'marker'))
  expect(lines).toEqual([])
  await ended(new RangeError('marker'))
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', err: { type: 'RangeError' } })
  expect(lines[0]).not.toContain('marker')
})
