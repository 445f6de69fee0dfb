/** What every adapter of `VectorIndex` keeps to, and searching by meaning on it. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { likenessOf, mostAlike } from '../../src/memory/index/codes.ts'
import { embedItems } from '../../src/memory/jobs/embed-items.ts'
import { type Embedder, toUnitLength } from '../../src/memory/rank/embedder.ts'
import { search } from '../../src/memory/recall.ts'
import { Fault } from '../../src/shared/fault.ts'
import { app, callerOf, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import type { MemoryEngine, OpenEngine } from '../support/memory-engines.ts'
import { testClock } from '../support/time.ts'
import { clusteredVectors } from '../support/vectors.ts'

/** A model of few meanings: a number for each group of words. */
const meanings = [
  ['dog', 'puppy', 'hound'],
  ['car', 'automobile', 'vehicle'],
  ['sea', 'ocean', 'beach'],
  ['tea', 'coffee', 'drink'],
]
class SmallModel implements Embedder {
  space = 'small/4'
  questionBudgetMs = 1_000
  up = true
  embedded = 0
  async embedQuestion(question: string, _signal?: AbortSignal): Promise<Float32Array> {
    return (await this.embed([question]))[0] ?? new Float32Array()
  }
  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    if (!this.up) throw new Fault('unavailable', 'The embedding model does not answer.')
    if (texts.some((text) => text.includes('poison'))) throw new Fault('unavailable', 'status 400')
    this.embedded += texts.length
    return texts.map((text) =>
      toUnitLength(
        Float32Array.from(meanings, (words) => words.filter((word) => text.toLowerCase().includes(word)).length - 0.1),
      ),
    )
  }
}

