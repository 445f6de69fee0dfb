import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { holds, replaceEvery } from '../../../../src/memory/text/long-texts.ts'

/** Of two letters, so that beginnings of a long text are found again within it. */
const written = (most: number, least = 0) =>
  fc
    .array(fc.constantFrom('a', 'b', 'aaaaaaaa', 'ab'.repeat(40)), { minLength: least, maxLength: most })
    .map((parts) => parts.join(''))

test('every place is replaced as replaceAll replaces it, of short and of long texts', () => {
  fc.assert(
    fc.property(written(12, 1), fc.array(written(6), { maxLength: 5 }), (wanted, between) => {
      const text = between.join(wanted)
      expect(replaceEvery(text, wanted, '|') ?? text).toBe(text.replaceAll(wanted, '|'))
      expect([holds(text, wanted), replaceEvery(text, wanted, '|') !== undefined]).toEqual(
        Array(2).fill(text.includes(wanted)),
      )
    }),
  )
})
