/**
 * Writing the index of words, always inside the memory's own transaction, so that memory and index are never apart.
 * Called by the memory store's projection; the bytes are those of memory/index/postings and tail.
 */
import { setImmediate } from 'node:timers/promises'
import { isReworded, type MemoryChanged, memoryIn, putAmid } from '../../../memory/change/set.ts'
import { blockOf, blockSize, withoutPostings } from '../../../memory/index/postings.ts'
import { sidesInUse } from '../../../memory/index/rebuilding.ts'
import type { Memory } from '../../../memory/schema.ts'
import { tablesBesideItem } from '../../../memory/stored/tables.ts'
import { analyze } from '../../../memory/text/analyze.ts'
import type { MemoryId } from '../../../shared/brand.ts'
import type { Sql, Transaction } from '../database.ts'
import { analyzeItem, append } from './append.ts'
import type { OwnerRow } from './owner.ts'
import { erasePassages } from './passages.ts'
import { type Place, placeOf, postingsAt, rowsAtOnce, writePostings } from './postings.ts'
import { finishIfShort, leaveOnlyReadable, ownerOf } from './rebuild.ts'

/** Brings the index to how the memories are. Sent behind the statements that change them. */
export async function changeIndex(transaction: Transaction, changes: readonly MemoryChanged[]): Promise<void> {
  const [reworded, touched] = [changes.filter(isReworded), changes.filter((change) => !isReworded(change))]
  const removed = reworded.flatMap(({ before }) => before ?? [])
  const found = ownerOf(transaction, idsOf(changes.map(memoryIn)))
  const added = await analyzed(reworded.flatMap(({ after }) => after ?? []))
  const first = await found
  const owner = removed.length === 0 ? first : await leaveOnlyReadable(transaction, first)
  if (touched.length > 0) await touch(transaction, owner, touched.map(memoryIn))
  if (removed.length > 0) await remove(transaction, owner, removed)
  if (added.length > 0) {
    await append(transaction, owner, added)
    const inserted = reworded.flatMap((change) => putAmid(change) ?? [])
    if (inserted.length > 0) await erasePassages(transaction, owner.key, owner.version + 1, inserted)
  } else {
    await transaction.sql`UPDATE index_owner SET version = ${owner.version + 1} WHERE key = ${owner.key}`
  }
  await finishIfShort(transaction, owner)
}

/** Long texts that are read without a look at what else the process has to do: some 50 ms. */
const textsAtOnce = 25

/** Reads texts while the server carries out what it was sent until now, the memories' own rows, and others are answered. */
async function analyzed(memories: readonly Memory[]) {
  const items: ReturnType<typeof analyzeItem>[] = []
  for (const { id, content } of memories) {
    if (memories.length > 1 && items.length % textsAtOnce === 0) await setImmediate()
    items.push(analyzeItem({ memory: id, text: content }))
  }
  return items
}

/** Says that what ranking knows of memories besides their words (state, validity, categories, time) has changed. */
async function touch({ sql, ownerId }: Transaction, owner: OwnerRow, memories: readonly Memory[]): Promise<void> {
  await sql`UPDATE index_item AS i SET version = ${owner.version + 1} FROM memory AS m
    WHERE m.owner_id = ${ownerId} AND m.id = ANY(${idsOf(memories)}::text[]) AND i.memory = m.seq`
}

/** Takes memories out, as they were indexed: the text of each says where its postings are. */
async function remove(transaction: Transaction, owner: OwnerRow, memories: readonly Memory[]): Promise<void> {
  const { sql, ownerId } = transaction
  const { key } = owner
  const items = await sql<{ id: MemoryId; ordinal: number }[]>`
    SELECT m.id, i.ordinal FROM memory AS m JOIN index_item AS i ON i.memory = m.seq
     WHERE m.owner_id = ${ownerId} AND m.id = ANY(${idsOf(memories)}::text[])`
  if (items.length === 0) return
  const ordinals = items.map(({ ordinal }) => ordinal)
  const texts = new Map(memories.map(({ id, content }) => [id, content]))
  const packed = items.filter(({ ordinal }) => ordinal < owner.packed_to)
  await Promise.all([
    erasePassages(transaction, key, owner.version + 1, memories),
    ...tablesBesideItem.map((table) =>
      sql`DELETE FROM ${sql(table)} WHERE owner = ${key} AND ordinal = ANY(${ordinals}::integer[])`.execute(),
    ),
    sql`UPDATE index_item SET memory = NULL, length = 0, traits = 0, version = ${owner.version + 1}
      WHERE owner = ${key} AND ordinal = ANY(${ordinals}::integer[])`.execute(),
    removePostings(
      sql,
      owner,
      packed.map(({ id, ordinal }) => ({ ordinal, text: texts.get(id) ?? '' })),
    ),
  ])
}

async function removePostings(
  sql: Sql,
  owner: OwnerRow,
  items: readonly { readonly ordinal: number; readonly text: string }[],
): Promise<void> {
  const places = new Map<string, Place & { readonly ordinals: Set<number> }>()
  for (const [n, { ordinal, text }] of items.entries()) {
    if (n > 0 && n % textsAtOnce === 0) await setImmediate()
    const block = blockOf(ordinal)
    for (const term of analyze(text).terms.keys()) {
      const at = placeOf(term, block)
      const place = places.get(at)
      if (place === undefined) places.set(at, { term, block, ordinals: new Set([ordinal]) })
      else place.ordinals.add(ordinal)
    }
  }
  const all = [...places]
  for (const side of sidesInUse(owner)) {
    for (let from = 0; from < all.length; from += rowsAtOnce) {
      await removeFrom(sql, side, all.slice(from, from + rowsAtOnce))
    }
  }
}

type Removed = readonly (readonly [string, Place & { readonly ordinals: ReadonlySet<number> }])[]

async function removeFrom(sql: Sql, side: number, places: Removed): Promise<void> {
  const kept = await postingsAt(
    sql,
    side,
    places.map(([, place]) => place),
  )
  const left = places.flatMap(([at, { term, block, ordinals }]) => {
    const data = kept.get(at)
    return data === undefined ? [] : [{ term, block, data: withoutPostings(data, block * blockSize, ordinals) }]
  })
  const empty = left.filter(({ data }) => data === undefined)
  const changed = left.flatMap(({ term, block, data }) => (data === undefined ? [] : [{ term, block, data }]))
  if (changed.length > 0) await writePostings(sql, side, changed)
  if (empty.length > 0) {
    await sql`DELETE FROM index_posting AS p
      USING unnest(${empty.map(({ term }) => term)}::text[], ${empty.map(({ block }) => block)}::integer[]) AS r (term, block)
      WHERE p.owner = ${side} AND p.term = r.term AND p.block = r.block`
  }
}

const idsOf = (memories: readonly Memory[]): MemoryId[] => memories.map(({ id }) => id)
