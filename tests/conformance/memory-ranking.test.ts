/** The same memories and the same questions rank the same on every engine: by words always, and by meaning, as both scan exactly. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { embedItems } from '../../src/memory/jobs/embed-items.ts'
import { type Embedder, toUnitLength } from '../../src/memory/rank/embedder.ts'
import { search } from '../../src/memory/recall.ts'
import { app, callerOf, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import { type MemoryEngine, memoryEngines } from '../support/memory-engines.ts'
import { testClock } from '../support/time.ts'

const [ada, chat] = [owner('ada'), app('chat')]
const day = 86_400_000

/** Numbers that look random and are the same each time. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
const next = sequence(7)
const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T

const subjects = ['Grace', 'The dog Rex', 'My sister', 'Our neighbour Tom', 'Dr. Müller', '東京の友達', 'I']
const verbs = ['visited', 'painted', 'lost', 'always prefers', 'talked about', 'planned', 'forgot']
const objects = [
  'the garden',
  'a piano',
  'Lisbon',
  'green tea',
  'the marathon',
  'the old car',
  'a trip to Oslo',
  '会議',
]
const times = ['in May 2023', 'last summer', 'on Friday', 'two weeks ago', 'every morning', '']
const drafts = Array.from({ length: 600 }, (_, n) =>
  draftOf(`${pick(subjects)} ${pick(verbs)} ${pick(objects)} ${pick(times)}. ${n % 5 === 0 ? 'Why so?' : ''}`.trim(), {
    threadId: `thread ${Math.floor(n / 12)}`,
    categories: next() < 0.3 ? ['travel'] : [],
    occurredAt: next() < 0.5 ? startMs - Math.floor(next() * 900) * day : undefined,
    speaker: next() < 0.7 ? { kind: 'self' } : { kind: 'other', name: pick(['Grace', 'Tom']) },
  }),
)
drafts.push(draftOf('The housewarming was loud.', { threadId: 'party', occurredAt: startMs - 450 * day }))
const toldFromEvent = 'What did Grace visit the year before the housewarming?'
const questions = [
  toldFromEvent,
  'Who visited Lisbon?',
  'What did Grace paint in May 2023?',
  'green tea',
  'When did the dog Rex run the marathon?',
  'トーキョー 東京の会議',
  'my sister and the old car last summer',
  'what does Dr. Müller always prefer',
]

/** Directions by letters: a meaning that depends on nothing but the text. */
function vectorOf(text: string): Float32Array {
  const counts = new Float32Array(64)
  for (const letter of text) {
    const at = (letter.codePointAt(0) ?? 0) % counts.length
    counts[at] = (counts[at] ?? 0) + 1
  }
  return toUnitLength(counts.map((count, i) => count - 0.4 - i / 256))
}
const embedder: Embedder = {
  space: 'letters/64',
  questionBudgetMs: 1_000,
  embed: async (texts) => texts.map(vectorOf),
  embedQuestion: async (question) => vectorOf(question),
}

describe('Ranking', () => {
  const engines: MemoryEngine[] = []
  beforeAll(async () => {
    for (const { open } of memoryEngines) {
      const engine = await open()
      engines.push(engine)
      for (let from = 0; from < drafts.length; from += 100) {
        await engine.store.add(ada, chat, drafts.slice(from, from + 100), policyAt(startMs - drafts.length + from))
      }
      const embedAll = async () => {
        while ((await embedItems({ vectors: engine.vectors, embedder, clock: testClock(startMs) })) > 0);
      }
      // Before and after: some passages are erased again.
      await embedAll()
      const removed = drafts.filter((_, n) => n % 17 === 0).map(({ id }) => id)
      await engine.store.delete(ada, chat, removed, { at: startMs })
      await embedAll()
    }
  }, 60_000)
  afterAll(async () => {
    for (const engine of engines) await engine.close()
  })

  const ask = async (engine: MemoryEngine, query: string, meaning: boolean) => {
    const { hits, degraded } = await search(
      { ...engine, embedder: meaning ? embedder : undefined },
      callerOf('ada', 'chat'),
      { query, limit: 25, unlogged: true },
    )
    expect(degraded).toEqual([])
    return hits.map(({ memory, score, why }) => ({
      text: memory.content,
      score,
      lists: why.lists.map(({ name }) => name),
      boosts: why.boosts,
      events: why.events,
      matched: why.matched,
    }))
  }

  for (const meaning of [false, true]) {
    test(`is the same on every engine ${meaning ? 'by words and meaning' : 'by words'}, with scores and reasons`, async () => {
      for (const query of questions) {
        const [first, ...others] = await Promise.all(engines.map((engine) => ask(engine, query, meaning)))
        expect(first?.length).toBeGreaterThan(3)
        expect(first?.some(({ events }) => events !== undefined)).toBe(query === toldFromEvent)
        // What is equal but for the last digits of a sum of floats is equal: Postgres compares vectors in 32 bits.
        const expected = first?.map((hit) => ({ ...hit, score: expect.closeTo(hit.score, 5) })) ?? []
        for (const other of others) expect(other).toEqual(expected)
      }
    })
  }
})
