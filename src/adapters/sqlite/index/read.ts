/** Reading the index of words: an owner's facts are kept between searches and brought forward by what changed since. */
import { type IndexedRow, type KeptIndex, KeptIndexes } from '../../../memory/rank/kept-index.ts'
import type { OwnerIndex, RecallIndex } from '../../../memory/rank/ports.ts'
import { analyzerVersion } from '../../../memory/text/analyze.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { nearestItems } from './vectors.ts'
import { findOwner, type OwnerRow, ownerOf } from './write.ts'

export function sqliteRecallIndex(db: Database): RecallIndex {
  const kept = new KeptIndexes()

  function refreshed(ownerId: OwnerId): KeptIndex {
    const row = currentOwner(db, ownerId)
    const owner = kept.of(ownerId, row.key)
    if (owner.version !== row.version) bringForward(db, owner, row)
    kept.forgetOldest()
    return owner
  }

  return {
    async open(ownerId): Promise<OwnerIndex> {
      const owner = refreshed(ownerId)
      return {
        facts: owner.facts,
        async postings(terms) {
          const found = new Map<string, { block: number; data: Uint8Array }[]>()
          for (const term of terms) {
            const blocks = db.all<{ block: number; data: Uint8Array }>(
              'SELECT block, data FROM index_posting WHERE owner = ? AND term = ? ORDER BY block',
              owner.key,
              term,
            )
            const waiting = owner.waiting(term)
            if (waiting !== undefined) blocks.push(waiting)
            if (blocks.length > 0) found.set(term, blocks)
          }
          return found
        },
        nearest: async (request) => nearestItems(db, owner.key, owner.codes, request),
      }
    },
    async memoriesAt(ownerId, ordinals) {
      const owner = refreshed(ownerId)
      const found = new Map<number, MemoryId>()
      for (const ordinal of ordinals) {
        const row = db.get<{ id: MemoryId }>(
          'SELECT m.id AS id FROM index_item AS i JOIN memory AS m ON m.seq = i.memory WHERE i.owner = ? AND i.ordinal = ?',
          owner.key,
          ordinal,
        )
        if (row !== undefined) found.set(ordinal, row.id)
      }
      return found
    },
  }
}

/** The owner's row; an index that is missing or of another analyzer is made first. */
function currentOwner(db: Database, ownerId: OwnerId): OwnerRow {
  const owner = findOwner(db, ownerId)
  return owner?.analyzer === analyzerVersion ? owner : db.transaction(() => ownerOf(db, ownerId))
}

function bringForward(db: Database, owner: KeptIndex, row: OwnerRow): void {
  const items = db.all<IndexedRow>(
    `SELECT i.ordinal, i.length, i.language, i.traits, m.thread_id, m.position, m.speaker_kind, m.speaker_name, m.app_id,
        m.categories, m.state, m.occurred_at, m.created_at, m.valid_from, m.valid_to
       FROM index_item AS i LEFT JOIN memory AS m ON m.seq = i.memory
      WHERE i.owner = ? AND i.version > ? ORDER BY i.ordinal`,
    owner.key,
    owner.version,
  )
  const tail = db.all<{ ordinal: number; terms: string }>(
    'SELECT ordinal, terms FROM index_tail WHERE owner = ? AND ordinal >= ? ORDER BY ordinal',
    owner.key,
    owner.tailFrom(row),
  )
  owner.bringForward(row, items, tail)
}
