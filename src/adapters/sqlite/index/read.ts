/** Reading the index of words: an owner's facts are kept between searches and brought forward by what changed since. */
import { OwnerFacts } from '../../../memory/rank/facts.ts'
import type { OwnerIndex, RecallIndex } from '../../../memory/rank/ports.ts'
import { packPostings } from '../../../memory/rank/postings.ts'
import { unpackTerms } from '../../../memory/rank/tail.ts'
import { analyzerVersion } from '../../../memory/text/analyze.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { type KeptCodes, nearestItems, noCodes } from './vectors.ts'
import { findOwner, type OwnerRow, ownerOf } from './write.ts'

/** Facts of owners that were asked last are kept, as long as they have no more items than this together: about 60 bytes each. */
const itemsKept = 1_000_000

interface Kept {
  readonly key: number
  version: number
  readonly facts: OwnerFacts
  /** The terms of items that wait in the tail. */
  tail: Map<string, [ordinal: number, frequency: number][]>
  /** The tail holds the items from `packedTo` to below `tailTo`. */
  packedTo: number
  tailTo: number
  readonly codes: KeptCodes
}

export function sqliteRecallIndex(db: Database): RecallIndex {
  const kept = new Map<OwnerId, Kept>()

  function refreshed(ownerId: OwnerId): Kept {
    const row = currentOwner(db, ownerId)
    const known = kept.get(ownerId)
    const owner: Kept =
      known?.key === row.key
        ? known
        : {
            key: row.key,
            version: -1,
            facts: new OwnerFacts(),
            tail: new Map(),
            packedTo: 0,
            tailTo: 0,
            codes: noCodes(),
          }
    if (owner.version !== row.version) bringForward(db, owner, row)
    kept.delete(ownerId)
    kept.set(ownerId, owner)
    forgetOldest(kept)
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
            const waiting = owner.tail.get(term)
            if (waiting !== undefined) blocks.push({ block: 0, data: packPostings(0, waiting) })
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

interface FactsRow {
  readonly ordinal: number
  readonly length: number
  readonly language: number
  readonly traits: number
  /** Null when removed. */
  readonly thread_id: string | null
  readonly position: number
  readonly speaker_kind: 'self' | 'other' | 'assistant' | 'document'
  readonly speaker_name: string | null
  readonly app_id: ClientId
  readonly categories: string
  readonly state: 'active' | 'paused' | 'archived' | 'deleted'
  readonly occurred_at: number | null
  readonly created_at: number
  readonly valid_from: number
  readonly valid_to: number | null
}

function bringForward(db: Database, owner: Kept, row: OwnerRow): void {
  const rows = db.all<FactsRow>(
    `SELECT i.ordinal, i.length, i.language, i.traits, m.thread_id, m.position, m.speaker_kind, m.speaker_name, m.app_id,
        m.categories, m.state, m.occurred_at, m.created_at, m.valid_from, m.valid_to
       FROM index_item AS i LEFT JOIN memory AS m ON m.seq = i.memory
      WHERE i.owner = ? AND i.version > ? ORDER BY i.ordinal`,
    owner.key,
    owner.version,
  )
  for (const one of rows) {
    if (one.thread_id === null) {
      owner.facts.remove(one.ordinal)
      continue
    }
    owner.facts.put({
      ordinal: one.ordinal,
      length: one.length,
      language: one.language,
      traits: one.traits,
      threadId: one.thread_id,
      position: one.position,
      speakerKind: one.speaker_kind,
      speakerName: one.speaker_name ?? undefined,
      appId: one.app_id,
      categories: one.categories === '[]' ? [] : JSON.parse(one.categories),
      state: one.state,
      occurredAt: one.occurred_at ?? undefined,
      createdAt: one.created_at,
      validFrom: one.valid_from,
      validTo: one.valid_to ?? undefined,
    })
  }
  if (row.packed_to !== owner.packedTo) {
    owner.tail = new Map()
    owner.packedTo = row.packed_to
    owner.tailTo = row.packed_to
  }
  const waiting = db.all<{ ordinal: number; terms: string }>(
    'SELECT ordinal, terms FROM index_tail WHERE owner = ? AND ordinal >= ? ORDER BY ordinal',
    owner.key,
    owner.tailTo,
  )
  for (const { ordinal, terms } of waiting) {
    for (const [term, frequency] of unpackTerms(terms)) {
      const list = owner.tail.get(term)
      if (list === undefined) owner.tail.set(term, [[ordinal, frequency]])
      else list.push([ordinal, frequency])
    }
  }
  owner.tailTo = row.next_ordinal
  owner.version = row.version
}

/** Drops the facts of the owners that were asked longest ago, but never the last one's. */
function forgetOldest(kept: Map<OwnerId, Kept>): void {
  let items = 0
  for (const { facts } of kept.values()) items += facts.ordinals
  for (const [ownerId, { facts }] of kept) {
    if (items <= itemsKept || kept.size === 1) return
    kept.delete(ownerId)
    items -= facts.ordinals
  }
}
