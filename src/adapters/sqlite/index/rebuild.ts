/** Making indexes of words anew: see memory/rank/rebuilding. Every function runs inside a transaction of its caller's. */
import type { IndexRebuild } from '../../../memory/rank/ports.ts'
import {
  atOnce,
  isOutdated,
  isToBegin,
  isUnfinished,
  newGenerations,
  portion,
  sideInUse,
  sideOf,
} from '../../../memory/rank/rebuilding.ts'
import { packTerms } from '../../../memory/rank/tail.ts'
import { analyze, analyzerVersion } from '../../../memory/text/analyze.ts'
import { traitsOf } from '../../../memory/text/traits.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { existing, findOwner, type OwnerRow, ownerColumns, ownerWith } from './owner.ts'
import { addPostings, clearSide, clearSome, packTail } from './postings.ts'

export function sqliteIndexRebuild(db: Database): IndexRebuild {
  let last = 0
  const unfinished = (after: number) =>
    db.get<OwnerRow>(
      `SELECT ${ownerColumns} FROM index_owner WHERE unfinished = 1 AND key > ? ORDER BY key LIMIT 1`,
      after,
    )
  return {
    begin: async () =>
      db.transaction(() => {
        db.run('UPDATE index_owner SET unfinished = 1 WHERE analyzer <> ?', analyzerVersion)
        // From owner to owner: what lies between is not read.
        db.run(
          `WITH RECURSIVE o (id) AS (
              SELECT min(owner_id) FROM memory
              UNION ALL SELECT (SELECT min(owner_id) FROM memory WHERE owner_id > o.id) FROM o WHERE o.id IS NOT NULL)
            INSERT INTO index_owner (owner_id, analyzer, ${fresh.columns})
            SELECT id, ?, ${fresh.values} FROM o WHERE id IS NOT NULL AND id NOT IN (SELECT owner_id FROM index_owner)`,
          analyzerVersion,
        )
      }),
    goOn: async () => {
      if (unfinished(0) === undefined) return false
      return db.transaction(() => {
        // One after the other, so that nobody waits for a large one to be done.
        const owner = unfinished(last) ?? unfinished(0)
        if (owner === undefined) return false
        last = owner.key
        goOn(db, isToBegin(owner) ? beginRebuild(db, owner) : owner)
        return true
      })
    },
  }
}

/**
 * The owner's row; made, and the index begun anew, where there is none of this program's analyzer. `written`: the memory that this
 * transaction writes, whose words its caller sees to.
 */
export function ownerOf(db: Database, ownerId: OwnerId, written: MemoryId | '' = ''): OwnerRow {
  const owner = findOwner(db, ownerId) ?? createOwner(db, ownerId, written)
  return isToBegin(owner) ? beginRebuild(db, owner) : owner
}

/** The same, and done where the owner has few memories. */
export function settledOwner(db: Database, ownerId: OwnerId): OwnerRow {
  const owner = ownerOf(db, ownerId)
  return isUnfinished(owner) && isShort(db, ownerId) ? finishRebuild(db, owner) : owner
}

/** All that is left to do, at once. */
export function finishRebuild(db: Database, owner: OwnerRow): OwnerRow {
  let now = owner
  while (isUnfinished(now)) now = goOn(db, now)
  return now
}

/** Whether an owner has so little that its index is made while a request waits. */
export function isShort(db: Database, ownerId: OwnerId): boolean {
  const size = db.get<{ memories: number; characters: number | null }>(
    `SELECT count(*) AS memories, sum(length(content)) AS characters
       FROM (SELECT content FROM memory WHERE owner_id = ? LIMIT ${atOnce.memories + 1}) AS part`,
    ownerId,
  )
  return (size?.memories ?? 0) <= atOnce.memories && (size?.characters ?? 0) <= atOnce.characters
}

