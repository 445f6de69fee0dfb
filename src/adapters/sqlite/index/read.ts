import type { IndexSlice, RecallIndex } from '../../../memory/rank/ports.ts'
import { blockOf, blockSize, eachPosting } from '../../../memory/rank/postings.ts'
import { analyze } from '../../../memory/text/analyze.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'

/** The index of words in SQLite, for ranking. */
export function sqliteRecallIndex(database: Database): RecallIndex {
  return {
    async read(ownerId, terms) {
      const owner = database.get<{ items: number; total_length: number; next_ordinal: number }>(
        'SELECT items, total_length, next_ordinal FROM index_owner WHERE owner_id = ?',
        ownerId,
      )
      const postings = new Map<string, { block: number; data: Uint8Array }[]>()
      for (const term of terms) {
        postings.set(
          term,
          database.all(
            'SELECT block, data FROM index_posting WHERE owner_id = ? AND term = ? ORDER BY block',
            ownerId,
            term,
          ),
        )
      }
      return {
        items: owner?.items ?? 0,
        totalLength: owner?.total_length ?? 0,
        ordinals: owner?.next_ordinal ?? 0,
        postings,
        lengthAt: lengths(database, ownerId),
      } satisfies IndexSlice
    },
    async memoriesAt(ownerId, ordinals) {
      const found = new Map<number, MemoryId>()
      for (const ordinal of ordinals) {
        const row = database.get<{ memory_id: MemoryId }>(
          'SELECT memory_id FROM index_item WHERE owner_id = ? AND ordinal = ?',
          ownerId,
          ordinal,
        )
        if (row !== undefined) found.set(ordinal, row.memory_id)
      }
      return found
    },
  }
}

/** Lengths by ordinal; a block of them is read when first asked for. */
function lengths(database: Database, ownerId: OwnerId): (ordinal: number) => number {
  const blocks = new Map<number, Uint8Array>()
  return (ordinal) => {
    const block = blockOf(ordinal)
    let data = blocks.get(block)
    if (data === undefined) {
      data =
        database.get<{ data: Uint8Array }>(
          'SELECT data FROM index_length WHERE owner_id = ? AND block = ?',
          ownerId,
          block,
        )?.data ?? new Uint8Array()
      blocks.set(block, data)
    }
    const at = (ordinal - block * blockSize) * 2
    return (data[at] ?? 0) + (data[at + 1] ?? 0) * 256
  }
}

/**
 * Compares an owner's index with the texts it should be of. Returns what is wrong, at most 20 lines; nothing when they agree.
 * For tests and for repair: reads everything of the owner.
 */
export function verifyIndex(
  database: Database,
  ownerId: OwnerId,
  memories: readonly { readonly id: MemoryId; readonly content: string }[],
): readonly string[] {
  const wrong: string[] = []
  const expected = new Map<string, number>()
  const ordinalOf = new Map<MemoryId, number>()
  for (const row of database.all<{ ordinal: number; memory_id: MemoryId }>(
    'SELECT ordinal, memory_id FROM index_item WHERE owner_id = ?',
    ownerId,
  )) {
    ordinalOf.set(row.memory_id, row.ordinal)
  }
  let totalLength = 0
  for (const { id, content } of memories) {
    const ordinal = ordinalOf.get(id)
    if (ordinal === undefined) {
      wrong.push(`memory ${id} is not in the index`)
      continue
    }
    const { terms, length } = analyze(content)
    totalLength += length
    for (const [term, frequency] of terms) expected.set(`${term}\n${ordinal}`, frequency)
  }
  if (ordinalOf.size !== memories.length)
    wrong.push(`${ordinalOf.size} items in the index, ${memories.length} memories`)
  let found = 0
  for (const { term, block, data } of database.all<{ term: string; block: number; data: Uint8Array }>(
    'SELECT term, block, data FROM index_posting WHERE owner_id = ?',
    ownerId,
  )) {
    eachPosting(data, block * blockSize, (ordinal, frequency) => {
      found++
      if (expected.get(`${term}\n${ordinal}`) !== frequency) wrong.push(`posting ${ordinal} of a term does not agree`)
    })
  }
  if (found !== expected.size) wrong.push(`${found} postings, ${expected.size} expected`)
  const owner = database.get<{ items: number; total_length: number }>(
    'SELECT items, total_length FROM index_owner WHERE owner_id = ?',
    ownerId,
  )
  if ((owner?.items ?? 0) !== memories.length)
    wrong.push(`statistics count ${owner?.items} items, not ${memories.length}`)
  if ((owner?.total_length ?? 0) !== totalLength)
    wrong.push(`statistics have length ${owner?.total_length}, not ${totalLength}`)
  return wrong.slice(0, 20)
}
