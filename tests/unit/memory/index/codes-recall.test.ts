/** The scan of codes finds what an exact scan finds, of vectors as models give them and of close groups. */
import { expect, test } from 'bun:test'
import { CodeTable } from '../../../../src/memory/index/code-table.ts'
import { codeOf, wordsOf } from '../../../../src/memory/index/codes.ts'
import { clusteredVectors, dimensions, recallsOf, type VectorSet, wordedVectors } from '../../../support/vectors.ts'

const [items, questions, count] = [3_000, 20, 200]

const cases: readonly [name: string, set: () => VectorSet, at10: number, at200: number][] = [
  ['texts of shared words', () => wordedVectors(items, questions), 0.98, 0.9],
  ['loose groups', () => clusteredVectors(items, { groups: 30, spread: 0.8 }, questions), 0.98, 0.9],
  ['close groups', () => clusteredVectors(items, { groups: 3, spread: 0.3 }, questions), 0.98, 0.9],
]

for (const [name, make, at10, at200] of cases) {
  test(`${name}: of ${items} items the scan finds ${at10} of the 10 nearest and ${at200} of the ${count}`, () => {
    const set = make()
    const table = new CodeTable(wordsOf(dimensions))
    for (const [ordinal, item] of set.items.entries()) table.put(ordinal, codeOf(item))
    const choose = (question: Float32Array) => table.nearest(question, count, () => true)
    // Not by comparing everything.
    expect(choose(set.questions[0] as Float32Array).length).toBeLessThan(items / 3)
    const [found10 = 0, found200 = 0] = recallsOf([10, count], set, choose)
    expect(found10).toBeGreaterThanOrEqual(at10)
    expect(found200).toBeGreaterThanOrEqual(at200)
  })
}