/** An index of nothing yet, whose side in use is the one that is written. */
const fresh = {
  columns: `version, next_ordinal, packed_to, tail_terms, generation, next_generation, next_analyzer, filled_to, rebuilt_to,
    leftovers, unfinished`,
  values: `0, 0, 0, 0, 0, 0, ${analyzerVersion}, 0, 0, 0, 1`,
}

function createOwner(db: Database, ownerId: OwnerId, written: MemoryId | ''): OwnerRow {
  db.run(
    `INSERT INTO index_owner (owner_id, analyzer, ${fresh.columns}) VALUES (?, ?, ${fresh.values})`,
    ownerId,
    analyzerVersion,
  )
  const { key } = existing(findOwner(db, ownerId))
  const others = "SELECT 1 FROM memory WHERE owner_id = ? AND state <> 'deleted' AND id <> ? LIMIT 1"
  if (db.get(others, ownerId, written) === undefined) {
    db.run('UPDATE index_owner SET filled_to = NULL, rebuilt_to = NULL, unfinished = 0 WHERE key = ?', key)
  }
  return ownerWith(db, key)
}

/**
 * Begins to make an index anew; what there is stays in use, the words that wait in the tail too. One that was being made already
 * begins again, on the other side if that is empty.
 */
export function beginRebuild(db: Database, owner: OwnerRow): OwnerRow {
  packTail(db, owner, owner.next_ordinal)
  const { generation, next } = newGenerations(owner)
  db.run(
    `UPDATE index_owner SET rebuilt_to = 0, generation = ?, next_generation = ?, next_analyzer = ?, leftovers = 1, unfinished = 1,
        version = version + 1 WHERE key = ?`,
    generation,
    next,
    analyzerVersion,
    owner.key,
  )
  return ownerWith(db, owner.key)
}

/** Sees again which memories are in it, and begins. */
export function renewIndex(db: Database, owner: OwnerRow): void {
  beginRebuild(db, owner)
  db.run('UPDATE index_owner SET filled_to = 0 WHERE key = ?', owner.key)
}

/**
 * What this program cannot take a text out of goes at once: postings of another analyzer, whose words for it are not known, and what
 * is left of an earlier side. The owner's words are found again as they are read.
 */
export function leaveOnlyReadable(db: Database, owner: OwnerRow): OwnerRow {
  const other = sideOf(owner.key, owner.generation + 1)
  if (owner.leftovers === 1) clearSide(db, other)
  if (isOutdated(owner)) clearSide(db, sideInUse(owner))
  db.run(
    `UPDATE index_owner SET leftovers = 0, unfinished = filled_to IS NOT NULL OR rebuilt_to IS NOT NULL,
        generation = iif(analyzer = ?1, generation, next_generation), analyzer = ?1, version = version + 1 WHERE key = ?2`,
    analyzerVersion,
    owner.key,
  )
  return ownerWith(db, owner.key)
}

/** Does one portion. */
function goOn(db: Database, owner: OwnerRow): OwnerRow {
  if (owner.leftovers === 1) clear(db, owner)
  else if (owner.filled_to !== null) fill(db, owner, owner.filled_to)
  else if (owner.rebuilt_to !== null) read(db, owner, owner.rebuilt_to)
  db.run(
    `UPDATE index_owner SET unfinished = filled_to IS NOT NULL OR rebuilt_to IS NOT NULL OR leftovers = 1
      WHERE key = ?`,
    owner.key,
  )
  return ownerWith(db, owner.key)
}

function clear(db: Database, { key, generation }: OwnerRow): void {
  if (!clearSome(db, sideOf(key, generation + 1), portion.cleared)) return
  db.run('UPDATE index_owner SET leftovers = 0 WHERE key = ?', key)
}

