import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { nthLargest } from '../../../../src/memory/index/nth-largest.ts'

test('it is what sorting puts there, of numbers that may be equal', () => {
  const some = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(some, fc.integer({ min: 1, max: 250 }), (numbers, n) => {
      const sorted = numbers.toSorted((left, right) => right - left)
      expect(nthLargest(Float32Array.from(numbers), n)).toBe(sorted[Math.min(n, numbers.length) - 1] as number)
    }),
  )
})
