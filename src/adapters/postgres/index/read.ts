/** Reading the index of words: an owner's index is kept between searches and brought forward by what changed since. */
import type { IndexedRow, KeptIndex, TailRow } from '../../../memory/rank/kept-index.ts'
import { KeptIndexes } from '../../../memory/rank/kept-indexes.ts'
import type { OwnerIndex, RecallIndex } from '../../../memory/rank/ports.ts'
import type { PackedBlock } from '../../../memory/rank/postings.ts'
import { analyzerVersion } from '../../../memory/text/analyze.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { createQueues } from '../queues.ts'
import { findOwner, type OwnerRow, ownerOf } from './owner.ts'
import type { Nearest } from './vectors.ts'

export function postgresRecallIndex(db: Database, nearest: Nearest): RecallIndex {
  const kept = new KeptIndexes()
  const bringing = createQueues<OwnerId>()

  /** The owner's index as it was after this was called, or later: what was committed before is in it. */
  async function refreshed(ownerId: OwnerId): Promise<{ index: KeptIndex; owner: OwnerRow }> {
    const owner = await currentOwner(db, ownerId)
    const index = kept.of(ownerId, owner.key)
    if (index.version < owner.version) {
      // One at a time: each takes in what changed since the one before it.
      await bringing(ownerId, async () => {
        if (index.version < owner.version) await bringForward(db, ownerId, index)
      })
    }
    kept.forgetOldest(ownerId)
    return { index, owner }
  }

  return {
    async open(ownerId): Promise<OwnerIndex> {
      const { index, owner } = await refreshed(ownerId)
      return {
        facts: index.facts,
        postings: (terms) => index.postings(terms, (missing) => readPostings(db, index.key, missing)),
        nearest: (request) => nearest(owner, index.codes, request),
      }
    },
    memoriesAt: (ownerId, ordinals) =>
      db.run(async (sql) => {
        const rows = await sql<{ ordinal: number; id: MemoryId }[]>`
          SELECT i.ordinal, m.id FROM index_owner AS o
            JOIN index_item AS i ON i.owner = o.key AND i.ordinal = ANY(${ordinals}::integer[])
            JOIN memory AS m ON m.seq = i.memory
           WHERE o.owner_id = ${ownerId}`
        return new Map(rows.map(({ ordinal, id }) => [ordinal, id]))
      }),
  }
}

/** The owner's row; an index that is missing or of another analyzer is made first. */
async function currentOwner(db: Database, ownerId: OwnerId): Promise<OwnerRow> {
  const owner = await db.run((sql) => findOwner(sql, ownerId))
  if (owner?.analyzer === analyzerVersion) return owner
  return await db.write(ownerId, async (transaction) => (await ownerOf(transaction)).owner)
}

/** Blocks and the owner's row of one moment, in one statement. */
const readPostings = (db: Database, key: number, terms: readonly string[]) =>
  db.run(async (sql) => {
    const rows = await sql<{ packed_to: number; term: string | null; block: number; data: Uint8Array }[]>`
      SELECT o.packed_to, p.term, p.block, p.data FROM index_owner AS o
        LEFT JOIN index_posting AS p ON p.owner = o.key AND p.term = ANY(${terms}::text[])
       WHERE o.key = ${key} ORDER BY p.term, p.block`
    const blocks = new Map<string, PackedBlock[]>()
    for (const { term, block, data } of rows) {
      if (term === null) continue
      const known = blocks.get(term)
      if (known === undefined) blocks.set(term, [{ block, data }])
      else known.push({ block, data })
    }
    return { packedTo: rows[0]?.packed_to ?? 0, blocks }
  })

/** Owner, items and tail of one moment. Where the index was made anew meanwhile, the next search begins with that one. */
async function bringForward(db: Database, ownerId: OwnerId, index: KeptIndex): Promise<void> {
  await db.snapshot(async (sql) => {
    const [owner, items, tail] = await Promise.all([
      findOwner(sql, ownerId),
      sql<IndexedRow[]>`
        SELECT i.ordinal, i.length, i.language, i.traits, m.thread_id, m.position, m.speaker_kind, m.speaker_name, m.app_id,
            m.categories, m.state, m.occurred_at, m.created_at, m.valid_from, m.valid_to
          FROM index_item AS i LEFT JOIN memory AS m ON m.seq = i.memory
         WHERE i.owner = ${index.key} AND i.version > ${index.version} ORDER BY i.ordinal`,
      sql<TailRow[]>`
        SELECT t.ordinal, t.terms FROM index_owner AS o JOIN index_tail AS t ON t.owner = o.key
         WHERE o.key = ${index.key}
           AND t.ordinal >= CASE WHEN o.packed_to = ${index.packedTo} THEN ${index.tailTo} ELSE o.packed_to END
         ORDER BY t.ordinal`,
    ])
    if (owner?.key === index.key) index.bringForward(owner, items, tail)
  })
}
