/** Reading the index of words: an owner's index is kept between searches and brought forward by what changed since. */
import type { KeptIndex, TailRow } from '../../../memory/index/kept-index.ts'
import { KeptIndexes } from '../../../memory/index/kept-indexes.ts'
import type { ExpectedTerms, LinkedRequest, OwnerIndex, RecallIndex } from '../../../memory/index/ports.ts'
import { blockSize } from '../../../memory/index/postings.ts'
import { isIncomplete } from '../../../memory/index/rebuilding.ts'
import { lacksVectors } from '../../../memory/index/vector-marks.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { assertReaderIn, type RuleColumns, readable, ruleColumns, ruleOf } from '../memory/conditions.ts'
import { createQueues } from '../queues.ts'
import { type ItemLists, itemLists, itemsOf } from './items.ts'
import { type Look, look, readLinked, readPostings } from './look.ts'
import type { Nearest } from './nearest.ts'
import { findOwner } from './owner.ts'
import { ownerToSearch } from './rebuild.ts'

export function postgresRecallIndex(db: Database, nearest: Nearest): RecallIndex {
  const kept = new KeptIndexes()
  const bringing = createQueues<OwnerId>()

  /** The owner's index as it was after this was called, or later: what was committed before is in it. */
  async function refreshed(ownerId: OwnerId, expected: ExpectedTerms | undefined, entities: LinkedRequest | undefined) {
    const known = kept.known(ownerId)
    const terms = known === undefined || expected === undefined ? [] : await expected(known.facts)
    const looked = await currentLook(db, ownerId, known, terms, entities)
    const { owner, changed } = looked
    const index = kept.of(ownerId, owner)
    if (changed !== undefined && index === known) index.bringForward(owner, changed.items, changed.tail)
    else if (index.version < owner.version) {
      // One at a time: each takes in what changed since the one before it.
      await bringing(ownerId, async () => {
        if (index.version < owner.version) await bringForward(db, ownerId, index)
      })
    }
    kept.forgetOldest(ownerId)
    return { index, looked }
  }

  return {
    async open(ownerId, expected, entities): Promise<OwnerIndex> {
      const { index, looked } = await refreshed(ownerId, expected, entities)
      const { owner, read, blocks, linked } = looked
      return {
        facts: index.facts,
        linked,
        incomplete: isIncomplete(owner),
        postings: (terms) =>
          index.postings(terms, async (missing) =>
            index.version === owner.version && missing.every((term) => read.has(term))
              ? { packedTo: owner.packed_to, blocks }
              : await readPostings(db, index.key, missing),
          ),
        nearest: (request) => nearest(owner, index.codes, request),
        lacksVectors: (space) => lacksVectors(owner, space),
        passages: (vector, space) => index.codes.passageLikeness(vector, space),
      }
    },
    memoriesAt: (ownerId, appId, ordinals) =>
      db.run(async (sql) => {
        kept.forgetOldest(ownerId)
        const rows = await sql<(RuleColumns & MemoryRow & { ordinal: number | null })[]>`
          SELECT ${ruleColumns(sql)}, i.ordinal, m.* FROM ${ruleOf(sql, ownerId, appId)} LEFT JOIN (index_owner AS o
              JOIN index_item AS i ON i.owner = o.key AND i.ordinal = ANY((SELECT ${ordinals}::integer[])::integer[])
              JOIN memory AS m ON m.seq = i.memory)
            ON o.owner_id = ${ownerId} AND ${readable(sql, ownerId, appId)} AND m.state <> 'deleted'`
        assertReaderIn(rows, appId)
        return new Map(rows.flatMap((row) => (row.ordinal === null ? [] : [[row.ordinal, memoryOf(row)] as const])))
      }),
  }
}

/** As it is now, or as it is made for this search. */
async function currentLook(
  db: Database,
  ownerId: OwnerId,
  known: KeptIndex | undefined,
  terms: readonly string[],
  entities: LinkedRequest | undefined,
): Promise<Look> {
  const looked = await look(db, ownerId, known, terms, entities)
  const owner = await ownerToSearch(db, ownerId, looked?.owner)
  if (looked?.owner === owner) return looked
  const linked = await readLinked(db, ownerId, entities)
  return { owner, changed: undefined, read: new Set(), blocks: new Map(), linked }
}

/** Owner, items and tail of one moment. Where the index was made anew meanwhile, the next search begins with that one. */
async function bringForward(db: Database, ownerId: OwnerId, index: KeptIndex): Promise<void> {
  await db.snapshot(async (sql) => {
    const [owner, items, tail] = await Promise.all([
      findOwner(sql, ownerId),
      sql<ItemLists[]>`
        SELECT ${sql.unsafe(itemLists)} FROM index_item AS i LEFT JOIN memory AS m ON m.seq = i.memory
         WHERE i.owner = ${index.key} AND i.version > ${index.version} GROUP BY i.ordinal / ${blockSize}`,
      sql<TailRow[]>`
        SELECT t.ordinal, t.terms FROM index_owner AS o JOIN index_tail AS t ON t.owner = o.key
         WHERE o.key = ${index.key}
           AND t.ordinal >= CASE WHEN o.packed_to = ${index.packedTo} THEN ${index.tailTo} ELSE o.packed_to END
         ORDER BY t.ordinal`,
    ])
    if (owner !== undefined && index.isOf(owner)) index.bringForward(owner, itemsOf(items), tail)
  })
}
