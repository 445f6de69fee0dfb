import { expect, test } from 'bun:test'
import { createCounts } from '../../../src/shared/counts.ts'

test('counts go up and down by key, each for itself, and never below nothing', () => {
  const counts = createCounts()
  for (const key of ['ada', 'ada', 'eve']) counts.add(key, 1)
  expect([counts.of('ada'), counts.of('eve'), counts.of('nobody')]).toEqual([2, 1, 0])
  counts.add('ada', -1)
  counts.add('eve', -1)
  counts.add('nobody', -1)
  expect([counts.of('ada'), counts.of('eve'), counts.of('nobody')]).toEqual([1, 0, 0])
})
