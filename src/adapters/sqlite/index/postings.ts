/** The packed postings' rows: the bytes are those of memory/index/postings. Called inside the transaction of who writes the index. */
import { blockOf, blockSize, mergePostings, withoutPostings } from '../../../memory/index/postings.ts'
import { sideInUse } from '../../../memory/index/rebuilding.ts'
import { invert, type TermsOfItem } from '../../../memory/index/tail.ts'
import type { Database } from '../database.ts'
import type { OwnerRow } from './owner.ts'

/** Moves the tail, and what comes behind it, into the blocks. `packedTo`: behind all of them. */
export function packTail(
  db: Database,
  owner: Pick<OwnerRow, 'key' | 'generation'>,
  packedTo: number,
  added: readonly TermsOfItem[] = [],
): void {
  const tail = db.all<TermsOfItem>('SELECT ordinal, terms FROM index_tail WHERE owner = ? ORDER BY ordinal', owner.key)
  addPostings(db, sideInUse(owner), [...tail, ...added])
  db.run('DELETE FROM index_tail WHERE owner = ?', owner.key)
  db.run('UPDATE index_owner SET packed_to = ?, tail_terms = 0 WHERE key = ?', packedTo, owner.key)
}

/** Puts the words of items, in ascending order of ordinals, into the blocks of a side. */
export function addPostings(db: Database, side: number, items: readonly TermsOfItem[]): void {
  for (const [term, postings] of invert(items)) {
    for (const [block, part] of Map.groupBy(postings, ([ordinal]) => blockOf(ordinal))) {
      const kept = db.get<{ data: Uint8Array }>(
        'SELECT data FROM index_posting WHERE owner = ? AND term = ? AND block = ?',
        side,
        term,
        block,
      )
      db.run(
        `INSERT INTO index_posting (owner, term, block, data) VALUES (?, ?, ?, ?)
          ON CONFLICT (owner, term, block) DO UPDATE SET data = excluded.data`,
        side,
        term,
        block,
        mergePostings(block * blockSize, part, kept?.data),
      )
    }
  }
}

/** Items of one block that go, and the terms that any of them has. */
export interface Removed {
  readonly ordinals: Set<number>
  readonly terms: Set<string>
}

/** Takes items out of a side. `removed`: by block. Each row is written once, however many of the items have its term. */
export function removePostings(db: Database, side: number, removed: ReadonlyMap<number, Removed>): void {
  for (const [block, { ordinals, terms }] of removed) {
    for (const term of terms) removeFrom(db, side, term, block, ordinals)
  }
}

function removeFrom(db: Database, side: number, term: string, block: number, ordinals: ReadonlySet<number>): void {
  const row = db.get<{ data: Uint8Array }>(
    'SELECT data FROM index_posting WHERE owner = ? AND term = ? AND block = ?',
    side,
    term,
    block,
  )
  if (row === undefined) return
  const left = withoutPostings(row.data, block * blockSize, ordinals)
  if (left === undefined) {
    db.run('DELETE FROM index_posting WHERE owner = ? AND term = ? AND block = ?', side, term, block)
  } else {
    db.run('UPDATE index_posting SET data = ? WHERE owner = ? AND term = ? AND block = ?', left, side, term, block)
  }
}

/** Removes some postings of a side. Returns whether it is empty now. */
export function clearSome(db: Database, side: number, rows: number): boolean {
  const upTo = db.get<{ term: string }>(
    'SELECT term FROM index_posting WHERE owner = ? ORDER BY term, block LIMIT 1 OFFSET ?',
    side,
    rows,
  )
  if (upTo === undefined) clearSide(db, side)
  else db.run('DELETE FROM index_posting WHERE owner = ? AND term <= ?', side, upTo.term)
  return upTo === undefined
}

export function clearSide(db: Database, side: number): void {
  db.run('DELETE FROM index_posting WHERE owner = ?', side)
}
