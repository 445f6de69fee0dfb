import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { likenessOf } from '../../../../src/memory/index/codes.ts'
import { KeptCodes } from '../../../../src/memory/index/kept-codes.ts'
import { RoundedVectors, roundedBytes } from '../../../../src/memory/index/rounded-vectors.ts'
import { toUnitLength } from '../../../../src/memory/rank/embedder.ts'
import { clusteredVectors, dimensions } from '../../../support/vectors.ts'

const kept = (vectors: readonly Float32Array[]): RoundedVectors => {
  const rounded = new RoundedVectors()
  for (const [ordinal, vector] of vectors.entries()) rounded.put(ordinal, vector)
  return rounded
}

describe('Rounded vectors', () => {
  test('give cosines that are never further off than they say, and hardly off at all', () => {
    const { items, questions } = clusteredVectors(600, { groups: 6, spread: 0.5 }, 20)
    const rounded = kept(items)
    expect(rounded.error).toBeLessThan(0.01)
    let [off, compared] = [0, 0]
    for (const question of questions) {
      const cosine = rounded.cosinesWith(question)
      for (const [ordinal, item] of items.entries()) {
        const apart = Math.abs((cosine(ordinal) ?? 2) - likenessOf(question, item))
        expect(apart).toBeLessThanOrEqual(rounded.error)
        off += apart
        compared++
      }
    }
    expect(off / compared).toBeLessThan(rounded.error / 5)
  })

  test('say so of any vectors and questions, of few numbers and with a number that outweighs all others', () => {
    const unit = (size: number) =>
      fc
        .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: size, maxLength: size })
        .map((values) => toUnitLength(Float32Array.from(values)))
    fc.assert(
      fc.property(fc.array(unit(7), { minLength: 1, maxLength: 9 }), unit(7), (vectors, question) => {
        const rounded = kept(vectors)
        const cosine = rounded.cosinesWith(question)
        for (const [ordinal, vector] of vectors.entries()) {
          expect(Math.abs((cosine(ordinal) ?? 2) - likenessOf(question, vector))).toBeLessThanOrEqual(rounded.error)
        }
      }),
    )
  })

  test('as an engine keeps them are those that were made from the whole ones', () => {
    const { items, questions } = clusteredVectors(40, { groups: 4, spread: 0.5 }, 4)
    const [made, read] = [kept(items), new RoundedVectors()]
    // As a driver gives them: not always at the beginning of their buffer.
    for (const [ordinal, item] of items.entries()) {
      const bytes = roundedBytes(item)
      const room = new Uint8Array(bytes.length + 3)
      room.set(bytes, 3)
      read.putBytes(ordinal, room.subarray(3))
    }
    for (const question of questions) {
      const [ofMade, ofRead] = [made.cosinesWith(question), read.cosinesWith(question)]
      for (const ordinal of items.keys()) expect(ofRead(ordinal)).toBe(ofMade(ordinal))
    }
    expect(read.error).toBeGreaterThanOrEqual(made.error)
    expect(read.error).toBeLessThan(made.error * 1.001)
  })

  test('are kept of as many items as there is room for, and of the others there are none', () => {
    const { items } = clusteredVectors(600, { groups: 2, spread: 0.5 }, 1)
    const rounded = new RoundedVectors(2 * 256 * (dimensions + 4))
    for (const [ordinal, item] of items.entries()) rounded.put(ordinal, item)
    expect([rounded.has(0), rounded.has(511), rounded.has(512)]).toEqual([true, true, false])
    expect(rounded.full).toBe(true)
    expect(rounded.bytes).toBe(2 * 256 * (dimensions + 4))
    expect(rounded.cosinesWith(items[0] as Float32Array)(512)).toBeUndefined()
  })

  test('of items whose vectors changed are forgotten, unless they come with their codes', () => {
    const { items } = clusteredVectors(10, { groups: 2, spread: 0.5 }, 1)
    const codes = new KeptCodes()
    codes.begin('made-up/384')
    const rows = items.map((_, ordinal) => ({ ordinal, code: new Uint8Array(dimensions / 8), passage: null }))
    codes.bringForward(1, rows)
    expect(codes.nextToRound(4)).toEqual([0, 1, 2, 3])
    for (const [ordinal, item] of items.entries()) codes.rounded.put(ordinal, item)
    codes.whole.set(7, items[7] as Float32Array)
    expect(codes.nextToRound(4)).toEqual([])
    codes.bringForward(2, rows.slice(7, 8))
    expect([codes.rounded.has(6), codes.rounded.has(7), codes.whole.size]).toEqual([true, false, 0])
    const changed = rows.slice(7, 8).map((row) => ({ ...row, rounded: roundedBytes(items[3] as Float32Array) }))
    codes.bringForward(3, changed)
    const cosine = codes.rounded.cosinesWith(items[3] as Float32Array)
    expect(cosine(7)).toBe(cosine(3))
    expect(cosine(7)).toBeCloseTo(1, 2)
  })
})
