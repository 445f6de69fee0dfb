import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { CodeTable, codeFrom, codeOf, likenessOf, toBytes, vectorFrom } from '../../../src/memory/rank/codes.ts'
import { toUnitLength } from '../../../src/memory/rank/embedder.ts'

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
