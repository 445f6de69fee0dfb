/**
 * Writing the index of words, always inside the memory's own transaction, so that memory and index are never apart.
 * Called by the steps of a write (memory/record); the bytes are those of memory/rank/postings and tail.
 */
import { blockOf, blockSize, withoutPostings } from '../../../memory/rank/postings.ts'
import { analyze } from '../../../memory/text/analyze.ts'
import type { MemoryId } from '../../../shared/brand.ts'
import type { Sql, Transaction } from '../database.ts'
import { append, type Place, placeOf, readPostings, writePostings } from './append.ts'
import { type OwnerRow, ownerOf } from './owner.ts'

/** A memory's text before (undefined: it was not there) and after (undefined: it is gone). */
export interface IndexChange {
  readonly id: MemoryId
  readonly before: string | undefined
  readonly after: string | undefined
}

/** Brings the index to how the memories are. Sent behind the statements that change them. */
export async function changeIndex(transaction: Transaction, changes: readonly IndexChange[]): Promise<void> {
  const { owner, rebuilt } = await ownerOf(transaction)
  // One that was just made anew has seen the memories as they are.
  if (rebuilt) return
  const touched = changes.filter(({ before, after }) => before === after)
  const removed = changes.filter(({ before, after }) => before !== undefined && before !== after)
  const added = changes.filter(({ before, after }) => after !== undefined && before !== after)
  if (touched.length > 0) await touch(transaction, owner, touched)
  if (removed.length > 0) await remove(transaction, owner, removed)
  if (added.length > 0) {
    await append(
      transaction,
      owner,
      added.map(({ id, after }) => ({ memory: id, text: after ?? '' })),
    )
  } else {
    await transaction.sql`UPDATE index_owner SET version = ${owner.version + 1} WHERE key = ${owner.key}`
  }
}

/** Says that what ranking knows of memories besides their words (state, validity, categories, time) has changed. */
async function touch({ sql, ownerId }: Transaction, owner: OwnerRow, changes: readonly IndexChange[]): Promise<void> {
  await sql`UPDATE index_item AS i SET version = ${owner.version + 1} FROM memory AS m
    WHERE m.owner_id = ${ownerId} AND m.id = ANY(${idsOf(changes)}::text[]) AND i.memory = m.seq`
}

/** Takes memories out. The text each was indexed with says where its postings are. */
async function remove({ sql, ownerId }: Transaction, owner: OwnerRow, changes: readonly IndexChange[]): Promise<void> {
  const { key } = owner
  const items = await sql<{ id: MemoryId; ordinal: number }[]>`
    SELECT m.id, i.ordinal FROM memory AS m JOIN index_item AS i ON i.memory = m.seq
     WHERE m.owner_id = ${ownerId} AND m.id = ANY(${idsOf(changes)}::text[])`
  if (items.length === 0) return
  const ordinals = items.map(({ ordinal }) => ordinal)
  const texts = new Map(changes.map(({ id, before }) => [id, before ?? '']))
  const packed = items.filter(({ ordinal }) => ordinal < owner.packed_to)
  await Promise.all([
    ...['index_tail', 'index_code', 'index_vector'].map((table) =>
      sql`DELETE FROM ${sql(table)} WHERE owner = ${key} AND ordinal = ANY(${ordinals}::integer[])`.execute(),
    ),
    sql`UPDATE index_item SET memory = NULL, length = 0, traits = 0, version = ${owner.version + 1}
      WHERE owner = ${key} AND ordinal = ANY(${ordinals}::integer[])`.execute(),
    removePostings(
      sql,
      key,
      packed.map(({ id, ordinal }) => ({ ordinal, text: texts.get(id) ?? '' })),
    ),
  ])
}

async function removePostings(
  sql: Sql,
  key: number,
  items: readonly { readonly ordinal: number; readonly text: string }[],
): Promise<void> {
  const places = new Map<string, Place & { readonly ordinals: Set<number> }>()
  for (const { ordinal, text } of items) {
    const block = blockOf(ordinal)
    for (const term of analyze(text).terms.keys()) {
      const at = placeOf(term, block)
      const place = places.get(at)
      if (place === undefined) places.set(at, { term, block, ordinals: new Set([ordinal]) })
      else place.ordinals.add(ordinal)
    }
  }
  if (places.size === 0) return
  const kept = await readPostings(sql, key, [...places.values()])
  const left = [...places].flatMap(([at, { term, block, ordinals }]) => {
    const data = kept.get(at)
    return data === undefined ? [] : [{ term, block, data: withoutPostings(data, block * blockSize, ordinals) }]
  })
  const empty = left.filter(({ data }) => data === undefined)
  const changed = left.flatMap(({ term, block, data }) => (data === undefined ? [] : [{ term, block, data }]))
  if (changed.length > 0) await writePostings(sql, key, changed)
  if (empty.length > 0) {
    await sql`DELETE FROM index_posting AS p
      USING unnest(${empty.map(({ term }) => term)}::text[], ${empty.map(({ block }) => block)}::integer[]) AS r (term, block)
      WHERE p.owner = ${key} AND p.term = r.term AND p.block = r.block`
  }
}

const idsOf = (changes: readonly IndexChange[]): MemoryId[] => changes.map(({ id }) => id)
