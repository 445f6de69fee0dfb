import { blockSize, eachPosting } from '../../../memory/rank/postings.ts'
import { unpackTerms } from '../../../memory/rank/tail.ts'
import { analyze } from '../../../memory/text/analyze.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { ownerOf } from './write.ts'

const mostLines = 20

/**
 * Compares an owner's index with the texts it should be of. Returns what is wrong, at most 20 lines; nothing when they agree.
 * For tests and for repair: reads everything of the owner.
 */
export function verifyIndex(
  db: Database,
  ownerId: OwnerId,
  memories: readonly { readonly id: MemoryId; readonly content: string }[],
): readonly string[] {
  const owner = db.transaction(() => ownerOf(db, ownerId))
  const wrong: string[] = []
  const rows = db.all<{ ordinal: number; id: MemoryId; length: number }>(
    'SELECT i.ordinal, m.id, i.length FROM index_item AS i JOIN memory AS m ON m.seq = i.memory WHERE i.owner = ?',
    owner.key,
  )
  const items = new Map(rows.map((row) => [row.id, row]))
  if (rows.length !== memories.length) wrong.push(`${rows.length} items in the index, ${memories.length} memories`)
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
  for (const { term, block, data } of db.all<{ term: string; block: number; data: Uint8Array }>(
    'SELECT term, block, data FROM index_posting WHERE owner = ?',
    owner.key,
  )) {
    eachPosting(data, block * blockSize, (ordinal, frequency) => check(term, ordinal, frequency))
  }
  for (const { ordinal, terms } of db.all<{ ordinal: number; terms: string }>(
    'SELECT ordinal, terms FROM index_tail WHERE owner = ?',
    owner.key,
  )) {
    for (const [term, frequency] of unpackTerms(terms)) check(term, ordinal, frequency)
  }
  if (found !== expected.size) wrong.push(`${found} postings, ${expected.size} expected`)
  return wrong.slice(0, mostLines)
}
