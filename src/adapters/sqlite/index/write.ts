/** Writing the index of words: called inside the memory's own transaction, so that memory and index are never apart. */
import { appendPosting, blockOf, blockSize, eachPosting, withoutPosting } from '../../../memory/rank/postings.ts'
import { analyze } from '../../../memory/text/analyze.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'

const longestLength = 0xffff

/** Puts a text behind all others of its owner. */
export function indexMemory(database: Database, ownerId: OwnerId, memoryId: MemoryId, text: string): void {
  const { terms, length } = analyze(text)
  const counted = Math.min(length, longestLength)
  const ordinal = takeOrdinal(database, ownerId, counted)
  database.run(
    'INSERT INTO index_item (owner_id, ordinal, memory_id, length) VALUES (?, ?, ?, ?)',
    ownerId,
    ordinal,
    memoryId,
    counted,
  )
  const block = blockOf(ordinal)
  setLength(database, ownerId, ordinal, counted)
  for (const [term, frequency] of terms) {
    const row = database.get<{ last_ordinal: number; data: Uint8Array }>(
      'SELECT last_ordinal, data FROM index_posting WHERE owner_id = ? AND term = ? AND block = ?',
      ownerId,
      term,
      block,
    )
    const last = row?.last_ordinal ?? block * blockSize - 1
    database.run(
      `INSERT INTO index_posting (owner_id, term, block, last_ordinal, data) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (owner_id, term, block) DO UPDATE SET last_ordinal = excluded.last_ordinal, data = excluded.data`,
      ownerId,
      term,
      block,
      ordinal,
      appendPosting(row?.data ?? new Uint8Array(), last, ordinal, frequency),
    )
  }
}

/** Takes a memory out. `text` is what it was indexed with: its terms say where its postings are. */
export function unindexMemory(database: Database, ownerId: OwnerId, memoryId: MemoryId, text: string): void {
  const item = database.get<{ ordinal: number; length: number }>(
    'SELECT ordinal, length FROM index_item WHERE owner_id = ? AND memory_id = ?',
    ownerId,
    memoryId,
  )
  if (item === undefined) return
  const { ordinal, length } = item
  const block = blockOf(ordinal)
  for (const term of analyze(text).terms.keys()) removePosting(database, ownerId, term, block, ordinal)
  setLength(database, ownerId, ordinal, 0)
  database.run('DELETE FROM index_item WHERE owner_id = ? AND ordinal = ?', ownerId, ordinal)
  database.run(
    'UPDATE index_owner SET items = items - 1, total_length = total_length - ? WHERE owner_id = ?',
    length,
    ownerId,
  )
}

function takeOrdinal(database: Database, ownerId: OwnerId, length: number): number {
  const row = database.get<{ next_ordinal: number }>(
    `INSERT INTO index_owner (owner_id, items, total_length, next_ordinal) VALUES (?, 1, ?, 1)
      ON CONFLICT (owner_id) DO UPDATE SET
        items = items + 1, total_length = total_length + excluded.total_length, next_ordinal = next_ordinal + 1
      RETURNING next_ordinal`,
    ownerId,
    length,
  )
  return (row?.next_ordinal ?? 1) - 1
}

function setLength(database: Database, ownerId: OwnerId, ordinal: number, length: number): void {
  const block = blockOf(ordinal)
  const row = database.get<{ data: Uint8Array }>(
    'SELECT data FROM index_length WHERE owner_id = ? AND block = ?',
    ownerId,
    block,
  )
  const at = (ordinal - block * blockSize) * 2
  const data = new Uint8Array(Math.max(row?.data.byteLength ?? 0, at + 2))
  if (row !== undefined) data.set(row.data)
  data[at] = length & 0xff
  data[at + 1] = length >> 8
  database.run(
    `INSERT INTO index_length (owner_id, block, data) VALUES (?, ?, ?)
      ON CONFLICT (owner_id, block) DO UPDATE SET data = excluded.data`,
    ownerId,
    block,
    data,
  )
}

function removePosting(database: Database, ownerId: OwnerId, term: string, block: number, ordinal: number): void {
  const row = database.get<{ data: Uint8Array }>(
    'SELECT data FROM index_posting WHERE owner_id = ? AND term = ? AND block = ?',
    ownerId,
    term,
    block,
  )
  if (row === undefined) return
  const first = block * blockSize
  const left = withoutPosting(row.data, first, ordinal)
  if (left === undefined) {
    database.run('DELETE FROM index_posting WHERE owner_id = ? AND term = ? AND block = ?', ownerId, term, block)
    return
  }
  let last = first - 1
  eachPosting(left, first, (kept) => {
    last = kept
  })
  database.run(
    'UPDATE index_posting SET data = ?, last_ordinal = ? WHERE owner_id = ? AND term = ? AND block = ?',
    left,
    last,
    ownerId,
    term,
    block,
  )
}
