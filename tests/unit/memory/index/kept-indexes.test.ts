import { expect, test } from 'bun:test'
import { KeptIndexes } from '../../../../src/memory/index/kept-indexes.ts'
import { settledIndex } from '../../../support/index-state.ts'
import { owner } from '../../../support/memories.ts'

const state = { ...settledIndex, version: 1, next_ordinal: 0, packed_to: 0 }
const tail = Array.from({ length: 100 }, (_, ordinal) => ({ ordinal, terms: `word${ordinal} 1\ntea 1` }))
const code = { code: new Uint8Array(48), passage: new Uint8Array(48) }

/** The owners of whom something is left after each of `count` was asked once. */
function keptOf(count: number, mostBytes: number, ask: (index: ReturnType<KeptIndexes['of']>) => void): number {
  const kept = new KeptIndexes(mostBytes)
  const owners = Array.from({ length: count }, (_, i) => owner(`owner${i}`))
  for (const one of owners) {
    const index = kept.of(one, settledIndex)
    index.bringForward(state, [], [])
    ask(index)
    kept.forgetOldest(one)
  }
  return owners.filter((one) => kept.known(one) !== undefined).length
}

test('an owner with nothing yet is weighed too', () => {
  expect(keptOf(100, 200_000, () => undefined)).toBeLessThan(50)
})

test('what waits in the tail is weighed', () => {
  const without = keptOf(100, 400_000, () => undefined)
  const withTail = keptOf(100, 400_000, (index) =>
    index.bringForward({ ...state, version: 2, next_ordinal: 100 }, [], tail),
  )
  expect(withTail).toBeLessThan(without / 2)
})

test('codes of vectors and of passages are weighed', () => {
  const without = keptOf(100, 400_000, () => undefined)
  const withCodes = keptOf(100, 400_000, ({ codes }) => {
    codes.begin('space')
    codes.bringForward(
      1,
      Array.from({ length: 200 }, (_, ordinal) => ({ ordinal, ...code })),
    )
  })
  expect(withCodes).toBeLessThan(without / 2)
})

test('the owner who is asked is kept, however much theirs takes', () => {
  expect(keptOf(3, 1, () => undefined)).toBe(1)
})
