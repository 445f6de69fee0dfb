/**
 * Writing the index of words, always inside the memory's own transaction, so that memory and index are never apart.
 * Called by the memory store's projection; the bytes are those of memory/rank/postings and tail.
 */
import { isReworded, type MemoryChanged, memoryIn } from '../../../memory/change/set.ts'
import { longestTail, packTerms } from '../../../memory/rank/tail.ts'
import type { Memory } from '../../../memory/schema.ts'
import { analyze, analyzerVersion } from '../../../memory/text/analyze.ts'
import { traitsOf } from '../../../memory/text/traits.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { erasePassages } from './passages.ts'
import { packTail, removePosting } from './postings.ts'

export interface OwnerRow {
  readonly key: number
  readonly analyzer: number
  readonly version: number
  readonly next_ordinal: number
  /** Items below it are in index_posting, the others in index_tail. */
  readonly packed_to: number
  readonly tail_terms: number
  readonly space: string
  /** Items below it have their vectors. */
  readonly embedded_to: number
}

export const findOwner = (db: Database, ownerId: OwnerId): OwnerRow | undefined =>
  db.get<OwnerRow>(
    `SELECT key, analyzer, version, next_ordinal, packed_to, tail_terms, space, embedded_to
       FROM index_owner WHERE owner_id = ?`,
    ownerId,
  )

/** Brings the index to how a memory is: called behind the statement that changes it. */
export function changeIndex(db: Database, change: MemoryChanged): void {
  const { ownerId, id } = memoryIn(change)
  const owner = findOwner(db, ownerId)
  // One that is made anew has seen the memory as it is: of what it was before it knows nothing that could be taken out.
  if (owner?.analyzer !== analyzerVersion) {
    rebuildIndex(db, ownerId)
    return
  }
  const memory = seqOf(db, ownerId, id)
  if (memory === undefined) return
  if (!isReworded(change)) {
    touch(db, owner.key, memory)
    return
  }
  if (change.before !== undefined) remove(db, owner, memory, change.before)
  if (change.after !== undefined) append(db, owner.key, memory, change.after.content)
}

/** Takes a memory out. `before` is what it was indexed as: the terms of its text say where its postings are. */
function remove(db: Database, owner: OwnerRow, memory: number, before: Memory): void {
  const item = db.get<{ ordinal: number }>('SELECT ordinal FROM index_item WHERE memory = ?', memory)
  if (item === undefined) return
  if (item.ordinal >= owner.packed_to) {
    db.run('DELETE FROM index_tail WHERE owner = ? AND ordinal = ?', owner.key, item.ordinal)
  } else {
    for (const term of analyze(before.content).terms.keys()) removePosting(db, owner.key, term, item.ordinal)
  }
  for (const table of ['index_code', 'index_vector']) {
    db.run(`DELETE FROM ${table} WHERE owner = ? AND ordinal = ?`, owner.key, item.ordinal)
  }
  const version = nextVersion(db, owner.key)
  erasePassages(db, owner.key, version, before)
  db.run(
    'UPDATE index_item SET memory = NULL, length = 0, traits = 0, version = ? WHERE owner = ? AND ordinal = ?',
    version,
    owner.key,
    item.ordinal,
  )
}

/** Says that what ranking knows of a memory besides its words (state, validity, categories, time) has changed. */
function touch(db: Database, key: number, memory: number): void {
  db.run('UPDATE index_item SET version = ? WHERE memory = ?', nextVersion(db, key), memory)
}

/** Removes all that the index has of an owner. */
export function dropIndex(db: Database, ownerId: OwnerId): void {
  const owner = findOwner(db, ownerId)
  if (owner === undefined) return
  for (const table of ['index_tail', 'index_posting', 'index_item', 'index_code', 'index_vector']) {
    db.run(`DELETE FROM ${table} WHERE owner = ?`, owner.key)
  }
  db.run('DELETE FROM index_owner WHERE key = ?', owner.key)
}

/** When an index is made anew, packs are this many terms: each rewrites a row for each of its words, and most words come in each. */
const rebuiltTail = 32 * longestTail

/** Indexes an owner anew from the memories. Runs in a transaction; caches of any process see another key and begin afresh. */
export function rebuildIndex(db: Database, ownerId: OwnerId): OwnerRow {
  dropIndex(db, ownerId)
  db.run(
    `INSERT INTO index_owner (owner_id, analyzer, version, next_ordinal, packed_to, tail_terms)
     VALUES (?, ?, 0, 0, 0, 0)`,
    ownerId,
    analyzerVersion,
  )
  const { key } = existing(findOwner(db, ownerId))
  const page = 500
  let after = 0
  for (;;) {
    const rows = db.all<{ seq: number; content: string }>(
      "SELECT seq, content FROM memory WHERE owner_id = ? AND seq > ? AND state <> 'deleted' ORDER BY seq LIMIT ?",
      ownerId,
      after,
      page,
    )
    for (const { seq, content } of rows) append(db, key, seq, content, rebuiltTail)
    after = rows.at(-1)?.seq ?? after
    if (rows.length < page) break
  }
  const owner = existing(findOwner(db, ownerId))
  if (owner.tail_terms < longestTail) return owner
  packTail(db, key, owner.next_ordinal)
  return existing(findOwner(db, ownerId))
}

/** The owner's row; made, or the index made anew, where there is none of this program's analyzer. */
export function ownerOf(db: Database, ownerId: OwnerId): OwnerRow {
  const owner = findOwner(db, ownerId)
  return owner?.analyzer === analyzerVersion ? owner : rebuildIndex(db, ownerId)
}

function append(db: Database, key: number, memory: number, text: string, packsAt = longestTail): void {
  const { terms, length, language } = analyze(text)
  const owner = existing(
    db.get<{ ordinal: number; version: number; tail_terms: number }>(
      `UPDATE index_owner SET next_ordinal = next_ordinal + 1, version = version + 1, tail_terms = tail_terms + ?
        WHERE key = ? RETURNING next_ordinal - 1 AS ordinal, version, tail_terms`,
      terms.size,
      key,
    ),
  )
  db.run(
    'INSERT INTO index_item (owner, ordinal, memory, version, length, language, traits) VALUES (?, ?, ?, ?, ?, ?, ?)',
    key,
    owner.ordinal,
    memory,
    owner.version,
    length,
    language,
    traitsOf(text, language),
  )
  db.run('INSERT INTO index_tail (owner, ordinal, terms) VALUES (?, ?, ?)', key, owner.ordinal, packTerms(terms))
  if (owner.tail_terms >= packsAt) packTail(db, key, owner.ordinal + 1)
}

const seqOf = (db: Database, ownerId: OwnerId, memoryId: MemoryId): number | undefined =>
  db.get<{ seq: number }>('SELECT seq FROM memory WHERE owner_id = ? AND id = ?', ownerId, memoryId)?.seq

export const nextVersion = (db: Database, key: number): number =>
  existing(
    db.get<{ version: number }>('UPDATE index_owner SET version = version + 1 WHERE key = ? RETURNING version', key),
  ).version

function existing<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('The index has no row for its owner.')
  return row
}
