import { afterEach, expect, test } from 'bun:test'
import { openSqliteMemoryStore } from '../../../src/adapters/sqlite/memory/store.ts'
import { operations } from '../../../src/memory/operations.ts'
import type { MemoryStore } from '../../../src/memory/ports.ts'
import type { MemoryServices } from '../../../src/memory/services.ts'
import { app, callerOf, draftOf, owner, policyAt, startMs } from '../../support/memories.ts'

const [ada, chat] = [owner('ada'), app('chat')]
const opened: MemoryStore[] = []
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
})

/** The operation of this name on memories of 99,000 characters each, and how many characters of texts it had the store read. */
async function reading(name: string, input: object, count = 15) {
  const { store } = openSqliteMemoryStore({ path: ':memory:' })
  opened.push(store)
  const drafts = Array.from({ length: count }, (_, n) => draftOf(`${n} `.padEnd(99_000, 'and on it goes ')))
  await store.add(ada, chat, drafts, policyAt())
  store.logAccess(
    ada,
    chat,
    drafts.map(({ id: memoryId }) => ({ memoryId, kind: 'read' })),
    startMs,
  )
  let read = 0
  const counted: MemoryStore = {
    ...store,
    async list(...asked) {
      const page = await store.list(...asked)
      for (const { content } of page.items) read += content.length
      return page
    },
    async accessedBy(...asked) {
      const page = await store.accessedBy(...asked)
      for (const { memory } of page.items) read += memory.content.length
      return page
    },
  }
  const services = { store: counted, appNames: { names: async () => new Map() } } as unknown as MemoryServices
  const operation = operations.find((each) => each.name === name)
  const output = await operation?.run(services, callerOf('ada', 'chat'), input)
  return { read, output: output as Record<string, unknown> }
}

const shown = (output: Record<string, unknown>) => output.memories as { text: string; truncated?: boolean }[]

test('a list that shows texts briefly reads no more of them', async () => {
  const { read, output } = await reading('list_memories', { limit: 15 })
  expect(read).toBe(15 * 1_001)
  expect(shown(output).every(({ text, truncated }) => text.length <= 1_001 && truncated)).toBe(true)
})

test('a page of whole texts reads three bytes for each character of its answer and a text at most, whether or not it may end early', async () => {
  for (const input of [{ max_characters: 100_000 }, { max_characters: 100_000, page: 1 }]) {
    const { read, output } = await reading('list_memories', { limit: 15, full: true, ...input })
    expect(read).toBeLessThan(400_000 + 15 * 1_001)
    expect(output.total).toBe(15)
    const whole = shown(output).filter(({ truncated }) => !truncated)
    expect(whole.map(({ text }) => text.length)).toEqual([99_000])
    expect(shown(output).length).toBe('page' in input ? 15 : 1)
    expect(output.next_cursor === undefined).toBe('page' in input && input.page === undefined)
  }
})

test('nor do texts that are each too long for an answer hide those behind them', async () => {
  const { read, output } = await reading('list_memories', { limit: 15, full: true, max_characters: 20_000 })
  expect(read).toBe(15 * 1_001)
  expect(shown(output).map(({ truncated }) => truncated)).toEqual(Array(15).fill(true))
})

test('what an app wrote and what it was given are read as far as an answer to a program goes', async () => {
  for (const name of ['list_app_memories', 'list_app_accessed']) {
    const { read, output } = await reading(name, { id: 'chat', page_size: 40 }, 40)
    expect(read).toBeLessThan(3_000_000 + 100_000)
    expect(output.total).toBe(40)
  }
})