export function describeVectorIndex(name: string, open: OpenEngine): void {
  describe(`Vectors on ${name}`, () => {
    let engine: MemoryEngine
    let model: SmallModel
    const clock = testClock(startMs)
    beforeEach(async () => {
      engine = await open()
      model = new SmallModel()
    })
    afterEach(() => engine.close())

    const add = async (content: string, ownerId = 'ada') =>
      (await engine.store.add(owner(ownerId), app('app'), [draftOf(content)], policyAt(startMs)))[0]?.memory?.id ?? ''
    const embedAll = async () => {
      let count = 0
      for (let some = -1; some !== 0; count += some) {
        some = await embedItems({ vectors: engine.vectors, embedder: model, clock })
      }
      return count
    }
    const ask = (query: string, ownerId = 'ada') =>
      search({ ...engine, embedder: model }, callerOf(ownerId, 'app'), { query, limit: 5, unlogged: true })
    const contents = async (query: string, ownerId = 'ada') =>
      (await ask(query, ownerId)).hits.map(({ memory }) => memory.content)

    test('what is added waits for its vector, and is found by meaning once it has it', async () => {
      await add('My hound is called Rex.')
      await add('We drove to the mountains.')
      expect(await contents('puppy')).toEqual([])
      expect(await embedAll()).toBe(2)
      expect((await contents('puppy'))[0]).toBe('My hound is called Rex.')
      const [hit] = (await ask('puppy')).hits
      expect(hit?.why.lists.map(({ name }) => name)).toEqual(['meaning'])
    })

    test('a changed text gets another vector, an erased one leaves none', async () => {
      const id = await add('A puppy in the garden.')
      await embedAll()
      const text = 'A boat on the ocean.'
      await engine.store.update(
        owner('ada'),
        app('app'),
        id as never,
        { content: { text, hash: 'h' } },
        { at: startMs },
      )
      expect(await embedAll()).toBe(1)
      expect((await contents('beach'))[0]).toBe(text)
      await engine.store.delete(owner('ada'), app('app'), [id as never], { at: startMs })
      expect(await contents('beach')).toEqual([])
      expect(await engine.verify(owner('ada'))).toEqual([])
    })

    test('the nearest items come with their cosines, and so do those asked for besides and those beside either; what is rounded is told exactly', async () => {
      const { items, questions } = clusteredVectors(40, { groups: 2, spread: 0.3 }, 1)
      const drafts = items.map((_, n) => draftOf(`Note ${n}.`))
      await engine.store.add(owner('ada'), app('app'), drafts, policyAt(startMs))
      const claim = await engine.vectors.claim('made-up/384', items.length, startMs, 60_000)
      if (claim === undefined) throw new Error('Nothing waits for a vector.')
      await engine.vectors.keep(
        claim,
        claim.items.map(({ ordinal }) => items[ordinal]),
      )
      const vector = questions[0] as Float32Array
      const exact = new Map(items.map((item, ordinal) => [ordinal, likenessOf(vector, item)]))
      exact.delete(0)
      // So few are all compared: which are found is exact.
      const ordered = mostAlike(exact, items.length)
      const [besideOther = 0, other = 0] = ordered.slice(-2)
      const index = await engine.index.open(owner('ada'))
      const { cosines: found, rounding } = await index.nearest({
        vector,
        space: 'made-up/384',
        count: 10,
        also: [other],
        sample: [],
        beside: (at) => (at === other ? [besideOther, 0] : []),
        ends: () => [],
        accept: (at) => at !== 0,
      })
      const wanted = [...ordered.slice(0, 10), besideOther, other]
      expect([...found.keys()].sort((a, b) => a - b)).toEqual(wanted.sort((a, b) => a - b))
      const exactly = rounding?.exact([...found.keys()]) ?? found
      for (const [ordinal, likeness] of found) {
        expect(exactly.get(ordinal)).toBeCloseTo(exact.get(ordinal) ?? 2, 5)
        expect(Math.abs(likeness - (exact.get(ordinal) ?? 2))).toBeLessThan((rounding?.error ?? 0) + 1e-5)
      }
    })

    test('answers are the same, to the digit, once a process knows vectors as when it read them: only what counts is read again', async () => {
      const { items, questions } = clusteredVectors(400, { groups: 4, spread: 0.5 }, 12)
      const drafts = items.map((_, n) => draftOf(`Note ${n}.`, { threadId: `talk ${Math.floor(n / 9)}` }))
      await engine.store.add(owner('ada'), app('app'), drafts, policyAt(startMs))
      const claim = await engine.vectors.claim('made-up/384', items.length, startMs, 60_000)
      if (claim === undefined) throw new Error('Nothing waits for a vector.')
      await engine.vectors.keep(
        claim,
        claim.items.map(({ ordinal }) => items[ordinal]),
      )
      const answer = async (n: number) => {
        const embedder: Embedder = {
          space: 'made-up/384',
          questionBudgetMs: 1_000,
          embed: async () => [],
          embedQuestion: async () => questions[n] as Float32Array,
        }
        const asked = { query: `note ${n * 31}`, limit: 20, unlogged: true }
        const { hits } = await search({ ...engine, embedder }, callerOf('ada', 'app'), asked)
        return hits.map(({ memory, score, why }) => [
          memory.content,
          score,
          why.lists.map(({ name, score: its }) => [name, its]),
        ])
      }
      const all = async () => {
        const answers: unknown[] = []
        for (const n of questions.keys()) answers.push(await answer(n))
        return answers
      }
      /** Which are the nearest, also where the last of them and the first of the others are as near but for some digits. */
      const nearest = async (count: number) => {
        const found: number[][] = []
        for (const vector of questions) {
          const index = await engine.index.open(owner('ada'))
          const asked = { vector, space: 'made-up/384', count, also: [], sample: [], ends: () => [] }
          const { cosines } = await index.nearest({ ...asked, beside: () => [], accept: () => true })
          found.push([...cosines.keys()].sort((left, right) => left - right))
        }
        return found
      }
      const near = await nearest(200)
      const read = await all()
      expect(await all()).toEqual(read)
      expect(await nearest(200)).toEqual(near)
    })

    describe('Passages of a conversation', () => {
      const said = ['We were at the beach.', 'The waves were high.', 'It was cold.']
      const talk = async (parts: { threadId?: string } = { threadId: 'a talk' }) => {
        const ids: string[] = []
        for (const content of said) {
          const drafts = [draftOf(content, parts)]
          ids.push((await engine.store.add(owner('ada'), app('app'), drafts, policyAt(startMs)))[0]?.memory?.id ?? '')
        }
        return ids
      }
      /** How alike to the sea the passages are that end at the three items. */
      const passages = async () => {
        const vector = await model.embedQuestion('sea')
        const index = await engine.index.open(owner('ada'))
        const { space } = model
        await index.nearest({
          vector,
          space,
          count: 10,
          also: [],
          sample: [],
          beside: () => [],
          ends: () => [2],
          accept: () => true,
        })
        const likeness = index.passages(vector, space)
        return Array.from({ length: index.facts.ordinals }, (_, ordinal) => likeness(ordinal))
      }

      test('get a code with the item at which they end', async () => {
        await talk()
        await embedAll()
        expect(model.embedded).toBe(4)
        expect(await passages()).toEqual([undefined, undefined, expect.any(Number)])
      })

      test('are none in a guessed thread', async () => {
        await talk({})
        await embedAll()
        expect(model.embedded).toBe(3)
        expect(await passages()).toEqual([undefined, undefined, undefined])
      })

      test('go with any memory in them: erased, or given other words', async () => {
        const [first = '', second = ''] = await talk()
        await embedAll()
        await passages()
        await engine.store.delete(owner('ada'), app('app'), [first as never], { at: startMs })
        expect(await passages()).toEqual([undefined, undefined, undefined])
        await engine.vectors.renew('embeddings', owner('ada'), 0)
        await embedAll()
        expect((await passages())[2]).toEqual(expect.any(Number))
        const content = { text: 'The waves were low.', hash: 'h' }
        await engine.store.update(owner('ada'), app('app'), second as never, { content }, { at: startMs })
        expect((await passages())[2]).toBeUndefined()
        expect(await engine.verify(owner('ada'))).toEqual([])
      })

      test('are not kept where a memory in them was erased while they were embedded', async () => {
        const [first = ''] = await talk()
        const { embed } = model
        model.embed = async (texts) => {
          await engine.store.delete(owner('ada'), app('app'), [first as never], { at: startMs })
          return embed.call(model, texts)
        }
        await embedItems({ vectors: engine.vectors, embedder: model, clock })
        expect(await passages()).toEqual([undefined, undefined, undefined])
      })
    })

    test('owners do not meet', async () => {
      await add('My hound is called Rex.')
      await add('Her puppy is called Bo.', 'bob')
      await embedAll()
      expect(await contents('dog')).toEqual(['My hound is called Rex.'])
      expect(await contents('dog', 'bob')).toEqual(['Her puppy is called Bo.'])
    })

    test('a search says so while memories of its owner have no vectors yet, whoever else has none', async () => {
      await add('My hound is called Rex.')
      expect((await ask('hound')).degraded).toEqual(['vectors'])
      await embedAll()
      expect((await ask('hound')).degraded).toEqual([])
      await add('Her puppy is called Bo.', 'bob')
      expect((await ask('hound')).degraded).toEqual([])
      await add('My other hound is called Bo.')
      expect((await ask('hound')).degraded).toEqual(['vectors'])
      await embedAll()
      expect((await ask('hound')).degraded).toEqual([])
      // Gone over again, as for passages after an upgrade: the vectors are there meanwhile.
      await engine.sql('UPDATE index_owner SET embedded_to = 0, leased_until = 0')
      expect((await ask('hound')).degraded).toEqual([])
      expect(await embedAll()).toBe(3)
      // Another model: all are to be made anew.
      model.space = 'another model'
      expect((await ask('hound')).degraded).toEqual(['vectors'])
    })

    test('a question whose vector takes longer than the budget is answered by words, and says so', async () => {
      await add('My hound likes tea.')
      await embedAll()
      model.questionBudgetMs = 5
      model.embedQuestion = (_, signal) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
      const answer = await ask('hound')
      expect(answer.degraded).toEqual(['embedder'])
      expect(answer.hits.map(({ memory }) => memory.content)).toEqual(['My hound likes tea.'])
    })

    test('what a process that is told to stop had taken goes on at once in the next', async () => {
      await add('My hound likes tea.')
      const stopping = AbortSignal.abort(new Error('stopped'))
      const stopped = new SmallModel()
      stopped.embed = () => Promise.reject(stopping.reason)
      await expect(embedItems({ vectors: engine.vectors, embedder: stopped, clock }, stopping)).rejects.toThrow(
        'stopped',
      )
      expect(await embedAll()).toBe(1)
    })

    test('while the model is down writes succeed, search goes by words and says so, and it catches up', async () => {
      model.up = false
      await add('My hound likes tea.')
      await expect(embedItems({ vectors: engine.vectors, embedder: model, clock })).rejects.toThrow()
      const answer = await ask('hound')
      expect(answer.degraded).toEqual(['embedder'])
      expect(answer.hits).toHaveLength(1)
      model.up = true
      clock.advanceSeconds(15)
      expect(await embedAll()).toBe(1)
      expect(await ask('puppy')).toMatchObject({ degraded: [], hits: [{ memory: { content: 'My hound likes tea.' } }] })
    })

    test('a text that the model cannot take stops no other', async () => {
      await add('poison')
      await add('My hound is called Rex.')
      expect(await embedAll()).toBe(2)
      expect(await contents('puppy')).toContain('My hound is called Rex.')
    })

    test('another model embeds all anew, and until then search goes by words', async () => {
      await add('My hound is called Rex.')
      await embedAll()
      model.space = 'other/4'
      expect(await contents('puppy')).toEqual([])
      expect(await embedAll()).toBe(1)
      expect(await contents('puppy')).toEqual(['My hound is called Rex.'])
    })

    test('a process that was killed keeps what it had in hand from others for 20 s', async () => {
      await add('A dog at sea.')
      const killed = { ...model, space: model.space, embed: () => new Promise<never>(() => undefined) }
      const at = testClock(startMs)
      void embedItems({ vectors: engine.vectors, embedder: killed as never, clock: at })
      await Bun.sleep(100)
      at.advanceSeconds(19.999)
      expect(await embedItems({ vectors: engine.vectors, embedder: model, clock: at })).toBe(0)
      at.advanceSeconds(0.001)
      expect(await embedItems({ vectors: engine.vectors, embedder: model, clock: at })).toBe(1)
    })

    test('a lease is prolonged while it lasts, and not what has ended or is done', async () => {
      await add('A dog at sea.')
      const claimAt = (at: number) => engine.vectors.claim(model.space, 10, at, 1_000)
      const claim = await claimAt(startMs)
      if (claim === undefined) throw new Error('nothing waits')
      await engine.vectors.extend(claim, startMs + 900, 1_000)
      expect(await claimAt(startMs + 1_899)).toBeUndefined()
      expect(await claimAt(startMs + 1_900)).toBeDefined()
      await engine.vectors.extend(claim, startMs + 5_000, 1_000)
      expect(await claimAt(startMs + 5_000)).toBeDefined()
      await engine.vectors.keep(claim, [Float32Array.of(1, 0, 0, 0)])
      await engine.vectors.extend(claim, startMs + 5_500, 1_000)
      await add('A puppy in a car.')
      expect(await claimAt(startMs + 5_500)).toBeDefined()
    })

    test('what one process has claimed no other is given until the lease ends', async () => {
      await add('My hound is called Rex.')
      const at = clock.now()
      const claim = await engine.vectors.claim(model.space, 10, at, 1_000)
      expect(claim?.items).toHaveLength(1)
      expect(await engine.vectors.claim(model.space, 10, at + 500, 1_000)).toBeUndefined()
      expect((await engine.vectors.claim(model.space, 10, at + 1_000, 1_000))?.items).toHaveLength(1)
    })
  })
}
