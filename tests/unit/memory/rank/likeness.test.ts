import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { OwnerFacts } from '../../../../src/memory/index/facts.ts'
import { fitInMeaning, sampleOf } from '../../../../src/memory/rank/likeness.ts'
import type { ClientId } from '../../../../src/shared/brand.ts'

/** Items of which each `thread` ones in a row talk together. */
function factsOf(items: number, thread = 1): OwnerFacts {
  const facts = new OwnerFacts()
  for (let ordinal = 0; ordinal < items; ordinal++) {
    const words = { length: 1, language: 0, traits: 0 }
    const said = { speakerKind: 'self' as const, speakerName: undefined, appId: 'app' as ClientId }
    const times = { occurredAt: undefined, createdAt: ordinal, validFrom: 0, validTo: undefined }
    const place = { threadId: `t${Math.floor(ordinal / thread)}`, position: ordinal }
    facts.put({ ordinal, ...words, ...said, ...times, ...place, categories: [], state: 'active' })
  }
  return facts
}
const weights = { meaningBeside: 0.25, passage: 0.5 }
const fit = (
  likeness: readonly number[],
  sample: readonly number[],
  thread?: number,
  passages: ReadonlyMap<number, number> = new Map(),
) =>
  fitInMeaning(factsOf(likeness.length, thread), { likeness: new Map(likeness.entries()), passages, sample }, weights)
    .fits

describe('Fit in meaning', () => {
  test('is 1 for the most alike and nothing for what is no more alike than the average of the sample', () => {
    expect([...fit([0.75, 0.375, 0.25, 0.125, 0], [1, 2, 3])]).toEqual([
      [0, 1],
      [1, expect.closeTo(0.25)],
    ])
  })

  test('of an item that a passage holds is shared with the passage; what stands beside counts a quarter, with one or without', () => {
    const [own, beside] = [(0.5 + 0.25 * 0.25) / 1.25, (0.25 + 0.25 * 0.5) / 1.25]
    const [best, other] = [0.5 * own + 0.5 * 0.75, beside]
    const found = fit([0.5, 0.25, 0.1], [2], 2, new Map([[0, 0.75]]))
    expect(found.get(0)).toBe(1)
    expect(found.get(1)).toBeCloseTo((other - 0.1) / (best - 0.1))
  })

  test('lies between 0 and 1 and orders items as their likeness does', () => {
    const cosine = fc.double({ min: -1, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(cosine, { minLength: 1, maxLength: 30 }), (likeness) => {
        const found = fit(likeness, [...likeness.keys()])
        for (const [at, one] of found) {
          expect(one).toBeGreaterThan(0)
          expect(one).toBeLessThanOrEqual(1)
          for (const [other, another] of found) {
            if ((likeness[at] as number) > (likeness[other] as number)) expect(one).toBeGreaterThanOrEqual(another)
          }
        }
        expect(found.size > 0).toBe(Math.max(...likeness) > 0)
      }),
    )
  })

  test('of items that are all alike is the same for all', () => {
    expect([...fit([0.4, 0.4], [0, 1]).values()]).toEqual([1, 1])
    expect([...fit([0.4], [0]).values()]).toEqual([1])
    expect(fit([-0.1], [0]).size).toBe(0)
  })

  test('is helped by what stands beside', () => {
    const found = fit([0.5, 0.5, 0, 0.5, 0, 0], [], 3)
    expect(found.get(0)).toBeGreaterThan(found.get(3) ?? 0)
  })
})

describe('Fit in meaning by rounded vectors', () => {
  const cosine = fc.double({ min: -1, max: 1, noNaN: true })
  const items = fc.array(fc.tuple(cosine, fc.double({ min: -1, max: 1, noNaN: true })), { minLength: 1, maxLength: 40 })

  test('is within its error of the exact one, and exact for what it is asked to refine', () => {
    fc.assert(
      fc.property(
        items,
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
        (all, error, thread) => {
          const exact = new Map(all.map(([one], at) => [at, one]))
          const likeness = new Map(all.map(([one, off], at) => [at, one + error * off]))
          const facts = factsOf(all.length, thread)
          const sample = [...exact.keys()].filter((at) => at % 3 === 0)
          const passages = new Map()
          const rounding = {
            error,
            exact: (ordinals: readonly number[]) => new Map(ordinals.map((at) => [at, exact.get(at) as number])),
          }
          const wanted = fitInMeaning(facts, { likeness: exact, passages, sample }, weights).fits
          const found = fitInMeaning(facts, { likeness, rounding, passages, sample }, weights)
          for (const at of exact.keys()) {
            expect(Math.abs((found.fits.get(at) ?? 0) - (wanted.get(at) ?? 0))).toBeLessThanOrEqual(found.error + 1e-9)
          }
          found.refine([...found.fits.keys()])
          for (const at of exact.keys()) expect(found.fits.get(at) ?? 0).toBeCloseTo(wanted.get(at) ?? 0, 9)
        },
      ),
    )
  })
})

describe('The sample', () => {
  test('is spread evenly over what is accepted, at most 64 items', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 7 }), (items, every) => {
        const accept = (at: number) => at % every === 0
        const sample = sampleOf(factsOf(items), accept)
        expect(sample.length).toBeLessThanOrEqual(64)
        expect(sample.every(accept)).toBe(true)
        expect(new Set(sample).size).toBe(sample.length)
        if (items > 0) expect(sample[0]).toBe(0)
      }),
    )
    expect(sampleOf(factsOf(640), () => true)).toEqual(Array.from({ length: 64 }, (_, i) => i * 10))
    expect(sampleOf(factsOf(3), () => true)).toEqual([0, 1, 2])
  })
})
