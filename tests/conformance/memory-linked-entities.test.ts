/** A memory that its writer or a model linked to an entity is found by that entity's name, though its text does not say it: on every engine alike. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { contentHash } from '../../src/memory/content.ts'
import { mostLinked } from '../../src/memory/index/ports.ts'
import { embedItems } from '../../src/memory/jobs/embed-items.ts'
import type { Draft } from '../../src/memory/ports.ts'
import { type Embedder, toUnitLength } from '../../src/memory/rank/embedder.ts'
import { type Question, recall } from '../../src/memory/recall.ts'
import type { Memory } from '../../src/memory/schema.ts'
import type { MemoryId, OwnerId } from '../../src/shared/brand.ts'
import { app, callerOf, draftOf, entitiesFor, owner, policyAt, setRule, startMs } from '../support/memories.ts'
import { type MemoryEngine, memoryEngines } from '../support/memory-engines.ts'
import { testClock } from '../support/time.ts'

const chat = app('chat')
const by = { appId: chat, at: startMs }
const about = (...names: string[]): Partial<Draft> => ({
  annotations: { entities: names.map((name) => ({ name })), relations: [] },
})
const works = 'My sister works there since then.'
const others = ['The dog barks at night.', 'Tom works in a bank.', 'Tea is best in the morning.']

const letters: Embedder = {
  space: 'letters/32',
  questionBudgetMs: 1_000,
  embed: async (texts) => texts.map(lettersOf),
  embedQuestion: async (question) => lettersOf(question),
}
function lettersOf(text: string): Float32Array {
  const counts = new Float32Array(32)
  for (const letter of text)
    counts[(letter.codePointAt(0) ?? 0) % 32] = 1 + (counts[(letter.codePointAt(0) ?? 0) % 32] ?? 0)
  return toUnitLength(counts.map((count, i) => count - 0.4 - i / 128))
}

for (const { name: engineName, open } of memoryEngines) {
  describe(`Linked entities on ${engineName}`, () => {
    let engine: MemoryEngine
    let round = 0
    beforeAll(async () => {
      engine = await open()
    })
    afterAll(() => engine.close())
    const somebody = () => owner(`linked ${round++}`)
    async function add(of: OwnerId, text: string, parts: Partial<Draft> = {}): Promise<Memory> {
      const [outcome] = await engine.store.add(of, chat, [draftOf(text, parts)], policyAt())
      if (outcome?.memory === undefined) throw new Error('nothing was added')
      return outcome.memory
    }
    const ask = (of: OwnerId, query: string, parts: Partial<Question> = {}) =>
      recall(engine, callerOf(of, 'chat'), { query, limit: 5, unlogged: true, ...parts })
    const found = async (of: OwnerId, query: string, parts: Partial<Question> = {}) =>
      (await ask(of, query, parts)).map(({ memory }) => memory.content)
    const linked = async (of: OwnerId) =>
      (await engine.sql<{ key: string }>(`SELECT key FROM mention_unsaid WHERE owner_id = '${of}'`)).map(
        ({ key }) => key,
      )

    test('a memory is found by an entity that its writer gave it, and says so', async () => {
      const ada = somebody()
      for (const text of others) await add(ada, text)
      await add(ada, works, about('Aquarium', 'Lisbon Zoo'))
      const [hit, ...rest] = await ask(ada, 'Aquarium')
      expect(rest).toEqual([])
      expect(hit).toMatchObject({
        memory: { content: works },
        score: 1,
        why: { lists: [{ name: 'entities', rank: 1, score: 1 }], matched: [], entities: ['aquarium'] },
      })
      expect(await found(ada, "What is new in the lisbon zoo's shop?")).toEqual([works])
      expect(await found(ada, 'Lisbon')).toEqual([])
      // Beside what words find, and before it where it shares more.
      expect(await found(ada, 'Who works at the aquarium?')).toEqual([works, 'Tom works in a bank.'])
      const [both] = await ask(ada, 'Who works at the aquarium?')
      expect(both?.why).toMatchObject({ matched: ['works'], entities: ['aquarium'] })
    })

    test('and by one that a model found, until its text is another', async () => {
      const ada = somebody()
      const { id, contentHash: read } = await add(ada, works)
      const derived = {
        facts: [],
        entities: [{ name: 'Aquarium' }],
        relations: [],
        categories: [],
        occurredAt: undefined,
      }
      expect(await found(ada, 'aquarium')).toEqual([])
      expect(await engine.graphSource.keepExtraction(ada, id, read, derived, by)).toBe(true)
      expect(await found(ada, 'aquarium')).toEqual([works])
      const text = 'My sister works elsewhere.'
      await engine.store.update(ada, chat, id, { content: { text, hash: contentHash(text) } }, { at: startMs })
      expect(await found(ada, 'aquarium')).toEqual([])
    })

    test('and by one that its writer gave it, until its text is another that does not name it; undo brings it back', async () => {
      const ada = somebody()
      const { id } = await add(ada, works, about('Aquarium', 'Sister'))
      const text = 'The sister comes on Friday.'
      await engine.store.update(ada, chat, id, { content: { text, hash: contentHash(text) } }, { at: startMs })
      const [now] = await engine.store.get(ada, chat, [id])
      expect(now?.annotations.entities).toEqual([{ name: 'Sister' }])
      expect([await linked(ada), await found(ada, 'aquarium')]).toEqual([[], []])
      await engine.store.undo(ada, chat, id, { at: startMs + 1 })
      expect([await linked(ada), await found(ada, 'aquarium')]).toEqual([['aquarium'], [works]])
    })

    test('what its text says itself, or who speaks, is found by words alone', async () => {
      const ada = somebody()
      await add(ada, 'We went to the Aquarium with Zoë.', about('Aquarium', 'ZOË'))
      await add(ada, 'I did.', { ...about('Gina'), speaker: { kind: 'other', name: 'Gina' } })
      expect(await linked(ada)).toEqual([])
      const [hit] = await ask(ada, 'Aquarium')
      expect(hit?.why).toMatchObject({ lists: [{ name: 'words' }], matched: ['Aquarium'] })
      expect(hit?.why).not.toHaveProperty('entities')
      await add(ada, 'We started late.', about('Art'))
      expect(await found(ada, 'art')).toEqual(['We started late.'])
    })

    test('scripts without spaces and names with marks are found', async () => {
      const ada = somebody()
      await add(ada, '妹はそこで働いています。', about('水族館'))
      await add(ada, 'I learn it on Fridays.', about('C++'))
      await add(ada, 'She was born there.', about("St. Mary's Hospital"))
      expect(await found(ada, '水族館はどこですか')).toContain('妹はそこで働いています。')
      expect(await found(ada, 'Which C++ course?')).toEqual(['I learn it on Fridays.'])
      expect(await found(ada, "Who was in St. Mary's hospital?")).toContain('She was born there.')
    })

    test("an entity of somebody else's is not found", async () => {
      const [ada, bob] = [somebody(), somebody()]
      await add(ada, works, about('Aquarium'))
      await add(bob, 'Bob likes fish.', about('Fish Market'))
      expect(await found(bob, 'Aquarium')).toEqual([])
      expect(await found(bob, 'fish market')).toEqual(['Bob likes fish.'])
    })

    test('an app is given none that it may not read, nor one that is paused, archived or outside of what is asked for', async () => {
      const ada = somebody()
      const { id } = await add(ada, works, { ...about('Aquarium'), categories: ['family'] })
      expect(await found(ada, 'Aquarium', { categories: ['travel'] })).toEqual([])
      expect(await found(ada, 'Aquarium', { categories: ['family'] })).toEqual([works])
      for (const state of ['paused', 'archived'] as const) {
        await engine.store.setState(ada, chat, [id], state, { at: startMs })
        expect(await found(ada, 'Aquarium')).toEqual([])
      }
      await engine.store.setState(ada, chat, [id], 'active', { at: startMs })
      expect(await found(ada, 'Aquarium')).toEqual([works])
      // What another app wrote, under a rule of categories.
      const mail = app('mail')
      const asMail = async () =>
        (await recall(engine, callerOf(ada, 'mail'), { query: 'Aquarium', limit: 5, unlogged: true })).length
      const reads = (categories: readonly string[] | undefined) =>
        setRule(engine.store, ada, { appId: mail, paused: false, read: 'all', write: 'own', categories })
      await reads(['travel'])
      expect(await asMail()).toBe(0)
      await reads(['family'])
      expect(await asMail()).toBe(1)
    })

    test('one that was superseded is found for the time in which it held', async () => {
      const ada = somebody()
      const { id } = await add(ada, works, about('Aquarium'))
      const later = startMs + 86_400_000
      await engine.store.supersede(ada, chat, id, draftOf('She left.', about('Harbour')), { at: later })
      const at = (asOf: number) => found(ada, 'Aquarium', { asOf })
      expect([await at(later + 1), await at(later - 1)]).toEqual([[], [works]])
    })

    test('of one that was erased, or of an account, no name is left', async () => {
      const ada = somebody()
      const { id } = await add(ada, works, about('Aquarium'))
      await add(ada, 'It is loud there.', about('Harbour'))
      await engine.store.delete(ada, chat, [id], { at: startMs })
      expect(await found(ada, 'Aquarium')).toEqual([])
      expect(await linked(ada)).toEqual(['harbour'])
      await engine.store.eraseOwner(ada, startMs)
      expect(await linked(ada)).toEqual([])
    })

    test('of very many the newest are looked at', async () => {
      const ada = somebody()
      const drafts = Array.from({ length: mostLinked + 2 }, (_, n) => draftOf(`Note ${n}.`, about('Aquarium')))
      for (let from = 0; from < drafts.length; from += 100) {
        await engine.store.add(ada, chat, drafts.slice(from, from + 100), policyAt())
      }
      const { linked } = await engine.index.open(ada, undefined, entitiesFor(chat, 'aquarium', 'zoo'))
      expect([...linked.keys()]).toEqual(['aquarium'])
      expect([...(linked.get('aquarium') ?? [])].sort((a, b) => a - b)).toEqual(
        Array.from({ length: mostLinked }, (_, n) => n + 2),
      )
      expect(await found(ada, 'aquarium')).toHaveLength(5)
    })

    describe('what may not be seen takes nobody a place among the newest', () => {
      const noise = app('noise')
      async function flood(of: OwnerId, by: typeof noise, parts: Partial<Draft> = {}) {
        const drafts = Array.from({ length: mostLinked }, (_, n) =>
          draftOf(`Note ${n}.`, { ...about('Aquarium'), ...parts }),
        )
        const ids: MemoryId[] = []
        for (let from = 0; from < drafts.length; from += 100) {
          const added = await engine.store.add(of, by, drafts.slice(from, from + 100), policyAt())
          ids.push(...added.flatMap(({ memory }) => (memory === undefined ? [] : [memory.id])))
        }
        expect(ids).toHaveLength(mostLinked)
        return ids
      }

      test('what an app that may only write has filled it with, once that is archived or where it is not asked for', async () => {
        const ada = somebody()
        await add(ada, works, about('Aquarium'))
        await setRule(engine.store, ada, {
          appId: noise,
          paused: false,
          read: 'none',
          write: 'own',
          categories: undefined,
        })
        const ids = await flood(ada, noise, { categories: ['ads'], threadId: 'ads' })
        expect(await found(ada, 'Aquarium', { appId: chat })).toEqual([works])
        for (let from = 0; from < ids.length; from += 100) {
          await engine.store.setState(ada, chat, ids.slice(from, from + 100), 'archived', { at: startMs })
        }
        expect(await found(ada, 'Aquarium')).toEqual([works])
      })

      test('what an app may not read: it cannot tell how much there is of it', async () => {
        const ada = somebody()
        const own = 'I fed the otters.'
        await engine.store.add(ada, noise, [draftOf(own, about('Aquarium'))], policyAt())
        await setRule(engine.store, ada, {
          appId: noise,
          paused: false,
          read: 'own',
          write: 'own',
          categories: undefined,
        })
        const asNoise = async () =>
          (await recall(engine, callerOf(ada, 'noise'), { query: 'Aquarium', limit: 5, unlogged: true })).map(
            ({ memory }) => memory.content,
          )
        expect(await asNoise()).toEqual([own])
        await flood(ada, chat)
        expect(await asNoise()).toEqual([own])
        await setRule(engine.store, ada, {
          appId: noise,
          paused: false,
          read: 'all',
          write: 'own',
          categories: ['travel'],
        })
        expect(await asNoise()).toEqual([own])
      })

      test('what does not hold at the time that is asked for', async () => {
        const ada = somebody()
        await add(ada, works, about('Aquarium'))
        await flood(ada, chat, { validFrom: startMs + 86_400_000 })
        expect(await found(ada, 'Aquarium')).toEqual([works])
      })
    })

    test('a planted text with fifty entities does not come before what says the thing', async () => {
      const ada = somebody()
      const says =
        'My sister Ines feeds the otters of the Lisbon aquarium before she takes the tram home in the evening.'
      for (const text of [...others, says]) await add(ada, text)
      const names = ['sister', 'Ines', 'otters', 'Lisbon', 'aquarium', 'Lisbon aquarium', 'tram', 'feeds', 'evening']
      const padding = Array.from({ length: 50 - names.length }, (_, n) => `entity ${n}`)
      await add(ada, 'Buy now.', { ...about(...names, ...padding), speaker: { kind: 'document' } })
      await add(ada, 'Buy now, I say.', about(...names, ...padding))
      for (const query of [
        'Lisbon aquarium',
        'aquarium',
        'Does my sister Ines feed the otters?',
        'sister evening tram',
      ]) {
        const [first, ...rest] = await ask(ada, query)
        expect(first?.memory.content).toBe(says)
        expect(rest[0]?.score ?? 0).toBeLessThan(0.9 * (first?.score ?? 0))
      }
    })
  })
}

test('Linked entities rank the same on every engine, by words and by meaning', async () => {
  const engines = await Promise.all(memoryEngines.map(({ open }) => open()))
  try {
    const ada = owner('ada')
    const names = ['Aquarium', 'Lisbon', 'Grace Hopper', 'Oslo', '会議', 'Rex']
    const texts = ['She works there', 'We met again', 'It rains in Lisbon', 'Rex sleeps', 'The tram is late']
    const drafts = Array.from({ length: 300 }, (_, n) =>
      draftOf(`${texts[n % 5]} ${n}.`, {
        ...(n % 3 === 0 ? about(names[n % 6] ?? '', names[(n >> 2) % 6] ?? '') : {}),
        threadId: n % 2 === 0 ? `thread ${Math.floor(n / 10)}` : undefined,
        speaker: n % 7 === 0 ? { kind: 'assistant' } : { kind: 'self' },
      }),
    )
    for (const { store, vectors } of engines) {
      for (let from = 0; from < drafts.length; from += 100) {
        await store.add(ada, chat, drafts.slice(from, from + 100), policyAt(startMs + from * 3_600_000))
      }
      while ((await embedItems({ vectors, embedder: letters, clock: testClock(startMs) })) > 0);
    }
    for (const query of [
      'Aquarium',
      'Does Grace Hopper work in Lisbon or Oslo?',
      '会議はいつ',
      'Rex and the aquarium',
      'rain',
    ]) {
      for (const embedder of [undefined, letters]) {
        const answers = await Promise.all(
          engines.map((engine) =>
            recall({ ...engine, embedder }, callerOf(ada, 'chat'), { query, limit: 25, unlogged: true }),
          ),
        )
        const [first, ...rest] = answers.map((hits) =>
          hits.map(({ memory, score, why }) => ({ text: memory.content, score, entities: why.entities })),
        )
        expect(first?.length).toBeGreaterThan(3)
        expect(first?.some(({ entities }) => entities !== undefined)).toBe(query !== 'rain')
        const expected = first?.map((hit) => ({ ...hit, score: expect.closeTo(hit.score, 5) })) ?? []
        for (const other of rest) expect(other).toEqual(expected)
      }
    }
  } finally {
    for (const engine of engines) await engine.close()
  }
}, 60_000)
