/** What every adapter of `RecallIndex` keeps to, beside the store that writes it. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { contentHash } from '../../src/memory/content.ts'
import { blockSize, eachPosting } from '../../src/memory/index/postings.ts'
import type { Draft } from '../../src/memory/ports.ts'
import { recall } from '../../src/memory/recall.ts'
import { analyze } from '../../src/memory/text/analyze.ts'
import type { ClientId, MemoryId, OwnerId } from '../../src/shared/brand.ts'
import { callerOf, owner } from '../support/memories.ts'
import type { MemoryEngine, OpenEngine } from '../support/memory-engines.ts'
import { runs } from '../support/runs.ts'

const app = 'app' as ClientId
const policy = { at: 1_000, threadGapMs: 0, recalledSince: 0, isEcho: () => false }
let made = 0

const draft = (content: string): Draft => ({
  id: `00000000-0000-7000-8000-${String(++made).padStart(12, '0')}` as MemoryId,
  content,
  contentHash: contentHash(content),
  speaker: { kind: 'self' },
  categories: [],
  metadata: {},
  threadId: 'one',
  occurredAt: undefined,
  validFrom: undefined,
  source: 'tool',
})

/** What the index says, by memory: each term with its frequency. */
async function indexed({ index }: MemoryEngine, ownerId: OwnerId, terms: readonly string[]) {
  const opened = await index.open(ownerId)
  const postings: { readonly term: string; readonly ordinal: number; readonly frequency: number }[] = []
  for (const [term, blocks] of await opened.postings(terms)) {
    for (const { block, data } of blocks) {
      eachPosting(data, block * blockSize, (ordinal, frequency) => postings.push({ term, ordinal, frequency }))
    }
  }
  const ordinals = [...new Set(postings.map(({ ordinal }) => ordinal))]
  const memories = await index.memoriesAt(ownerId, app, ordinals)
  const found = new Map<MemoryId, Map<string, number>>()
  for (const { term, ordinal, frequency } of postings) {
    const id = memories.get(ordinal)?.id
    if (id !== undefined) found.set(id, (found.get(id) ?? new Map()).set(term, frequency))
  }
  return found
}

const word = fc.constantFrom('tea', 'coffee', 'Lisbon', 'piano', '東京', 'Müller', 'garden', '42')
const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '))
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('add' as const), text }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('update' as const), which: fc.nat(), text }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), which: fc.nat() }) },
  // Some of all at once, which share words.
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('deleteMany' as const), every: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('archive' as const), which: fc.nat() }) },
  // Enough words at once to make the tail be packed.
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('addLong' as const),
      words: fc.integer({ min: 3_000, max: 9_000 }),
      texts: fc.integer({ min: 1, max: 3 }),
    }),
  },
)

const longTexts = ({ words, texts }: { readonly words: number; readonly texts: number }): readonly string[] =>
  Array.from({ length: texts }, (_, n) => Array.from({ length: words + n }, (_, i) => `w${i}`).join(' '))

