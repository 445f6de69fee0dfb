import { expect, test } from 'bun:test'
import { KeptIndex } from '../../../../src/memory/index/kept-index.ts'
import { blockSize, eachPosting } from '../../../../src/memory/index/postings.ts'
import { settledIndex } from '../../../support/index-state.ts'

const at = (version: number, next_ordinal: number, packed_to = 0) => ({
  ...settledIndex,
  version,
  next_ordinal,
  packed_to,
})
const tail = (...ordinals: number[]) => ordinals.map((ordinal) => ({ ordinal, terms: 'tea 1' }))

async function ordinals(index: KeptIndex): Promise<number[]> {
  const found: number[] = []
  const all = await index.postings(['tea'], async () => ({ packedTo: index.packedTo, blocks: new Map() }))
  for (const { block, data } of all.get('tea') ?? []) {
    eachPosting(data, block * blockSize, (ordinal) => found.push(ordinal))
  }
  return found
}

test('searches that looked from the same version bring the index forward once, in whatever order they are answered', async () => {
  const index = new KeptIndex(settledIndex)
  index.bringForward(at(1, 1), [], tail(0))
  index.bringForward(at(2, 2), [], tail(1))
  index.bringForward(at(3, 3), [], tail(1, 2))
  index.bringForward(at(2, 2), [], tail(1))
  expect(await ordinals(index)).toEqual([0, 1, 2])
  expect(index.version).toBe(3)
})

test('the same where the tail was packed meanwhile', async () => {
  const index = new KeptIndex(settledIndex)
  index.bringForward(at(1, 1), [], tail(0))
  index.bringForward(at(3, 6, 4), [], tail(4, 5))
  index.bringForward(at(4, 7, 4), [], tail(4, 5, 6))
  expect(await ordinals(index)).toEqual([4, 5, 6])
})
