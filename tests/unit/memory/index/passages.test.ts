import { describe, expect, test } from 'bun:test'
import { codeOf, likenessOf, toBytes } from '../../../../src/memory/index/codes.ts'
import { OwnerFacts } from '../../../../src/memory/index/facts.ts'
import { bestPassages, endsPassage, PassageCodes, passageText } from '../../../../src/memory/index/passages.ts'
import type { ClientId } from '../../../../src/shared/brand.ts'
import { clusteredVectors } from '../../../support/vectors.ts'

/** A thread's items at these positions, by ordinal. */
function threadOf(positions: readonly number[], threadId = 'a talk'): OwnerFacts {
  const facts = new OwnerFacts()
  positions.forEach((position, ordinal) => {
    facts.put({
      ...{ ordinal, position, threadId, length: 1, language: 0, traits: 0, categories: [], state: 'active' },
      ...{ speakerKind: 'self', speakerName: undefined, appId: 'app' as ClientId },
      ...{ occurredAt: undefined, createdAt: ordinal, validFrom: 0, validTo: undefined },
    })
  })
  return facts
}
const all = new Uint8Array(20).fill(1)
const likeness = new Map([
  [2, 0.1],
  [5, 0.3],
  [8, 0.2],
])
const best = (facts: OwnerFacts, visible = all) =>
  [...bestPassages(facts, [0, 1, 3, 6, 8], visible, (end) => likeness.get(end))].sort(([a], [b]) => a - b)

describe('A passage', () => {
  test('ends at every third place of a conversation, and never in a guessed thread', () => {
    expect([0, 1, 2, 3, 4, 5].filter((position) => endsPassage('a talk', position))).toEqual([2, 5])
    expect(endsPassage('auto:1', 2)).toBe(false)
  })

  test('has the beginnings of its memories, and there is none of one alone', () => {
    expect(passageText(['Hello.', 'x'.repeat(1_000)])).toBe(`Hello.\n${'x'.repeat(400)}`)
    expect(passageText(['Hello.'])).toBeUndefined()
    expect(passageText(['Hello.', `${'x'.repeat(399)}😀`])?.isWellFormed()).toBe(true)
  })

  test('lends its likeness to the six places it reaches over; an item has the best of those that hold it', () => {
    expect(best(threadOf([0, 1, 2, 3, 4, 5, 6, 7, 8]))).toEqual([
      [0, 0.3],
      [1, 0.3],
      [3, 0.3],
      [6, 0.2],
      [8, 0.2],
    ])
  })

  test('with anything in it that may not be seen counts for nothing', () => {
    const visible = all.slice()
    visible[4] = 0
    // The passage to 5 and that to 8 hold item 4.
    expect(best(threadOf([0, 1, 2, 3, 4, 5, 6, 7, 8]), visible)).toEqual([
      [0, 0.1],
      [1, 0.1],
    ])
  })

  test('reaches over places, not over items: where some were removed it holds fewer', () => {
    // Ordinals 0, 1, 2 stand at 0, 1, 8: the passage to place 8 reaches to 3.
    const found = bestPassages(threadOf([0, 1, 8]), [0, 1, 2], all, (end) => (end === 2 ? 0.5 : undefined))
    expect([...found]).toEqual([[2, 0.5]])
  })
})

describe('The codes of passages', () => {
  test('estimate the cosine within some hundredths, and know nothing of what was erased or has another length', () => {
    const { items, questions } = clusteredVectors(200, { groups: 5, spread: 0.6 }, 1)
    const codes = new PassageCodes()
    items.forEach((item, n) => {
      codes.put(3 * n + 2, toBytes(codeOf(item)))
    })
    const question = questions[0] as Float32Array
    const estimate = codes.likenessTo(question)
    const errors = items.map((item, n) => Math.abs((estimate(3 * n + 2) ?? 9) - likenessOf(question, item)))
    expect(errors.reduce((sum, error) => sum + error, 0) / items.length).toBeLessThan(0.05)
    codes.put(2, null)
    expect(codes.likenessTo(question)(2)).toBeUndefined()
    expect(codes.likenessTo(question)(5)).toBeDefined()
    expect(codes.likenessTo(question)(0)).toBeUndefined()
    expect(codes.likenessTo(new Float32Array(8))(5)).toBeUndefined()
  })
})
