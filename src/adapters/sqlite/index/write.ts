/**
 * Writing the index of words, always inside the memory's own transaction, so that memory and index are never apart.
 * Called by the memory store's projection; the bytes are those of memory/rank/postings and tail.
 */
import { isReworded, type MemoryChanged, memoryIn, putAmid } from '../../../memory/change/set.ts'
import { sidesInUse } from '../../../memory/rank/rebuilding.ts'
import { longestTail, packTerms } from '../../../memory/rank/tail.ts'
import type { Memory } from '../../../memory/schema.ts'
import { analyze } from '../../../memory/text/analyze.ts'
import { traitsOf } from '../../../memory/text/traits.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { existing, nextVersion, type OwnerRow } from './owner.ts'
import { erasePassages } from './passages.ts'
import { packTail, removePosting } from './postings.ts'
import { finishIfShort, leaveOnlyReadable, ownerOf } from './rebuild.ts'

/** Brings the index to how a memory is: called behind the statement that changes it. */
export function changeIndex(db: Database, change: MemoryChanged): void {
  const { ownerId, id } = memoryIn(change)
  const owner = ownerOf(db, ownerId, id)
  const memory = seqOf(db, ownerId, id)
  if (memory === undefined) return
  if (isReworded(change)) {
    if (change.before !== undefined) remove(db, leaveOnlyReadable(db, owner), memory, change.before)
    if (change.after !== undefined) append(db, owner.key, memory, change.after.content)
    const inserted = putAmid(change)
    if (inserted !== undefined) erasePassages(db, owner.key, nextVersion(db, owner.key), inserted)
  } else touch(db, owner.key, memory)
  finishIfShort(db, owner)
}

/** Takes a memory out. `before` is what it was indexed as: the terms of its text say where its postings are. */
function remove(db: Database, owner: OwnerRow, memory: number, before: Memory): void {
  const item = db.get<{ ordinal: number }>('SELECT ordinal FROM index_item WHERE memory = ?', memory)
  if (item === undefined) return
  if (item.ordinal >= owner.packed_to) {
    db.run('DELETE FROM index_tail WHERE owner = ? AND ordinal = ?', owner.key, item.ordinal)
  } else {
    const sides = sidesInUse(owner)
    for (const term of analyze(before.content).terms.keys()) {
      for (const side of sides) removePosting(db, side, term, item.ordinal)
    }
  }
  for (const table of ['index_code', 'index_vector', 'index_passage_waiting']) {
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

function append(db: Database, key: number, memory: number, text: string): void {
  const { terms, length, language } = analyze(text)
  const owner = existing(
    db.get<{ ordinal: number; version: number; tail_terms: number; generation: number }>(
      `UPDATE index_owner SET next_ordinal = next_ordinal + 1, version = version + 1, tail_terms = tail_terms + ?
        WHERE key = ? RETURNING next_ordinal - 1 AS ordinal, version, tail_terms, generation`,
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
  if (owner.tail_terms >= longestTail) packTail(db, { key, generation: owner.generation }, owner.ordinal + 1)
}

const seqOf = (db: Database, ownerId: OwnerId, memoryId: MemoryId): number | undefined =>
  db.get<{ seq: number }>('SELECT seq FROM memory WHERE owner_id = ? AND id = ?', ownerId, memoryId)?.seq
