/** What every adapter of `IndexRebuild` keeps to: an index that is made anew is searched and written meanwhile. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { atOnce, portionLimits } from '../../src/memory/index/rebuilding.ts'
import { embedItems } from '../../src/memory/jobs/embed-items.ts'
import { search } from '../../src/memory/recall.ts'
import { analyze } from '../../src/memory/text/analyze.ts'
import type { MemoryId } from '../../src/shared/brand.ts'
import { app, callerOf, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import type { MemoryEngine, OpenEngine } from '../support/memory-engines.ts'
import { runs } from '../support/runs.ts'
import { testClock } from '../support/time.ts'

const ada = owner('ada')
const chat = app('chat')
/** So much that it is not read at once, in few different words. */
const long = 'sailing on the lake '.repeat(Math.ceil(atOnce.characters / 20) + 1)

export function describeIndexRebuild(name: string, open: OpenEngine): void {
  describe(`Making an index of words anew on ${name}`, () => {
    let engine: MemoryEngine
    beforeEach(async () => {
      engine = await open()
    })
    afterEach(() => engine.close())

    const add = async (...texts: string[]) =>
      (
        await engine.store.add(
          ada,
          chat,
          texts.map((text) => draftOf(text)),
          policyAt(),
        )
      ).flatMap(({ memory }) => memory?.id ?? [])
    const ask = async (query: string, at: Pick<MemoryEngine, 'store' | 'index'> = engine) => {
      const { hits, degraded } = await search({ ...at, embedder: undefined }, callerOf('ada', 'chat'), {
        query,
        limit: 5,
        unlogged: true,
      })
      return { found: hits.map(({ memory }) => memory.content), degraded }
    }
    const goOn = async (most = Number.POSITIVE_INFINITY) => {
      let portions = 0
      while (portions < most && (await engine.rebuild.goOn())) portions += 1
      return portions
    }
    const many = () =>
      add(long, ...Array.from({ length: 2 * portionLimits.items }, (_, n) => `The boat${n} has a red sail.`))
    /** As after an upgrade: another program has read the words, by other rules, and what it was making anew too. */
    const readByAnother = () => engine.sql('UPDATE index_owner SET analyzer = 0, next_analyzer = 0')
    /** As after a restore: the memories alone are there. */
    const restored = async () => {
      for (const table of ['tail', 'posting', 'item', 'code', 'vector', 'owner']) {
        await engine.sql(`DELETE FROM index_${table}`)
      }
    }
    const rowsOf = async (term: string) =>
      (await engine.sql<{ term: string }>(`SELECT term FROM index_posting WHERE term = '${term}'`)).length
    const rowsWith = async (word: string) => {
      const [term = ''] = analyze(word).terms.keys()
      const tail = await engine.sql<{ terms: string }>('SELECT terms FROM index_tail')
      return (await rowsOf(term)) + tail.filter(({ terms }) => terms.includes(term)).length
    }

    test('of few memories it is whole for whoever asks, also where the job has begun it', async () => {
      await add(
        'The otter sleeps under the bridge.',
        ...Array.from({ length: 40 }, (_, n) => `Note ${n} of the river.`),
      )
      for (const portions of [0, 1]) {
        await restored()
        await engine.rebuild.begin()
        await goOn(portions)
        expect(await ask('otter')).toEqual({ found: ['The otter sleeps under the bridge.'], degraded: [] })
      }
      expect(await goOn()).toBe(0)
    })

    test('of few memories that another program has read it is whole too, however far the job is', async () => {
      await add('The otter sleeps under the bridge.', 'The heron does not.')
      for (const portions of [0, 1, 2]) {
        await readByAnother()
        await engine.rebuild.begin()
        await goOn(portions)
        expect(await ask('otter')).toEqual({ found: ['The otter sleeps under the bridge.'], degraded: [] })
        await goOn()
        expect(await engine.verify(ada)).toEqual([])
      }
    })

    test('asked for, the old one answers until the new one is whole, and nothing of the old one is left', async () => {
      const [first = '' as MemoryId] = await many()
      expect(await engine.vectors.renew('index', ada, 0)).toBe(1)
      const found = await ask('boat7')
      expect(found).toEqual({ found: ['The boat7 has a red sail.'], degraded: [] })
      await goOn(3)
      expect(await ask('boat7')).toEqual(found)
      await add('A boat7 from Lisbon.')
      const content = { text: 'Rowing is fine too.', hash: 'rowing' }
      await engine.store.update(ada, chat, first, { content }, { at: startMs })
      expect((await ask('boat7')).found).toHaveLength(2)
      expect(await goOn()).toBeGreaterThan(1)
      expect(await ask('boat7 Lisbon')).toMatchObject({ degraded: [], found: ['A boat7 from Lisbon.', found.found[0]] })
      expect(await engine.verify(ada)).toEqual([])
      expect(await goOn()).toBe(0)
    })

    test('after an upgrade the old one answers, which the search says, in every process and until the end', async () => {
      await many()
      const other = await engine.another()
      await ask('boat7', other)
      await readByAnother()
      expect(await ask('boat7')).toEqual({ found: ['The boat7 has a red sail.'], degraded: ['index'] })
      expect(await ask('boat7', other)).toEqual({ found: ['The boat7 has a red sail.'], degraded: ['index'] })
      await goOn()
      expect(await ask('boat7')).toEqual({ found: ['The boat7 has a red sail.'], degraded: [] })
      expect(await ask('boat7', other)).toEqual({ found: ['The boat7 has a red sail.'], degraded: [] })
      expect(await engine.verify(ada)).toEqual([])
    })

    test('whoever has none is found by those who begin, touched or not, and what is written meanwhile is found at once', async () => {
      await many()
      await restored()
      await engine.rebuild.begin()
      await add('The boat7000 is new.')
      expect(await ask('boat7000')).toEqual({ found: ['The boat7000 is new.'], degraded: ['index'] })
      expect((await ask('boat7')).found).toEqual([])
      await goOn()
      expect(await ask('boat7')).toEqual({ found: ['The boat7 has a red sail.'], degraded: [] })
      expect(await engine.verify(ada)).toEqual([])
    })

    test('who asks first does not wait for it: that begins it alone', async () => {
      await many()
      await restored()
      expect(await ask('boat7')).toEqual({ found: [], degraded: ['index'] })
      expect(await goOn()).toBeGreaterThan(2)
      expect((await ask('boat7')).found).toHaveLength(1)
    })

    test('an owner of few memories is read at once', async () => {
      await add('The boat7 has a red sail.')
      await restored()
      expect(await ask('boat7')).toEqual({ found: ['The boat7 has a red sail.'], degraded: [] })
      await readByAnother()
      expect(await ask('boat7')).toEqual({ found: ['The boat7 has a red sail.'], degraded: [] })
      expect(await goOn()).toBe(0)
    })

    test('of a text that is erased meanwhile no word stays, whichever program read it and however far it is', async () => {
      const erase = async (id: MemoryId) => engine.store.delete(ada, chat, [id], { at: startMs })
      await many()
      for (const begin of [readByAnother, async () => engine.vectors.renew('index', ada, 0), restored]) {
        for (const portions of [0, 2, 100]) {
          const [id = '' as MemoryId] = await add('Nobody may know of marzipan.')
          await engine.vectors.renew('index', ada, 0)
          await goOn()
          expect(await rowsWith('marzipan')).toBe(1)
          await begin()
          await ask('boat7')
          await goOn(portions)
          await erase(id)
          expect(await rowsWith('marzipan')).toBe(0)
          await goOn()
          expect(await rowsWith('marzipan')).toBe(0)
          expect(await engine.verify(ada)).toEqual([])
        }
      }
    }, 120_000)

    test('a search that began before it was done reads the new one', async () => {
      await many()
      await engine.vectors.renew('index', ada, 0)
      const opened = await engine.index.open(ada)
      await goOn()
      expect((await opened.postings([...analyze('boat7').terms.keys()])).size).toBe(1)
    })

    test('vectors stay', async () => {
      await many()
      const clock = testClock(startMs)
      let embedded = 0
      const embedder = {
        space: 'one',
        questionBudgetMs: 1_000,
        embedQuestion: async () => Float32Array.of(1),
        embed: async (texts: readonly string[]) => {
          embedded += texts.length
          return texts.map(() => Float32Array.of(1))
        },
      }
      const embedAll = async () => {
        while ((await embedItems({ vectors: engine.vectors, embedder, clock })) > 0);
      }
      await embedAll()
      const before = embedded
      await readByAnother()
      await ask('boat7')
      await engine.vectors.renew('index', undefined, 0)
      await goOn()
      await embedAll()
      expect(embedded).toBe(before)
    })

    test('one that lacks memories, or has some that are gone, is whole again', async () => {
      const [, second = '' as MemoryId] = await many()
      await engine.sql('DELETE FROM index_item WHERE ordinal IN (5, 6)')
      await engine.sql(`DELETE FROM memory WHERE id = '${second}'`)
      await engine.vectors.renew('index', ada, 0)
      await goOn()
      expect(await engine.verify(ada)).toEqual([])
    })

    test('what another program makes anew is begun again, so that no word of an erased text is left in it', async () => {
      const [, second = '' as MemoryId] = await many()
      await engine.vectors.renew('index', ada, 0)
      while ((await rowsWith('boat0')) < 2) await goOn(1)
      // Its rules call the word otherwise.
      await engine.sql('UPDATE index_owner SET next_analyzer = 0')
      await engine.sql("UPDATE index_posting SET term = 'otherrule' WHERE term = 'boat0' AND owner < 0")
      expect(await rowsOf('otherrule')).toBe(1)
      await engine.store.delete(ada, chat, [second], { at: startMs })
      expect([await rowsWith('boat0'), await rowsOf('otherrule')]).toEqual([0, 0])
      await goOn()
      expect(await engine.verify(ada)).toEqual([])
    })

    test('nor of one that another program wrote while it made it anew: what is in use counts as read by its rules then', async () => {
      await many()
      const [id = '' as MemoryId] = await add('Nobody may know of marzipan.')
      // Its rules call the words otherwise.
      await engine.sql("UPDATE index_tail SET terms = 'otherrule 1'")
      await engine.sql(
        'UPDATE index_owner SET next_analyzer = 0, next_generation = generation + 1, rebuilt_to = 0, unfinished = 1',
      )
      await engine.store.delete(ada, chat, [id], { at: startMs })
      expect(await rowsOf('otherrule')).toBe(0)
      expect((await ask('boat0')).degraded).toEqual(['index'])
      await goOn()
      expect(await ask('boat0')).toMatchObject({ degraded: [] })
      expect(await engine.verify(ada)).toEqual([])
    })

    test('whatever is written in between, index and memories agree in the end', async () => {
      const step = fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({ kind: fc.constant('goOn' as const), which: fc.integer({ min: 1, max: 3 }) }),
        },
        {
          weight: 3,
          arbitrary: fc.record({ kind: fc.constant('add' as const), which: fc.integer({ min: 1, max: 90 }) }),
        },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant('update' as const), which: fc.nat() }) },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), which: fc.nat() }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('archive' as const), which: fc.nat() }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('renew' as const), which: fc.nat() }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('readByAnother' as const), which: fc.nat() }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('restored' as const), which: fc.nat() }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('ask' as const), which: fc.nat() }) },
      )
      let round = 0
      const ids = await many()
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
          for (const { kind, which } of steps) {
            round += 1
            const id = ids[which % ids.length] as MemoryId
            if (kind === 'goOn') await goOn(which)
            else if (kind === 'add') {
              ids.push(
                ...(await add(...Array.from({ length: which }, (_, n) => `Round ${round} and ${n} of the boat${n}.`))),
              )
            } else if (kind === 'update') {
              const content = { text: `Changed in round ${round}.`, hash: `${round}` }
              await engine.store.update(ada, chat, id, { content }, { at: startMs })
            } else if (kind === 'delete') {
              await engine.store.delete(ada, chat, [id], { at: startMs })
              ids.splice(ids.indexOf(id), 1)
            } else if (kind === 'archive') await engine.store.setState(ada, chat, [id], 'archived', { at: startMs })
            else if (kind === 'renew') await engine.vectors.renew('index', ada, 0)
            else if (kind === 'readByAnother') await readByAnother()
            else if (kind === 'restored') await restored()
            else await ask('boat7')
          }
          await ask('boat7')
          await goOn()
          expect(await engine.verify(ada)).toEqual([])
        }),
        { numRuns: runs(8) },
      )
    }, 120_000)
  })
}
