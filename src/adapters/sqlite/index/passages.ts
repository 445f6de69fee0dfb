/** Passages of a thread: their texts, that none outlives a memory in it, and which are to be made anew. See memory/index/passages. */
import {
  endsPassage,
  hasPassages,
  passageText,
  placesOfPassage,
  stepOfPassages,
} from '../../../memory/index/passages.ts'
import type { EmbeddingClaim } from '../../../memory/index/ports.ts'
import type { Memory } from '../../../memory/schema.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'

/** Where a passage may end. */
export interface LastPlace {
  readonly owner_id: OwnerId
  readonly thread_id: string
  readonly position: number
}

/** The text of the passage that ends at a place; undefined where none does. */
export function passageAt(db: Database, { owner_id, thread_id, position }: LastPlace): string | undefined {
  if (!endsPassage(thread_id, position)) return undefined
  const rows = db.all<{ content: string }>(
    `SELECT content FROM memory
      WHERE owner_id = ? AND thread_id = ? AND position > ? AND position <= ? AND state <> 'deleted' ORDER BY position`,
    owner_id,
    thread_id,
    position - placesOfPassage,
    position,
  )
  return passageText(rows.map(({ content }) => content))
}

/**
 * Erases the codes of passages that hold a memory, given as it was: its row may have left the thread already. What is left of them
 * is to be embedded anew; so is one that was none yet, as of a single message.
 */
export function erasePassages(
  db: Database,
  key: number,
  version: number,
  { ownerId, threadId, position }: Memory,
): void {
  if (!hasPassages(threadId)) return
  const ends = db.all<{ ordinal: number }>(
    `UPDATE index_code SET passage = NULL, version = ? WHERE owner = ? AND ordinal IN (
       SELECT i.ordinal FROM memory AS m JOIN index_item AS i ON i.memory = m.seq
        WHERE m.owner_id = ? AND m.thread_id = ? AND m.position >= ? AND m.position < ?
          AND m.position % ${stepOfPassages} = ${stepOfPassages - 1}) RETURNING ordinal`,
    version,
    key,
    ownerId,
    threadId,
    position,
    position + placesOfPassage,
  )
  for (const { ordinal } of ends) awaitPassage(db, key, ordinal)
}

/** Where an item stands; undefined when it was removed. */
export const placeOf = (db: Database, owner: number, ordinal: number): LastPlace | undefined =>
  db.get<LastPlace>(
    `SELECT m.owner_id, m.thread_id, m.position FROM index_item AS i JOIN memory AS m ON m.seq = i.memory
      WHERE i.owner = ? AND i.ordinal = ?`,
    owner,
    ordinal,
  )

/** Has the passage that ends at an item made anew; nobody has it in hand. */
const awaitPassage = (db: Database, owner: number, ordinal: number): void =>
  void db.run('INSERT OR REPLACE INTO index_passage_waiting (owner, ordinal) VALUES (?, ?)', owner, ordinal)

/** Takes the next passages of the owner who waits longest; undefined when none wait. */
export function claimPassages(
  db: Database,
  space: string,
  count: number,
  at: number,
  leaseMs: number,
): EmbeddingClaim | undefined {
  const first = db.get<{ owner: number }>(
    `SELECT w.owner FROM index_passage_waiting AS w INDEXED BY index_passage_waiting_by_lease
       CROSS JOIN index_owner AS o ON o.key = w.owner
      WHERE w.leased_until <= ? AND o.space = ? ORDER BY w.leased_until LIMIT 1`,
    at,
    space,
  )
  if (first === undefined) return undefined
  const { owner } = first
  const waiting = db.all<{ ordinal: number }>(
    'SELECT ordinal FROM index_passage_waiting WHERE owner = ? AND leased_until <= ? ORDER BY ordinal LIMIT ?',
    owner,
    at,
    count,
  )
  const items = waiting.map(({ ordinal }) => {
    const place = placeOf(db, owner, ordinal)
    return { ordinal, text: undefined, passage: place === undefined ? undefined : passageAt(db, place) }
  })
  const claim = { owner, space, items, to: undefined }
  leasePassages(db, claim, at + leaseMs)
  return claim
}

/** Nobody else is given the passages of a claim until then. */
export function leasePassages(db: Database, { owner, items }: EmbeddingClaim, until: number): void {
  for (const { ordinal } of items) {
    db.run('UPDATE index_passage_waiting SET leased_until = ? WHERE owner = ? AND ordinal = ?', until, owner, ordinal)
  }
}

/** Prolongs the lease of those that are still leased. */
export function extendPassages(db: Database, { owner, items }: EmbeddingClaim, at: number, leaseMs: number): void {
  for (const { ordinal } of items) {
    db.run(
      `UPDATE index_passage_waiting SET leased_until = ?1 + ?2
        WHERE owner = ?3 AND ordinal = ?4 AND leased_until > ?1 AND leased_until < ?1 + ?2`,
      at,
      leaseMs,
      owner,
      ordinal,
    )
  }
}

/** What was embedded, or is no more, waits no longer; what has changed meanwhile waits again, and nobody has it in hand. */
export function settlePassage(db: Database, owner: number, ordinal: number, changed: boolean): void {
  if (changed) awaitPassage(db, owner, ordinal)
  else db.run('DELETE FROM index_passage_waiting WHERE owner = ? AND ordinal = ?', owner, ordinal)
}
