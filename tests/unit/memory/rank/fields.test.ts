import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { OwnerFacts } from '../../../../src/memory/index/facts.ts'
import {
  blockOf,
  blockSize,
  gatherPostings,
  packPostings,
  withoutPostings,
} from '../../../../src/memory/index/postings.ts'
import { invert, packTerms, unpackTerms } from '../../../../src/memory/index/tail.ts'
import { scoreFields } from '../../../../src/memory/rank/fields.ts'
import { rarestTerms, readQuestion } from '../../../../src/memory/rank/question.ts'
import { recipe } from '../../../../src/memory/rank/recipe.ts'
import { guessedThread } from '../../../../src/memory/threads.ts'
import type { ClientId } from '../../../../src/shared/brand.ts'

interface Item {
  readonly thread: number
  readonly terms: readonly string[]
  readonly removed: boolean
  readonly assistant: boolean
  /** In its thread; undefined for one that comes as it is said. */
  readonly position: number | undefined
}
const item = fc.record({
  thread: fc.integer({ min: 0, max: 3 }),
  terms: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 5 }),
  removed: fc.boolean(),
  assistant: fc.boolean(),
  position: fc.option(fc.integer({ min: 0, max: 14 }), { freq: 4, nil: undefined }),
})

const positionOf = ({ position }: Item, ordinal: number): number => position ?? ordinal

function factsOf(items: readonly Item[], keepRemoved = true, threadName = 'thread '): OwnerFacts {
  const facts = new OwnerFacts()
  items.forEach((one, ordinal) => {
    const { thread, terms, removed, assistant } = one
    if (removed && !keepRemoved) return
    facts.put({
      ordinal,
      length: terms.length,
      language: 0,
      traits: 0,
      threadId: `${threadName}${thread}`,
      position: positionOf(one, ordinal),
      speakerKind: assistant ? 'assistant' : 'self',
      speakerName: undefined,
      appId: 'app' as ClientId,
      categories: [],
      state: 'active',
      occurredAt: undefined,
      createdAt: ordinal,
      validFrom: 0,
      validTo: undefined,
    })
  })
  items.forEach(({ removed }, ordinal) => {
    if (removed) facts.remove(ordinal)
  })
  return facts
}

/** Every item of these tests is accepted. */
const all = new Uint8Array(4 * blockSize).fill(1)
const everything = { limit: Number.POSITIVE_INFINITY, always: [], factor: () => 1, highestFactor: 1 }

const postingsOf = (items: readonly Item[], term: string) => {
  const having = items.flatMap(({ terms, removed }, ordinal): [number, number][] => {
    const times = terms.filter((one) => one === term).length
    return removed || times === 0 ? [] : [[ordinal, times]]
  })
  return gatherPostings(new Map([[term, [{ block: 0, data: packPostings(0, having) }]]]), [term], all)
}

/** The definition, item by item: BM25 of own words, of words around and of the thread, added up; an assistant lends little. */
function naive(items: readonly Item[], terms: readonly string[]): number[] {
  const { k1, b } = recipe
  const live = items.flatMap((one, at) => (one.removed ? [] : [at]))
  const placeOf = (at: number) => positionOf(items[at] as Item, at)
  const threadOf = (at: number) =>
    live
      .filter((other) => items[other]?.thread === items[at]?.thread)
      .sort((left, right) => placeOf(left) - placeOf(right) || left - right)
  const weights = (at: number) => {
    const thread = threadOf(at)
    const place = thread.indexOf(at)
    const near = [recipe.secondNeighbour, recipe.neighbour, 1, recipe.neighbour, recipe.secondNeighbour]
    return near.flatMap((weight, i) => {
      const other = thread[place + i - 2]
      return other === undefined ? [] : [[other, weight] as const]
    })
  }
  const times = (at: number, term: string) => items[at]?.terms.filter((one) => one === term).length ?? 0
  const length = (at: number) => items[at]?.terms.length ?? 0
  const lends = (at: number) => (items[at]?.assistant === true ? recipe.assistantLends : 1)
  const around = (at: number, of: (other: number) => number) =>
    weights(at).reduce((sum, [other, weight]) => sum + weight * (other === at ? 1 : lends(other)) * of(other), 0)
  const threads = [...new Set(live.map((at) => items[at]?.thread))]
  const total = live.reduce((sum, at) => sum + length(at), 0)
  const lent = live.reduce((sum, at) => sum + lends(at) * length(at), 0)
  const average = live.length === 0 ? 1 : total / live.length
  const perThread = threads.length === 0 ? 1 : live.length / threads.length
  const averageAround =
    average +
    ((live.length === 0 ? 1 : lent / live.length) *
      (2 * recipe.neighbour * (perThread - 1) + 2 * recipe.secondNeighbour * Math.max(0, perThread - 2))) /
      perThread
  const rarity = (all: number, having: number) => Math.log(1 + Math.max(0, all - having + 0.5) / (having + 0.5))
  const gain = (frequency: number, size: number, usual: number, rare: number) =>
    frequency === 0 ? 0 : (rare * frequency * (k1 + 1)) / (frequency + k1 * (1 - b + (b * size) / usual))
  return items.map((one, at) => {
    if (one.removed) return 0
    let score = 0
    let touched = false
    for (const term of terms) {
      const own = live.filter((other) => times(other, term) > 0).length
      if (own === 0) continue
      const having = live.filter((other) => around(other, (near) => times(near, term)) > 0).length
      const inThreads = threads.filter((thread) =>
        live.some((other) => items[other]?.thread === thread && times(other, term) > 0),
      ).length
      const near = around(at, (other) => times(other, term))
      if (near > 0) touched = true
      score += recipe.item * gain(times(at, term), length(at), average, rarity(live.length, own))
      score += recipe.context * gain(near, Math.max(1, around(at, length)), averageAround, rarity(live.length, having))
      const inThread = threadOf(at)
      score +=
        recipe.thread *
        gain(
          inThread.reduce((sum, other) => sum + lends(other) * times(other, term), 0),
          inThread.reduce((sum, other) => sum + lends(other) * length(other), 0),
          Math.max(1, lent / threads.length),
          rarity(threads.length, inThreads),
        )
    }
    return touched ? score : 0
  })
}

