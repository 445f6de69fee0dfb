import { afterEach, expect, test } from 'bun:test'
import { openSqliteMemoryStore } from '../../../src/adapters/sqlite/memory/store.ts'
import { once } from '../../../src/memory/once.ts'
import type { MemoryStore } from '../../../src/memory/ports.ts'
import { Fault } from '../../../src/shared/fault.ts'
import { createRandom } from '../../../src/shared/random.ts'
import { callerOf, startMs } from '../../support/memories.ts'

const random = createRandom({ now: () => startMs })
const operation = { name: 'add_memories', effect: 'write' } as const
const away = () => Promise.reject(new Fault('unavailable', 'The engine does not answer.'))

const opened: MemoryStore[] = []
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
})

/** A write with a key, on a store of which some calls fail, and how often it was made. */
function write(failing: Partial<MemoryStore> = {}) {
  const { store } = openSqliteMemoryStore({ path: ':memory:' })
  opened.push(store)
  let made = 0
  const send = (at = startMs, work: () => Promise<unknown> = async () => undefined) =>
    once(
      { store: { ...store, ...failing }, random },
      { ...callerOf('ada', 'chat'), nowMs: at, idempotencyKey: 'key' },
      operation,
      { text: 'Tea at four.' },
      async () => {
        const nth = ++made
        await work()
        return nth
      },
    )
  return { send, made: () => made }
}
const fails = () => Promise.reject(new Error('the cause'))

test('draft-ietf-httpapi-idempotency-key-header section 2: a write that is sent again is not made again', async () => {
  const { send, made } = write()
  expect([await send(), await send(startMs + 60_001), made()]).toEqual([1, 1, 1])
})

test('a write whose result cannot be kept was made: it is told so, and its key is not free for another', async () => {
  const { send, made } = write({ endOnce: away })
  expect(await send()).toBe(1)
  await expect(send(startMs + 59_999)).rejects.toMatchObject({ code: 'idempotency_key_running' })
  expect(made()).toBe(1)
})

test('a write that failed may be sent again at once, and says why it failed', async () => {
  const { send, made } = write()
  await expect(send(startMs, fails)).rejects.toThrow('the cause')
  expect([await send(), made()]).toEqual([2, 2])
})

test('why a write failed is told also where its key cannot be given up, which is free again a minute later', async () => {
  const { send } = write({ dropOnce: away })
  await expect(send(startMs, fails)).rejects.toThrow('the cause')
  await expect(send()).rejects.toMatchObject({ code: 'idempotency_key_running' })
  expect(await send(startMs + 60_000)).toBe(2)
})

test('a write that fails after its claim ran out does not free the key that another has claimed since', async () => {
  const { send, made } = write()
  const [slow, next] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const first = send(startMs, () => slow.promise)
  const second = send(startMs + 60_000, () => next.promise)
  while (made() < 2) await Bun.sleep(0)
  slow.reject(new Error('the cause'))
  await expect(first).rejects.toThrow('the cause')
  await expect(send(startMs + 60_001)).rejects.toMatchObject({ code: 'idempotency_key_running' })
  next.resolve()
  expect([await second, await send(startMs + 60_001), made()]).toEqual([2, 2, 2])
})
