/** Few memories: how rare a word is among them says little of how much it tells. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { OwnerFacts } from '../../../../src/memory/index/facts.ts'
import { askedTerms } from '../../../../src/memory/rank/asked-terms.ts'
import type { Embedder } from '../../../../src/memory/rank/embedder.ts'
import { toUnitLength } from '../../../../src/memory/rank/embedder.ts'
import { readQuestion } from '../../../../src/memory/rank/question.ts'
import { recipe } from '../../../../src/memory/rank/recipe.ts'
import { commonWords } from '../../../../src/memory/text/common-words.ts'
import { languages } from '../../../../src/memory/text/languages.ts'
import { openRecall, type Recall } from '../../../support/recall.ts'

/** A text's likeness to any question; the question itself has the first direction. */
const likeness: Record<string, number> = {
  'Favourite film: Alien.': 0.5,
  'Says that cilantro tastes like soap.': 0.2,
  'The movie projector is at Sam’s.': 0.3,
}
const directions: Embedder = {
  space: 'directions',
  questionBudgetMs: 1_000,
  embed: async (texts) =>
    texts.map((text, i) => {
      const along = likeness[text] ?? 0.1
      const vector = new Float32Array(64)
      vector[0] = along
      vector[1 + (i % 63)] = Math.sqrt(1 - along ** 2)
      return toUnitLength(vector)
    }),
  embedQuestion: async () => Float32Array.from({ length: 64 }, (_, i) => (i === 0 ? 1 : 0)),
}
const others = ['Cycles to work.', 'Has a black cat.', 'Sings alto in a choir.', 'Reads in the evening.']

describe('Beside meaning', () => {
  let memory: Recall
  beforeEach(() => {
    memory = openRecall({ embedder: directions })
  })
  afterEach(() => memory.close())
  const remember = async (...texts: string[]) => {
    for (const text of [...texts, ...others]) await memory.add(text)
    await memory.embed()
  }
  const first = async (query: string) => (await memory.ask(query))[0]?.memory.content

  test('`like` alone does not beat what fits in meaning: it has little of what the question could give', async () => {
    await remember('Favourite film: Alien.', 'Says that cilantro tastes like soap.')
    expect(await first('what movie do I like best')).toBe('Favourite film: Alien.')
    const hits = await memory.ask('what movie do I like best')
    const soap = hits.find(({ memory: { content } }) => content.includes('soap'))
    expect(soap?.why.lists.find(({ name }) => name === 'words')?.score).toBeLessThan(0.5)
  })

  test('a word that tells something does, as before', async () => {
    await remember('Favourite film: Alien.', 'The movie projector is at Sam’s.')
    expect(await first('who has the movie projector')).toBe('The movie projector is at Sam’s.')
  })

  test('a common word that is all that is asked counts in full', async () => {
    await remember('Favourite film: Alien.', 'Says that cilantro tastes like soap.')
    expect(await first('like')).toBe('Says that cilantro tastes like soap.')
  })

  test('with explain, the parts add up to the score by words', async () => {
    await remember('Says that cilantro tastes like soap.')
    for (const { why } of await memory.ask('what movie do I like best', { explain: true })) {
      const score = why.lists.find(({ name }) => name === 'words')?.score ?? 0
      const { own, beside, thread } = why.details?.words ?? { own: 0, beside: 0, thread: 0 }
      expect(own + beside + thread).toBeCloseTo(score, 9)
    }
  })
})

test('a common word counts a fifth of another one in a memory of thirty facts, more in a larger one, as much by words alone', async () => {
  const question = await readQuestion('soap like', [], 0)
  const weights = (items: number, besideMeaning: boolean) => {
    const facts = Object.assign(new OwnerFacts(), { items })
    return askedTerms(facts, new Map(), question, new Uint8Array(), besideMeaning, recipe).map(({ weight }) => weight)
  }
  const [soap, like] = weights(30, true)
  expect(soap).toBe(1)
  expect(like).toBeCloseTo(0.22, 2)
  expect(weights(100_000, true)[1]).toBeGreaterThan(0.95)
  expect(weights(30, false)).toEqual([1, 1])
})

test('common words are known in the languages that have a list, and none are names of things', async () => {
  const place = (code: string) => languages.findIndex((one) => one.code === code)
  const wordsOf = (code: string) => commonWords(place(code))
  expect([...(await wordsOf('en'))]).toContainValues(['like', 'best', 'thing', 'want'])
  expect((await wordsOf('de')).has('mag')).toBe(true)
  expect((await wordsOf('es')).has('mejor')).toBe(true)
  for (const word of ['movie', 'soap', 'mother', 'dog']) expect((await wordsOf('en')).has(word)).toBe(false)
  expect((await wordsOf('ta')).size).toBe(0)
})
