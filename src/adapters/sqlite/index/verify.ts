import { faultsOfIndex } from '../../../memory/index/verify-index.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { finishRebuild, ownerOf } from './rebuild.ts'

/**
 * Compares an owner's index with the texts it should be of. Returns what is wrong, nothing when they agree.
 * For tests and for repair: reads everything of the owner.
 */
export function verifyIndex(
  db: Database,
  ownerId: OwnerId,
  memories: readonly { readonly id: MemoryId; readonly content: string }[],
): readonly string[] {
  const { key } = db.transaction(() => finishRebuild(db, ownerOf(db, ownerId)))
  const items = db.all<{ ordinal: number; id: MemoryId; length: number }>(
    'SELECT i.ordinal, m.id, i.length FROM index_item AS i JOIN memory AS m ON m.seq = i.memory WHERE i.owner = ?',
    key,
  )
  const postings = db.all<{ term: string; block: number; data: Uint8Array }>(
    'SELECT term, block, data FROM index_posting WHERE owner IN (?1, -?1)',
    key,
  )
  const tail = db.all<{ ordinal: number; terms: string }>('SELECT ordinal, terms FROM index_tail WHERE owner = ?', key)
  return faultsOfIndex({ items, postings, tail }, memories)
}