describe('BM25 over an item, its neighbours and its thread', () => {
  test('equals its definition, whatever was removed or put in between, and leaves nothing behind for the next call', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 14 }), fc.uniqueArray(fc.constantFrom('a', 'b', 'c')), (items, terms) => {
        const facts = factsOf(items)
        const expected = naive(items, terms)
        const weighted = terms.map((term) => ({ weight: 1, postings: postingsOf(items, term) }))
        for (let again = 0; again < 2; again++) {
          const { found, scores } = scoreFields(facts, weighted, recipe, everything)
          expect([...found].sort((x, y) => x - y)).toEqual(expected.flatMap((score, at) => (score > 0 ? [at] : [])))
          for (const at of found) expect(scores[at]).toBeCloseTo(expected[at] ?? 0, 9)
        }
      }),
    )
  })

  test('what is left out of scoring is not among the best: neither the best answers nor the best by words change', () => {
    const many = fc.array(item, { maxLength: 60 })
    const factors = fc.array(fc.constantFrom(0, 0.5, 1, 2), { minLength: 60, maxLength: 60 })
    const some = fc.uniqueArray(fc.nat(59), { maxLength: 3 })
    const names = fc.constantFrom('thread ', guessedThread(''))
    fc.assert(
      fc.property(many, names, factors, fc.integer({ min: 1, max: 5 }), some, (items, name, factorOf, limit, kept) => {
        const facts = factsOf(items, true, name)
        const terms = ['a', 'b', 'c', 'd'].map((term, n) => ({ weight: 10 ** n, postings: postingsOf(items, term) }))
        const always = kept.filter((at) => items[at]?.removed === false)
        const factor = (at: number) => factorOf[at] ?? 0
        const scored = (most: number) => {
          const { found, scores } = scoreFields(facts, terms, recipe, { limit: most, always, factor, highestFactor: 2 })
          const answers = [...found].map((at) => [at, factor(at) * (scores[at] ?? 0)] as const)
          return {
            answers: answers
              .sort(([one, left], [other, right]) => right - left || other - one)
              .filter(([, score]) => score > 0)
              .slice(0, limit)
              .map(([at, score]) => [at, score.toPrecision(9)]),
            best: Math.max(0, ...[...found].map((at) => scores[at] ?? 0)).toPrecision(9),
            always: always.map((at) => (scores[at] ?? 0).toPrecision(9)),
          }
        }
        expect(scored(limit)).toEqual(scored(Number.POSITIVE_INFINITY))
      }),
      { numRuns: 500 },
    )
  })

  test('in a guessed thread only what has a term itself is found, with what stands beside it', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 14 }), fc.constantFrom('a', 'b'), (items, term) => {
        const weighted = [{ weight: 1, postings: postingsOf(items, term) }]
        const found = (name: string) => {
          const { found: places, scores } = scoreFields(factsOf(items, true, name), weighted, recipe, everything)
          return new Map([...places].sort((x, y) => x - y).map((at) => [at, scores[at] ?? 0]))
        }
        const own = [...found('thread ')].filter(([at]) => items[at]?.terms.includes(term))
        expect([...found(guessedThread(''))]).toEqual(own)
      }),
    )
  })

  test('facts after removals are those of items that never were', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 20 }), (items) => {
        const removed = factsOf(items)
        const never = factsOf(items, false)
        expect([removed.items, removed.totalLength, removed.threads]).toEqual([
          never.items,
          never.totalLength,
          never.threads,
        ])
        items.forEach((one, at) => {
          if (!one.removed) {
            expect([removed.previous[at], removed.next[at]]).toEqual([never.previous[at], never.next[at]])
          }
        })
      }),
    )
  })

  test('positions order a thread, in whatever order its items come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }), (positions) => {
        const facts = new OwnerFacts()
        positions.forEach((position, ordinal) => {
          const base = { length: 1, language: 0, traits: 0, threadId: 't', speakerKind: 'self' as const }
          const times = { createdAt: 0, validFrom: 0, validTo: undefined, occurredAt: undefined }
          const rest = { speakerName: undefined, appId: 'app' as ClientId, categories: [], state: 'active' as const }
          facts.put({ ordinal, position, ...base, ...times, ...rest })
        })
        let at = positions.indexOf(0)
        for (let position = 0; position < 7; position++) {
          expect(positions[at]).toBe(position)
          at = facts.next[at] ?? -1
        }
        expect(at).toBe(-1)
      }),
    )
  })
})

