/** Compares an index of words with the texts it should be of: for tests and for repair. Pure: engines give all their rows. */
import type { MemoryId } from '../../shared/brand.ts'
import { analyze } from '../text/analyze.ts'
import type { TailRow } from './kept-index.ts'
import { blockSize, eachPosting } from './postings.ts'
import { unpackTerms } from './tail.ts'

const mostLines = 20

export interface StoredIndex {
  /** Those that are not removed. */
  readonly items: readonly { readonly ordinal: number; readonly id: MemoryId; readonly length: number }[]
  readonly postings: readonly { readonly term: string; readonly block: number; readonly data: Uint8Array }[]
  readonly tail: readonly TailRow[]
}

/** What is wrong, at most 20 lines; nothing when index and memories agree. */
export function faultsOfIndex(
  index: StoredIndex,
  memories: readonly { readonly id: MemoryId; readonly content: string }[],
): readonly string[] {
  const wrong: string[] = []
  const items = new Map(index.items.map((row) => [row.id, row]))
  if (index.items.length !== memories.length) {
    wrong.push(`${index.items.length} items in the index, ${memories.length} memories`)
  }
  const expected = new Map<string, number>()
  for (const { id, content } of memories) {
    const item = items.get(id)
    if (item === undefined) {
      wrong.push(`memory ${id} is not in the index`)
      continue
    }
    const { terms, length } = analyze(content)
    if (item.length !== length) wrong.push(`memory ${id} has length ${length}, the index says ${item.length}`)
    for (const [term, frequency] of terms) expected.set(`${term}\n${item.ordinal}`, frequency)
  }
  let found = 0
  const check = (term: string, ordinal: number, frequency: number) => {
    found += 1
    if (expected.get(`${term}\n${ordinal}`) !== frequency) wrong.push(`a posting of item ${ordinal} does not agree`)
  }
  for (const { term, block, data } of index.postings) {
    eachPosting(data, block * blockSize, (ordinal, frequency) => check(term, ordinal, frequency))
  }
  for (const { ordinal, terms } of index.tail) {
    for (const [term, frequency] of unpackTerms(terms)) check(term, ordinal, frequency)
  }
  if (found !== expected.size) wrong.push(`${found} postings, ${expected.size} expected`)
  return wrong.slice(0, mostLines)
}
