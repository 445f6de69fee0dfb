import { describe, expect, test } from 'bun:test'
import { OwnerFacts } from '../../../../src/memory/index/facts.ts'
import { entityKeysIn, linkedScores } from '../../../../src/memory/rank/entities.ts'
import { readQuestion } from '../../../../src/memory/rank/question.ts'
import { recipe } from '../../../../src/memory/rank/recipe.ts'
import { limits } from '../../../../src/memory/schema.ts'
import type { ClientId } from '../../../../src/shared/brand.ts'

describe('The names that a question may ask for', () => {
  test('are its words and up to four in a row, as entities are named; none ends with a stop word', () => {
    expect(entityKeysIn('Who works at the New York Aquarium?')).toEqual([
      'works',
      'new',
      'york',
      'aquarium',
      'who works',
      'the new',
      'new york',
      'york aquarium',
      'at the new',
      'the new york',
      'new york aquarium',
      'works at the new',
      'at the new york',
      'the new york aquarium',
    ])
  })

  test.each([
    ["What did Grace's sister say?", 'grace'],
    ['Was ist mit dem  ZOO   Leipzig?', 'zoo leipzig'],
    ['Which C++ course?', 'c++'],
    ["Who was in St. Mary's Hospital?", "st. mary's hospital"],
    ['When did I meet Will?', 'will'],
    ['ＡＱＵＡＲＩＵＭ', 'aquarium'],
    ['水族館はどこですか', '水族館'],
  ])('%s may ask for %s', (question, key) => {
    expect(entityKeysIn(question)).toContain(key)
  })

  test('are none where there are stop words alone', () => {
    expect(entityKeysIn('what is it to you')).toEqual([])
    expect(entityKeysIn('?!')).toEqual([])
  })

  test('are few, however long the question is', () => {
    const long = Array.from({ length: limits.queryCharacters / 5 }, (_, n) => `w${n}`).join(' ')
    expect(entityKeysIn(long)).toHaveLength(80)
    expect(entityKeysIn('水'.repeat(limits.queryCharacters)).length).toBeLessThan(80)
    expect(
      entityKeysIn([...Array(limits.queryCharacters).keys()].map((n) => String.fromCodePoint(0x4e00 + n)).join('')),
    ).toHaveLength(80)
  })
})

describe('What being linked to an entity counts', () => {
  const facts = new OwnerFacts()
  for (let ordinal = 0; ordinal < 100; ordinal++) {
    facts.put({
      ...{ ordinal, length: 5, language: 0, traits: 0, threadId: `${ordinal}`, position: 0, speakerKind: 'self' },
      ...{ speakerName: undefined, appId: 'app' as ClientId, categories: [], state: 'active', occurredAt: undefined },
      ...{ createdAt: 0, validFrom: 0, validTo: undefined },
    })
  }
  const visible = new Uint8Array(100).fill(1)
  const postingsOf = (...ordinals: number[]) => ({
    ordinals: Int32Array.from(ordinals),
    frequencies: new Int32Array(ordinals.length).fill(1),
    count: ordinals.length,
  })
  const scoresOf = async (query: string, linked: Record<string, number[]>, having: Record<string, number[]> = {}) => {
    const { terms } = await readQuestion(query, [0], 0)
    const weighted = terms.map(({ word }) => ({ weight: 1, postings: postingsOf(...(having[word.lower] ?? [])) }))
    return linkedScores(facts, terms, weighted, new Map(Object.entries(linked)), visible, recipe)
  }

  test('an item counts for two entities at most, those that add most', async () => {
    const names = { otter: [1, 2, 3], tram: [1], harbour: [1, 4], piano: [1, 5] }
    const scores = await scoresOf('otter tram harbour piano', names)
    expect(scores.get(1)?.entities).toEqual(['tram', 'harbour'])
    const two = await scoresOf('tram harbour', { tram: [1], harbour: [1, 4] })
    expect(scores.get(1)?.score).toBe(two.get(1)?.score ?? Number.NaN)
  })

  test('a word that its text has counts there and not once more', async () => {
    const scores = await scoresOf('new otter', { 'new otter': [1, 2] }, { otter: [1] })
    const other = await scoresOf('new', { new: [1, 2] })
    expect(scores.get(1)?.score).toBe(other.get(1)?.score ?? Number.NaN)
    expect(scores.get(2)?.score).toBeGreaterThan(scores.get(1)?.score ?? 0)
    expect((await scoresOf('otter', { otter: [1] }, { otter: [1] })).size).toBe(0)
  })

  test('a name that many are linked to counts less, as a word that many texts have', async () => {
    const few = await scoresOf('otter', { otter: [1] })
    const many = await scoresOf('otter', { otter: Array.from({ length: 50 }, (_, n) => n) })
    const said = await scoresOf('otter', { otter: [1] }, { otter: Array.from({ length: 49 }, (_, n) => n + 50) })
    expect(many.get(1)?.score).toBeLessThan(few.get(1)?.score ?? 0)
    expect(said.get(1)?.score).toBeCloseTo(many.get(1)?.score ?? 0, 12)
  })

  test('what may not be seen, or is not known yet, is not there', async () => {
    visible[7] = 0
    expect([...(await scoresOf('otter', { otter: [6, 7, 100_000] })).keys()]).toEqual([6])
    visible[7] = 1
  })
})