describe('Packed postings', () => {
  const list = fc
    .uniqueArray(fc.integer({ min: 0, max: 3 * blockSize }), { maxLength: 50 })
    .map((ordinals) => ordinals.sort((x, y) => x - y))
    .chain((ordinals) =>
      fc
        .array(fc.integer({ min: 1, max: 70_000 }), { minLength: ordinals.length, maxLength: ordinals.length })
        .map((frequencies) => ordinals.map((ordinal, i): [number, number] => [ordinal, frequencies[i] ?? 1])),
    )
  const gathered = (postings: [number, number][], accepted = all) => {
    const blocks = [...Map.groupBy(postings, ([ordinal]) => blockOf(ordinal))].map(([block, part]) => ({
      block,
      data: packPostings(block * blockSize, part),
    }))
    const { ordinals, frequencies, count } = gatherPostings(new Map([['t', blocks]]), ['t'], accepted)
    return Array.from({ length: count }, (_, i): [number, number] => [ordinals[i] ?? -1, frequencies[i] ?? -1])
  }

  test('come back as they went in, without those not accepted', () => {
    fc.assert(
      fc.property(list, (postings) => {
        expect(gathered(postings)).toEqual(postings)
        expect(
          gathered(
            postings,
            all.map((_, ordinal) => (ordinal % 2 === 0 ? 1 : 0)),
          ),
        ).toEqual(postings.filter(([at]) => at % 2 === 0))
      }),
    )
  })

  test('grow behind what is kept, and lose what is removed', () => {
    fc.assert(
      fc.property(list, fc.nat(), (all, where) => {
        const postings = all.filter(([ordinal]) => ordinal < blockSize)
        const cut = where % (postings.length + 1)
        const whole = packPostings(0, postings)
        expect(packPostings(0, postings.slice(cut), packPostings(0, postings.slice(0, cut)))).toEqual(whole)
        const [gone] = postings[cut] ?? []
        if (gone === undefined) return
        const left = withoutPostings(whole, 0, new Set([gone]))
        const expected = postings.filter(([ordinal]) => ordinal !== gone)
        expect(left).toEqual(expected.length === 0 ? undefined : packPostings(0, expected))
      }),
    )
  })

  test('of several spellings are one list, an item counting with its most frequent', () => {
    const packed = new Map([
      [
        'buch',
        [
          {
            block: 0,
            data: packPostings(0, [
              [1, 2],
              [5, 1],
            ]),
          },
        ],
      ],
      [
        'bucher',
        [
          {
            block: 0,
            data: packPostings(0, [
              [1, 1],
              [3, 4],
              [5, 3],
            ]),
          },
        ],
      ],
    ])
    const { ordinals, frequencies, count } = gatherPostings(packed, ['buch', 'bucher', 'none'], all)
    expect(count).toBe(3)
    expect([...ordinals.slice(0, 3)]).toEqual([1, 3, 5])
    expect([...frequencies.slice(0, 3)]).toEqual([2, 4, 3])
  })

  test('terms of the tail come back as they went in', () => {
    const terms = new Map([
      ['tea', 2],
      ['東京', 1],
      ['42.5', 3],
    ])
    expect(new Map(unpackTerms(packTerms(terms)))).toEqual(terms)
    expect(unpackTerms(packTerms(new Map()))).toEqual([])
    expect(invert([{ ordinal: 3, terms: packTerms(terms) }]).get('tea')).toEqual([[3, 2]])
  })
})

describe('The rarest words of a question', () => {
  test('are those that fewest items have, of those that any has', async () => {
    const question = await readQuestion('garden piano Lisbon marathon', [], 0)
    const having = (count: number) => [
      {
        block: 0,
        data: packPostings(
          0,
          Array.from({ length: count }, (_, at): [number, number] => [at, 1]),
        ),
      },
    ]
    const packed = new Map([
      ['garden', having(9)],
      ['piano', having(2)],
      ['lisbon', having(1)],
    ])
    const words = (count: number) => rarestTerms(question, packed, count).terms.map(({ word }) => word.lower)
    expect(words(1)).toEqual(['lisbon'])
    expect(words(2)).toEqual(['lisbon', 'piano'])
    expect(words(3)).toEqual(['lisbon', 'piano', 'garden'])
    expect(rarestTerms(question, packed, 4)).toBe(question)
  })
})
