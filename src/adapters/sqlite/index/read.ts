/** Reading the index of words: an owner's facts are kept between searches and brought forward by what changed since. */
import type { IndexedRow, KeptIndex } from '../../../memory/rank/kept-index.ts'
import { KeptIndexes } from '../../../memory/rank/kept-indexes.ts'
import type { OwnerIndex, RecallIndex } from '../../../memory/rank/ports.ts'
import type { PackedBlock } from '../../../memory/rank/postings.ts'
import { analyzerVersion } from '../../../memory/text/analyze.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { createReaders } from '../memory/read.ts'
import { nearestItems } from './vectors.ts'
import { findOwner, type OwnerRow, ownerOf } from './write.ts'

export function sqliteRecallIndex(db: Database): RecallIndex {
  const kept = new KeptIndexes()
  const { get } = createReaders(db)

  function refreshed(ownerId: OwnerId): KeptIndex {
    const row = currentOwner(db, ownerId)
    const owner = kept.of(ownerId, row.key)
    if (owner.version !== row.version) bringForward(db, owner, row)
    kept.forgetOldest(ownerId)
    return owner
  }

  return {
    async open(ownerId): Promise<OwnerIndex> {
      const owner = refreshed(ownerId)
      return {
        facts: owner.facts,
        postings: (terms) => owner.postings(terms, async (missing) => readPostings(db, owner.key, missing)),
        nearest: async (request) => nearestItems(db, owner.key, owner.codes, request),
      }
    },
    async memoriesAt(ownerId, appId, ordinals) {
      // The memory's id by a subquery: as a join SQLite plans it anew for each list.
      const rows = db.all<{ ordinal: number; id: MemoryId | null }>(
        `SELECT i.ordinal AS ordinal, (SELECT m.id FROM memory AS m WHERE m.seq = i.memory) AS id FROM index_item AS i
          WHERE i.owner = (SELECT key FROM index_owner WHERE owner_id = ?) AND i.ordinal IN (SELECT value FROM json_each(?))`,
        ownerId,
        JSON.stringify(ordinals),
      )
      const ids = rows.flatMap(({ id }) => id ?? [])
      const memories = new Map((await get(ownerId, appId, ids)).map((memory) => [memory.id, memory]))
      return new Map(
        rows.flatMap(({ ordinal, id }) => {
          const memory = id === null ? undefined : memories.get(id)
          return memory === undefined ? [] : [[ordinal, memory] as const]
        }),
      )
    },
  }
}

/** Where another process packs the tail meanwhile, once more: what is packed and what waits must be of one moment. */
function readPostings(db: Database, key: number, terms: readonly string[]) {
  for (let before = packedTo(db, key); ; ) {
    const blocks = new Map(
      terms.map((term) => [
        term,
        db.all<PackedBlock>(
          'SELECT block, data FROM index_posting WHERE owner = ? AND term = ? ORDER BY block',
          key,
          term,
        ),
      ]),
    )
    const after = packedTo(db, key)
    if (after === before) return { packedTo: after, blocks }
    before = after
  }
}

const packedTo = (db: Database, key: number): number =>
  db.get<{ packed_to: number }>('SELECT packed_to FROM index_owner WHERE key = ?', key)?.packed_to ?? 0

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
