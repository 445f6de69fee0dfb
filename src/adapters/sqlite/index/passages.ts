/** Passages of a thread: their texts, and that none outlives a memory in it. See memory/rank/passages. */
import { endsPassage, passageText, placesOfPassage } from '../../../memory/rank/passages.ts'
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

/** Erases the codes of passages that hold a memory, given as it was: its row may have left the thread already. */
export function erasePassages(
  db: Database,
  key: number,
  version: number,
  { ownerId, threadId, position }: Memory,
): void {
  db.run(
    `UPDATE index_code SET passage = NULL, version = ? WHERE owner = ? AND passage IS NOT NULL AND ordinal IN (
       SELECT i.ordinal FROM memory AS m JOIN index_item AS i ON i.memory = m.seq
        WHERE m.owner_id = ? AND m.thread_id = ? AND m.position >= ? AND m.position < ?)`,
    version,
    key,
    ownerId,
    threadId,
    position,
    position + placesOfPassage,
  )
}
