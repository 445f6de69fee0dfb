import { expect, test } from 'bun:test'
import { type IndexedRow, KeptIndex } from '../../../../src/memory/index/kept-index.ts'
import { inThreadOrder } from '../../../../src/memory/index/thread-order.ts'
import { settledIndex } from '../../../support/index-state.ts'

const row = (ordinal: number, thread_id: string | null, position: number) =>
  ({ ordinal, thread_id, position, length: 1, language: 0, traits: 0, categories: '[]' }) as IndexedRow

test('items that come in the order of their threads are not sorted, removed ones among them', () => {
  const items = [row(0, 'a', 0), row(1, 'b', 5), row(2, null, 0), row(3, 'a', 1), row(4, 'b', 6)]
  expect(inThreadOrder(items)).toBe(items)
})

test('a thread that came from its end to its beginning is put together from its beginning', () => {
  const items = [row(0, 'a', 2), row(1, 'b', 0), row(2, 'a', 1), row(3, 'a', 0)]
  const places = inThreadOrder(items).filter(({ thread_id }) => thread_id === 'a')
  expect(places.map(({ position }) => position)).toEqual([0, 1, 2])
})

// By a walk for each item this takes a minute of one processor; sorted it takes less than a second.
test('100,000 messages imported from the last to the first are read before anybody stops waiting', () => {
  const count = 100_000
  const index = new KeptIndex(settledIndex)
  const items = Array.from({ length: count }, (_, ordinal) => row(ordinal, 'a', count - 1 - ordinal))
  index.bringForward({ ...settledIndex, version: 1, next_ordinal: count, packed_to: count }, items, [])
  expect([index.facts.previous[0], index.facts.next[count - 1]]).toEqual([1, count - 2])
}, 10_000)
