import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { openSqliteMemoryStore, type SqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import { embedItems } from '../../src/memory/jobs/embed-items.ts'
import { CodeTable, codeFrom, codeOf, likenessOf, toBytes, vectorFrom } from '../../src/memory/rank/codes.ts'
import { type Embedder, toUnitLength } from '../../src/memory/rank/embedder.ts'
import { search } from '../../src/memory/recall.ts'
import { Fault } from '../../src/shared/fault.ts'
import { app, callerOf, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import { testClock } from '../support/time.ts'

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

let engine: SqliteMemoryStore
let model: SmallModel
const clock = testClock(startMs)
beforeEach(() => {
  engine = openSqliteMemoryStore({ path: ':memory:' })
  model = new SmallModel()
})
afterEach(() => engine.store.close())

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

describe('Vectors on SQLite', () => {
  test('what is added waits for its vector, and is found by meaning once it has it', async () => {
    await add('My hound is called Rex.')
    await add('We drove to the mountains.')
    expect(await engine.vectors.waiting(model.space)).toBe(2)
    expect(await contents('puppy')).toEqual([])
    expect(await embedAll()).toBe(2)
    expect(await engine.vectors.waiting(model.space)).toBe(0)
    expect((await contents('puppy'))[0]).toBe('My hound is called Rex.')
    const [hit] = (await ask('puppy')).hits
    expect(hit?.why.lists.map(({ name }) => name)).toEqual(['meaning'])
  })

  test('a changed text gets another vector, an erased one leaves none', async () => {
    const id = await add('A puppy in the garden.')
    await embedAll()
    const text = 'A boat on the ocean.'
    await engine.store.update(owner('ada'), app('app'), id as never, { content: { text, hash: 'h' } }, { at: startMs })
    expect(await embedAll()).toBe(1)
    expect((await contents('beach'))[0]).toBe(text)
    await engine.store.delete(owner('ada'), app('app'), [id as never], { at: startMs })
    expect(await contents('beach')).toEqual([])
    expect(engine.verify(owner('ada'))).toEqual([])
  })

  test('owners do not meet', async () => {
    await add('My hound is called Rex.')
    await add('Her puppy is called Bo.', 'bob')
    await embedAll()
    expect(await contents('dog')).toEqual(['My hound is called Rex.'])
    expect(await contents('dog', 'bob')).toEqual(['Her puppy is called Bo.'])
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
    expect(await engine.vectors.waiting(model.space)).toBe(1)
    expect(await contents('puppy')).toEqual([])
    expect(await embedAll()).toBe(1)
    expect(await contents('puppy')).toEqual(['My hound is called Rex.'])
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

describe('One-bit codes', () => {
  const vector = fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 64, maxLength: 64 })
    .map((values) => toUnitLength(Float32Array.from(values)))

  test('vectors and codes come back from their bytes', () => {
    fc.assert(
      fc.property(vector, (one) => {
        expect(vectorFrom(toBytes(one))).toEqual(one)
        expect(codeFrom(toBytes(codeOf(one)))).toEqual(codeOf(one))
      }),
    )
  })

  test('the nearest by code are those of which fewest signs differ', () => {
    const differing = (left: Float32Array, right: Float32Array) =>
      left.reduce((sum, value, i) => sum + (value > 0 === (right[i] ?? 0) > 0 ? 0 : 1), 0)
    fc.assert(
      fc.property(fc.array(vector, { minLength: 5, maxLength: 40 }), vector, (vectors, question) => {
        const table = new CodeTable(2)
        vectors.forEach((one, ordinal) => {
          table.put(ordinal, codeOf(one))
        })
        const found = table.nearest(codeOf(question), 3, (ordinal) => ordinal !== 0)
        const distances = vectors.map((one) => differing(one, question))
        const third = distances.slice(1).sort((a, b) => a - b)[2] ?? 0
        const expected = distances.flatMap((distance, i) => (i > 0 && distance <= third ? [i] : []))
        expect(found).toEqual(expected)
      }),
    )
  })

  test('likeness is 1 for a vector and itself', () => {
    fc.assert(fc.property(vector, (one) => Math.abs(likenessOf(one, one) - 1) < 1e-5 || one.every((v) => v === 0)))
  })
})