export function describeRecallIndex(name: string, open: OpenEngine): void {
  describe(`The index of words on ${name}`, () => {
    let engine: MemoryEngine
    beforeAll(async () => {
      engine = await open()
    })
    afterAll(() => engine.close())
    let run = 0
    const somebody = () => owner(`owner ${++run}`)

    test('equals a plain map of texts after any sequence of writes, and so does a cache that looked in between', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const { store } = engine
          const ada = somebody()
          const model = new Map<MemoryId, string>()
          const pick = (which: number) => [...model.keys()][which % Math.max(1, model.size)]
          for (const one of steps) {
            if (one.kind === 'add' || one.kind === 'addLong') {
              const contents = one.kind === 'add' ? [one.text] : longTexts(one)
              for (const { status, memory } of await store.add(ada, app, contents.map(draft), policy)) {
                if (status === 'added' && memory !== undefined) model.set(memory.id, memory.content)
              }
            } else if (one.kind === 'deleteMany') {
              const ids = [...model.keys()].filter((_, n) => n % one.every === 0)
              expect(await store.delete(ada, app, ids, { at: 2_000 })).toEqual(ids)
              for (const id of ids) model.delete(id)
            } else {
              const id = pick(one.which)
              if (id === undefined) continue
              if (one.kind === 'delete') {
                await store.delete(ada, app, [id], { at: 2_000 })
                model.delete(id)
              } else if (one.kind === 'archive') await store.setState(ada, app, [id], 'archived', { at: 2_000 })
              else {
                const content = { text: one.text, hash: contentHash(one.text) }
                await store.update(ada, app, id, { content }, { at: 2_000 })
                model.set(id, one.text)
              }
            }
            if (made % 3 === 0) await (await engine.index.open(ada)).postings(['tea', 'piano', '東京', '42', 'w7'])
          }
          const expected = new Map([...model].map(([id, content]) => [id, analyze(content).terms]))
          const terms = [...new Set([...expected.values()].flatMap((of) => [...of.keys()]))]
          const found = await indexed(engine, ada, terms)
          expect(new Map([...found].map(([id, of]) => [id, new Map([...of].sort())]))).toEqual(
            new Map([...expected].map(([id, of]) => [id, new Map([...of].sort())])),
          )
          const { facts } = await engine.index.open(ada)
          expect(facts.items).toBe(model.size)
          expect(facts.totalLength).toBe([...model.values()].reduce((sum, content) => sum + analyze(content).length, 0))
          expect(await engine.verify(ada)).toEqual([])
        }),
        { numRuns: runs(30) },
      )
    }, 120_000)

    test('knows one owner only', async () => {
      const ada = somebody()
      await engine.store.add(ada, app, [draft('Ada drinks tea')], policy)
      const bob = somebody()
      await engine.store.add(bob, app, [draft('Bob plays the piano')], policy)
      expect((await indexed(engine, ada, ['tea', 'piano'])).size).toBe(1)
      expect((await engine.index.open(ada)).facts.items).toBe(1)
    })

    test('says what is wrong with it', async () => {
      const ada = somebody()
      await engine.store.add(ada, app, [draft('tea')], policy)
      expect(await engine.verify(ada)).toEqual([])
      expect(await engine.verify(owner('nobody'))).toEqual([])
    })

    test('what another process writes, changes and erases is seen by the next search', async () => {
      const ada = somebody()
      const [one, other] = [engine, await engine.another()]
      const ask = async (query: string) =>
        (await recall(other, callerOf(ada, 'app'), { query, limit: 5, unlogged: true })).map((hit) => hit.memory.id)
      const [tea] = await one.store.add(ada, app, [draft('tea in Lisbon')], policy)
      const id = tea?.memory?.id as MemoryId
      expect(await ask('tea')).toEqual([id])
      const content = { text: 'coffee in Lisbon', hash: contentHash('coffee in Lisbon') }
      await one.store.update(ada, app, id, { content }, { at: 2_000 })
      expect([await ask('tea'), await ask('coffee')]).toEqual([[], [id]])
      await one.store.setState(ada, app, [id], 'paused', { at: 2_000 })
      expect(await ask('coffee')).toEqual([])
      await one.store.setState(ada, app, [id], 'active', { at: 2_000 })
      await one.store.add(ada, app, [draft(Array.from({ length: 17_000 }, (_, i) => `w${i}`).join(' '))], policy)
      expect((await ask('coffee'))[0]).toBe(id)
      await one.store.delete(ada, app, [id], { at: 3_000 })
      expect(await ask('coffee')).toEqual([])
    })

    test('a search that another process packs the tail under finds each posting once', async () => {
      const ada = somebody()
      const reader = await engine.another()
      await engine.store.add(ada, app, [draft('tea')], policy)
      const before = await reader.index.open(ada)
      await engine.store.add(ada, app, [draft(Array.from({ length: 17_000 }, (_, i) => `w${i}`).join(' '))], policy)
      const ordinals = async (opened: typeof before) => {
        const blocks = (await opened.postings(['tea'])).get('tea') ?? []
        const found: number[] = []
        for (const { block, data } of blocks) eachPosting(data, block * blockSize, (ordinal) => found.push(ordinal))
        return found
      }
      expect(await ordinals(before)).toEqual([0])
      expect(await ordinals(await reader.index.open(ada))).toEqual([0])
      await engine.store.add(ada, app, [draft('more tea')], policy)
      expect(await ordinals(await reader.index.open(ada))).toEqual([0, 2])
    })

    test('erasing leaves no word of a text in the index', async () => {
      const ada = somebody()
      const [only, long] = await engine.store.add(
        ada,
        app,
        [draft('xylophone'), draft(Array.from({ length: 17_000 }, (_, i) => `w${i}`).join(' '))],
        policy,
      )
      expect((await indexed(engine, ada, ['xylophon', 'w7'])).size).toBe(2)
      for (const outcome of [only, long]) {
        await engine.store.delete(ada, app, [outcome?.memory?.id as MemoryId], { at: 2_000 })
      }
      const opened = await engine.index.open(ada)
      expect((await opened.postings(['xylophon', 'w7'])).size).toBe(0)
    })
  })
}
