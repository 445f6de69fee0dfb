/** What is added or erased at once has more texts, and more different words, than an engine reads or writes in one turn: on every engine. */
import { expect, test } from 'bun:test'
import type { MemoryFilter } from '../../src/memory/ports.ts'
import { app, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import { memoryEngines } from '../support/memory-engines.ts'

const [ada, chat] = [owner('ada'), app('chat')]
const shared = Array.from({ length: 40 }, (_, n) => `shared${n}`).join(' ')
const texts = Array.from(
  { length: 230 },
  (_, n) => `${shared} ${Array.from({ length: 60 }, (_each, k) => `own${n}x${k}`).join(' ')}`,
)

for (const { name, open } of memoryEngines) {
  test(`The index has every word of a large batch, and none of what is erased of it, on ${name}`, async () => {
    const engine = await open()
    try {
      const drafts = texts.map((text) => draftOf(text))
      await engine.store.add(ada, chat, drafts, policyAt())
      expect(await engine.verify(ada)).toEqual([])
      const ids = drafts.map(({ id }) => id)
      const erased = ids.filter((_, n) => n % 3 !== 0)
      expect(await engine.store.delete(ada, chat, erased, { at: startMs })).toEqual(erased)
      expect(await engine.verify(ada)).toEqual([])
      expect(await engine.store.deleteAll(ada, chat, { at: startMs })).toBe(ids.length - erased.length)
      expect(await engine.verify(ada)).toEqual([])
      expect(await engine.sql('SELECT term FROM index_posting')).toEqual([])
    } finally {
      await engine.close()
    }
  }, 30_000)
  test(`More memories than are changed in one go, and longer ones, are each moved and erased once on ${name}`, async () => {
    const engine = await open()
    try {
      const { store } = engine
      const count = 1_300
      for (let from = 0; from < count; from += 650) {
        const drafts = Array.from({ length: 650 }, (_, n) => {
          const text = `Number ${from + n}.`
          // Some of them are longer than all that is read at once.
          return draftOf(n % 50 === 7 ? text.padEnd(90_000, ' on and on') : text, {
            categories: [n % 2 === 0 ? 'even' : 'odd'],
          })
        })
        await store.add(ada, chat, drafts, policyAt())
      }
      const all: MemoryFilter = { states: ['active', 'paused'] }
      const at = startMs + 1
      expect(await store.setState(ada, chat, { ...all, categories: ['even'] }, 'archived', { at })).toBe(count / 2)
      expect(await store.setState(ada, chat, all, 'paused', { at })).toBe(count / 2)
      expect(await store.setState(ada, chat, all, 'paused', { at })).toBe(0)
      expect(await store.counts(ada, chat)).toEqual({ active: 0, paused: count / 2, archived: count / 2, deleted: 0 })
      const events = await engine.sql<{ count: number }>('SELECT count(*) AS count FROM memory_event')
      expect(Number(events[0]?.count)).toBe(2 * count)
      expect(await store.deleteAll(ada, chat, { at })).toBe(count)
      expect(await store.counts(ada, chat)).toEqual({ active: 0, paused: 0, archived: 0, deleted: count })
      expect(await engine.verify(ada)).toEqual([])
      expect(await engine.sql('SELECT term FROM index_posting')).toEqual([])
    } finally {
      await engine.close()
    }
  }, 60_000)
}
