/** The packed postings' rows: the bytes are those of memory/index/postings. Called inside the transaction of who writes the index. */
import { blockOf, blockSize, mergePostings, withoutPostings } from '../../../memory/index/postings.ts'
import { sideInUse } from '../../../memory/index/rebuilding.ts'
import { invert, portionOf, type TermsOfItem, termsIn } from '../../../memory/index/tail.ts'
import type { Database } from '../database.ts'
import type { OwnerRow } from './owner.ts'

type PackingOwner = Pick<OwnerRow, 'key' | 'generation'>

/** Moves the tail into the blocks. `packedTo`: behind all of it. */
export function packTail(db: Database, owner: PackingOwner, packedTo: number): void {
  packFirst(db, owner, packedTo, tailOf(db, owner), Number.POSITIVE_INFINITY)
}

/**
 * Moves a portion of the tail, and of what comes behind it, into the blocks: mostly all. The rest stays in the tail. `next`: behind all
 * of them.
 */
export function packPortion(db: Database, owner: PackingOwner, next: number, added: readonly TermsOfItem[] = []): void {
  const items = [...tailOf(db, owner), ...added]
  const left = packFirst(db, owner, next, items, portionOf(items))
  keepInTail(db, owner.key, added.slice(Math.max(0, added.length - left.length)))
}

/** Puts items behind the others of the tail. */
export function keepInTail(db: Database, key: number, items: readonly TermsOfItem[]): void {
  for (const { ordinal, terms } of items) {
    db.run('INSERT INTO index_tail (owner, ordinal, terms) VALUES (?, ?, ?)', key, ordinal, terms)
  }
}

const tailOf = (db: Database, { key }: PackingOwner): readonly TermsOfItem[] =>
  db.all('SELECT ordinal, terms FROM index_tail WHERE owner = ? ORDER BY ordinal', key)

/** Packs the first so many of the items, and returns the others. */
function packFirst(
  db: Database,
  owner: PackingOwner,
  next: number,
  items: readonly TermsOfItem[],
  count: number,
): readonly TermsOfItem[] {
  const left = items.slice(count)
  const packedTo = left[0]?.ordinal ?? next
  addPostings(db, sideInUse(owner), items.slice(0, count))
  db.run('DELETE FROM index_tail WHERE owner = ? AND ordinal < ?', owner.key, packedTo)
  const waiting = left.reduce((sum, item) => sum + termsIn(item), 0)
  db.run('UPDATE index_owner SET packed_to = ?, tail_terms = ? WHERE key = ?', packedTo, waiting, owner.key)
  return left
}

/** Puts the words of items, in ascending order of ordinals, into the blocks of a side. */
export function addPostings(db: Database, side: number, items: readonly TermsOfItem[]): void {
  for (const [term, postings] of invert(items)) {
    for (const [block, part] of inBlocks(postings)) {
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

type Posting = readonly [ordinal: number, frequency: number]

/** Postings in ascending order by their blocks, which mostly is one. */
function inBlocks(postings: readonly Posting[]): Iterable<readonly [block: number, part: readonly Posting[]]> {
  const [first, last] = [blockOf(postings[0]?.[0] ?? 0), blockOf(postings.at(-1)?.[0] ?? 0)]
  return first === last ? [[first, postings]] : Map.groupBy(postings, ([ordinal]) => blockOf(ordinal))
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
