/** One portion of making an index anew. Inside the transaction of its caller, who writes how far it is then. */
import {
  afterClear,
  afterFill,
  afterRead,
  type Portion,
  portionLimits,
  type RebuildState,
} from '../../../memory/index/rebuilding.ts'
import { type ItemText, readWords } from '../../../memory/index/rebuilding-words.ts'
import { vectorTables } from '../../../memory/stored/tables.ts'
import type { Database } from '../database.ts'
import type { OwnerRow } from './owner.ts'
import { addPostings, clearSome, packTail } from './postings.ts'

/** Returns how far it is then. */
export function carryOut(db: Database, owner: OwnerRow, next: Portion): RebuildState {
  switch (next.kind) {
    case 'clear':
      return afterClear(owner, clearSome(db, next.side, portionLimits.cleared))
    case 'fill':
      return afterFill(owner, fill(db, owner, next.after))
    case 'read':
      return afterRead(owner, read(db, owner, next.from, next.side))
  }
}

/** Gives items to memories that have none; their words are read afterwards. Returns which memories have one now. */
function fill(db: Database, owner: OwnerRow, after: number): readonly number[] {
  const { key } = owner
  const rows = db.all<{ seq: number; ordinal: number | null }>(
    `SELECT part.seq, i.ordinal FROM (SELECT seq FROM memory
        WHERE owner_id = ? AND seq > ? AND state <> 'deleted' ORDER BY seq LIMIT ${portionLimits.filled}) AS part
       LEFT JOIN index_item AS i ON i.memory = part.seq ORDER BY part.seq`,
    owner.owner_id,
    after,
  )
  const missing = rows.filter(({ ordinal }) => ordinal === null)
  missing.forEach(({ seq }, i) => {
    db.run(
      'INSERT INTO index_item (owner, ordinal, memory, version, length, language, traits) VALUES (?, ?, ?, ?, 0, 0, 0)',
      key,
      owner.next_ordinal + i,
      seq,
      owner.version + 1,
    )
  })
  if (missing.length > 0) {
    const next = owner.next_ordinal + missing.length
    packTail(db, owner, next)
    db.run('UPDATE index_owner SET next_ordinal = ? WHERE key = ?', next, key)
  }
  return rows.map(({ seq }) => seq)
}

/** Reads the words of the next items into a side. */
function read(db: Database, { key, packed_to, version }: OwnerRow, from: number, side: number) {
  const rows = db.all<ItemText>(
    `SELECT i.ordinal, i.memory, m.content FROM index_item AS i
       LEFT JOIN memory AS m ON m.seq = i.memory AND m.state <> 'deleted'
      WHERE i.owner = ? AND i.ordinal >= ? AND i.ordinal < ? ORDER BY i.ordinal LIMIT ${portionLimits.items}`,
    key,
    from,
    packed_to,
  )
  const words = readWords(rows, from)
  for (const { ordinal, length, language, traits } of words.items) {
    db.run(
      'UPDATE index_item SET length = ?, language = ?, traits = ? WHERE owner = ? AND ordinal = ?',
      length,
      language,
      traits,
      key,
      ordinal,
    )
  }
  addPostings(db, side, words.items)
  for (const ordinal of words.gone) forget(db, key, ordinal, version + 1)
  return words
}

/** An item whose memory is gone. */
function forget(db: Database, key: number, ordinal: number, version: number): void {
  for (const table of vectorTables) {
    db.run(`DELETE FROM ${table} WHERE owner = ? AND ordinal = ?`, key, ordinal)
  }
  db.run('UPDATE index_item SET memory = NULL, version = ? WHERE owner = ? AND ordinal = ?', version, key, ordinal)
}
