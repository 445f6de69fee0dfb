/** What is added or erased at once has more texts, and more different words, than an engine reads or writes in one turn: on every engine. */
import { expect, test } from 'bun:test'
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
}
