/** Reading the index of words: an owner's facts are kept between searches and brought forward by what changed since. */
import type { IndexedRow, KeptIndex } from '../../../memory/index/kept-index.ts'
import { KeptIndexes } from '../../../memory/index/kept-indexes.ts'
import {
  type Linked,
  type LinkedRequest,
  mostLinked,
  type OwnerIndex,
  type RecallIndex,
} from '../../../memory/index/ports.ts'
import type { PackedBlock } from '../../../memory/index/postings.ts'
import { isIncomplete } from '../../../memory/index/rebuilding.ts'
import { lacksVectors } from '../../../memory/index/vector-marks.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { both, findRule, matching, readable, readableBy } from '../memory/conditions.ts'
import { nearestItems } from './nearest.ts'
import type { OwnerRow } from './owner.ts'
import { ownerToSearch } from './rebuild.ts'

export function sqliteRecallIndex(db: Database): RecallIndex {
  const kept = new KeptIndexes()

  function refreshed(ownerId: OwnerId): { owner: KeptIndex; row: OwnerRow } {
    const row = ownerToSearch(db, ownerId)
    const owner = kept.of(ownerId, row)
    if (owner.version !== row.version) bringForward(db, owner, row)
    kept.forgetOldest(ownerId)
    return { owner, row }
  }

  return {
    async open(ownerId, _expected, entities): Promise<OwnerIndex> {
      const { owner, row } = refreshed(ownerId)
      const linked = entities === undefined ? new Map() : readLinked(db, ownerId, entities)
      return {
        incomplete: isIncomplete(row),
        facts: owner.facts,
        linked,
        postings: (terms) => owner.postings(terms, async (missing) => readPostings(db, owner.key, missing)),
        nearest: async (request) => nearestItems(db, owner.key, owner.codes, request),
        lacksVectors: (space) => lacksVectors(row, space),
        passages: (vector, space) => owner.codes.passageLikeness(vector, space),
      }
    },
    async memoriesAt(ownerId, appId, ordinals) {
      kept.forgetOldest(ownerId)
      const memories = db.snapshot(() => {
        const seen = both(readableBy(db, ownerId, appId), { sql: "m.state <> 'deleted'", values: [] })
        // One by one: as a list of ordinals SQLite makes a table of it first, which takes longer than finding them.
        const sql = `SELECT m.* FROM memory AS m
          WHERE m.seq = (SELECT i.memory FROM index_item AS i
              WHERE i.owner = (SELECT key FROM index_owner WHERE owner_id = ?) AND i.ordinal = ?)
            AND ${seen.sql}`
        return ordinals.flatMap((ordinal) => {
          const row = db.get<MemoryRow>(sql, ownerId, ordinal, ...seen.values)
          return row === undefined ? [] : [[ordinal, memoryOf(row)] as const]
        })
      })
      return new Map(memories)
    },
  }
}

/** An item that was written since the owner's facts were read is among them at most as an ordinal that those do not know. */
function readLinked(db: Database, ownerId: OwnerId, { keys, appId, filter }: LinkedRequest): Linked {
  const names = (of: string) => `SELECT 1 FROM mention_unsaid WHERE owner_id = ? ${of} LIMIT 1`
  // Most owners have none.
  if (db.get(names(''), ownerId) === undefined) return new Map()
  // One by one, as memories are read above: asking for a row costs little, for a list much.
  const linkedTo = keys().filter((key) => db.get(names('AND key = ?'), ownerId, key) !== undefined)
  if (linkedTo.length === 0) return new Map()
  // What may not be seen is left out before the bound: else it could fill it.
  const seen = both(readable(ownerId, findRule(db, ownerId, appId)), matching(ownerId, filter))
  return new Map(
    linkedTo.map((key) => {
      const items = db.all<{ ordinal: number }>(
        `SELECT i.ordinal AS ordinal FROM mention_unsaid AS u CROSS JOIN memory AS m ON m.seq = u.memory
            CROSS JOIN index_item AS i ON i.memory = u.memory
          WHERE u.owner_id = ? AND u.key = ? AND ${seen.sql} ORDER BY u.memory DESC LIMIT ${mostLinked}`,
        ownerId,
        key,
        ...seen.values,
      )
      return [key, items.map(({ ordinal }) => ordinal)] as const
    }),
  )
}

/** Up to where the owner's items are packed, and the blocks, in one statement and so of one moment. */
function readPostings(db: Database, key: number, terms: readonly string[]) {
  const rows = db.all<{ number: number; term: string | null; data: Uint8Array | null }>(
    `SELECT packed_to AS number, NULL AS term, NULL AS data FROM index_owner WHERE key = ?1
      UNION ALL SELECT block, term, data FROM index_posting WHERE term IN (SELECT value FROM json_each(?2))
        AND owner = (SELECT iif(generation % 2 = 0, key, -key) FROM index_owner WHERE key = ?1)`,
    key,
    JSON.stringify(terms),
  )
  let packedTo = 0
  const blocks = new Map<string, PackedBlock[]>()
  for (const { number, term, data } of rows) {
    if (term === null || data === null) {
      packedTo = number
      continue
    }
    const known = blocks.get(term)
    if (known === undefined) blocks.set(term, [{ block: number, data }])
    else known.push({ block: number, data })
  }
  // In SQL this would be sorted once more, at the price of reading it; it mostly comes in order.
  for (const of of blocks.values()) of.sort((left, right) => left.block - right.block)
  return { packedTo, blocks }
}

function bringForward(db: Database, owner: KeptIndex, row: OwnerRow): void {
  // All items stand in the table by ordinal; by version they would be sorted.
  const since = owner.version < 0 ? [] : [owner.version]
  const items = db.all<IndexedRow>(
    `SELECT i.ordinal, i.length, i.language, i.traits, m.thread_id, m.position, m.speaker_kind, m.speaker_name, m.app_id,
        m.categories, m.state, m.occurred_at, m.created_at, m.valid_from, m.valid_to
       FROM index_item AS i LEFT JOIN memory AS m ON m.seq = i.memory
      WHERE i.owner = ? ${since.length === 0 ? '' : 'AND i.version > ?'} ORDER BY i.ordinal`,
    owner.key,
    ...since,
  )
  const tail = db.all<{ ordinal: number; terms: string }>(
    'SELECT ordinal, terms FROM index_tail WHERE owner = ? AND ordinal >= ? ORDER BY ordinal',
    owner.key,
    owner.tailFrom(row),
  )
  owner.bringForward(row, items, tail)
}
