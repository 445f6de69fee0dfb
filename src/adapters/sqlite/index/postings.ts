/** The packed postings' rows: the bytes are those of memory/rank/postings. Called by write, inside its transaction. */
import { blockOf, blockSize, packPostings, withoutPosting } from '../../../memory/rank/postings.ts'
import { invert } from '../../../memory/rank/tail.ts'
import type { Database } from '../database.ts'

/** Moves the tail into the blocks. */
export function packTail(db: Database, key: number, packedTo: number): void {
  const items = db.all<{ ordinal: number; terms: string }>(
    'SELECT ordinal, terms FROM index_tail WHERE owner = ? ORDER BY ordinal',
    key,
  )
  for (const [term, postings] of invert(items)) {
    for (const [block, part] of Map.groupBy(postings, ([ordinal]) => blockOf(ordinal))) {
      // Behind what the block has: the first distance of the new bytes is counted from the block's last ordinal.
      const kept = db.get<{ data: Uint8Array }>(
        'SELECT data FROM index_posting WHERE owner = ? AND term = ? AND block = ?',
        key,
        term,
        block,
      )
      db.run(
        `INSERT INTO index_posting (owner, term, block, data) VALUES (?, ?, ?, ?)
          ON CONFLICT (owner, term, block) DO UPDATE SET data = excluded.data`,
        key,
        term,
        block,
        packPostings(block * blockSize, part, kept?.data),
      )
    }
  }
  db.run('DELETE FROM index_tail WHERE owner = ?', key)
  db.run('UPDATE index_owner SET packed_to = ?, tail_terms = 0 WHERE key = ?', packedTo, key)
}

/** Takes an item out of a term's block. */
export function removePosting(db: Database, key: number, term: string, ordinal: number): void {
  const block = blockOf(ordinal)
  const row = db.get<{ data: Uint8Array }>(
    'SELECT data FROM index_posting WHERE owner = ? AND term = ? AND block = ?',
    key,
    term,
    block,
  )
  if (row === undefined) return
  const left = withoutPosting(row.data, block * blockSize, ordinal)
  if (left === undefined) {
    db.run('DELETE FROM index_posting WHERE owner = ? AND term = ? AND block = ?', key, term, block)
  } else {
    db.run('UPDATE index_posting SET data = ? WHERE owner = ? AND term = ? AND block = ?', left, key, term, block)
  }
}