/** Gives items to memories that have none; their words are read afterwards. */
function fill(db: Database, owner: OwnerRow, filledTo: number): void {
  const { key } = owner
  const rows = db.all<{ seq: number; ordinal: number | null }>(
    `SELECT part.seq, i.ordinal FROM (SELECT seq FROM memory
        WHERE owner_id = ? AND seq > ? AND state <> 'deleted' ORDER BY seq LIMIT ${portion.filled}) AS part
       LEFT JOIN index_item AS i ON i.memory = part.seq ORDER BY part.seq`,
    owner.owner_id,
    filledTo,
  )
  const missing = rows.filter(({ ordinal }) => ordinal === null)
  if (missing.length > 0) packTail(db, owner, owner.next_ordinal)
  missing.forEach(({ seq }, i) => {
    db.run(
      'INSERT INTO index_item (owner, ordinal, memory, version, length, language, traits) VALUES (?, ?, ?, ?, 0, 0, 0)',
      key,
      owner.next_ordinal + i,
      seq,
      owner.version + 1,
    )
  })
  const next = owner.next_ordinal + missing.length
  db.run(
    `UPDATE index_owner SET filled_to = ?, next_ordinal = ?, packed_to = iif(? > 0, ?, packed_to), version = version + 1
      WHERE key = ?`,
    rows.length < portion.filled ? null : (rows.at(-1)?.seq ?? null),
    next,
    missing.length,
    next,
    key,
  )
}

/** Reads the words of the next items. */
function read(db: Database, owner: OwnerRow, from: number): void {
  const { key } = owner
  const rows = db.all<{ ordinal: number; memory: number | null; content: string | null }>(
    `SELECT i.ordinal, i.memory, m.content FROM index_item AS i
       LEFT JOIN memory AS m ON m.seq = i.memory AND m.state <> 'deleted'
      WHERE i.owner = ? AND i.ordinal >= ? AND i.ordinal < ? ORDER BY i.ordinal LIMIT ${portion.items}`,
    key,
    from,
    owner.packed_to,
  )
  const items: { ordinal: number; terms: string }[] = []
  let terms = 0
  let to = from
  for (const { ordinal, memory, content } of rows) {
    if (terms >= portion.terms) break
    to = ordinal + 1
    if (content === null) {
      if (memory !== null) forget(db, key, ordinal, owner.version + 1)
      continue
    }
    const analyzed = analyze(content)
    terms += analyzed.terms.size
    items.push({ ordinal, terms: packTerms(analyzed.terms) })
    db.run(
      'UPDATE index_item SET length = ?, language = ?, traits = ? WHERE owner = ? AND ordinal = ?',
      analyzed.length,
      analyzed.language,
      traitsOf(content, analyzed.language),
      key,
      ordinal,
    )
  }
  addPostings(db, sideOf(key, owner.next_generation), items)
  const isDone = rows.length < portion.items && to === (rows.at(-1)?.ordinal ?? from - 1) + 1
  if (isDone) finish(db, owner)
  else db.run('UPDATE index_owner SET rebuilt_to = ?, version = version + 1 WHERE key = ?', to, key)
}

/** An item whose memory is gone, which no write of ours leaves behind. */
function forget(db: Database, key: number, ordinal: number, version: number): void {
  for (const table of ['index_code', 'index_vector', 'index_passage_waiting']) {
    db.run(`DELETE FROM ${table} WHERE owner = ? AND ordinal = ?`, key, ordinal)
  }
  db.run('UPDATE index_item SET memory = NULL, version = ? WHERE owner = ? AND ordinal = ?', version, key, ordinal)
}

/** The sides change places; one that was in use already stays on its own and is a later generation, so that nothing kept of it is used. */
function finish(db: Database, { key, generation, next_generation }: OwnerRow): void {
  const swaps = next_generation !== generation
  db.run(
    `UPDATE index_owner SET rebuilt_to = NULL, analyzer = next_analyzer, generation = generation + ?, leftovers = ?,
        version = version + 1 WHERE key = ?`,
    swaps ? 1 : 2,
    swaps ? 1 : 0,
    key,
  )
}
