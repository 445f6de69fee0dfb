import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { CodeTable } from '../../../../src/memory/index/code-table.ts'
import { codeFrom, codeOf, likenessOf, toBytes, vectorFrom, wordsOf } from '../../../../src/memory/index/codes.ts'
import { toUnitLength } from '../../../../src/memory/rank/embedder.ts'

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

  // As small as those of a vector of length 1, and sums of them are exact, so that what is as near is found as near.
  const exactVector = (dimensions: number) =>
    fc
      .uint8Array({ minLength: dimensions, maxLength: dimensions })
      .map((values) => Float32Array.from(values, (value) => (value - 128) / 2 ** 17))

  test.each([
    [64, 100],
    [384, 20],
    [1_000, 8],
    [1_536, 5],
  ])(
    'what is compared whole, of %i numbers: of the codes with fewest signs that differ those with the largest products',
    (size, numRuns) => {
      const signed = (vector: Float32Array) => vector.map((value) => (value > 0 ? 1 : -1))
      const vectors = fc.array(exactVector(size), { minLength: 5, maxLength: 60 })
      const most = (ordinal: number) => ordinal !== 0
      const few = (ordinal: number) => ordinal % 3 === 1
      fc.assert(
        fc.property(vectors, exactVector(size), fc.constantFrom(most, few), (vectors, question, accept) => {
          const table = new CodeTable(wordsOf(size))
          for (const [ordinal, one] of vectors.entries()) table.put(ordinal, codeOf(one))
          const found = table.nearest(question, 1, accept)

          const atLeast = (count: number, ordinals: number[], score: (ordinal: number) => number) => {
            const last = ordinals.map(score).sort((a, b) => b - a)[Math.min(count, ordinals.length) - 1] ?? 0
            return ordinals.filter((ordinal) => score(ordinal) >= last)
          }
          const signs = vectors.map(signed)
          const accepted = vectors.map((_, ordinal) => ordinal).filter(accept)
          const agreeing = atLeast(12, accepted, (at) => likenessOf(signed(question), signs[at] as Float32Array))
          expect(found).toEqual(atLeast(4, agreeing, (at) => likenessOf(question, signs[at] as Float32Array)))
        }),
        { numRuns },
      )
    },
  )

  test('a number of which the last word has no bit is left out', () => {
    const [near, far] = [new Float32Array(40).fill(1), new Float32Array(40).fill(-1)]
    const table = new CodeTable(2)
    for (let ordinal = 0; ordinal < 20; ordinal++) table.put(ordinal, codeOf(ordinal === 7 ? near : far))
    expect(table.nearest(near, 1, () => true)).toContain(7)
  })

  test('likeness is 1 for a vector and itself', () => {
    fc.assert(fc.property(vector, (one) => Math.abs(likenessOf(one, one) - 1) < 1e-5 || one.every((v) => v === 0)))
  })
})
