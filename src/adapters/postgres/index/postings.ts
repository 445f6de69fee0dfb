/** The packed postings' rows: the bytes are those of memory/index/postings. Called inside the transaction of who writes the index. */
import { setImmediate } from 'node:timers/promises'
import { blockOf, blockSize, mergePostings } from '../../../memory/index/postings.ts'
import { sideInUse } from '../../../memory/index/rebuilding.ts'
import { invert, type PostingLists, type TermsOfItem } from '../../../memory/index/tail.ts'
import type { Sql } from '../database.ts'
import type { OwnerRow } from './owner.ts'

/** Moves the tail, and what comes behind it, into the blocks. The owner's row is its caller's. */
export async function packTail(
  sql: Sql,
  owner: Pick<OwnerRow, 'key' | 'generation'>,
  added: readonly TermsOfItem[] = [],
): Promise<void> {
  const waiting = await sql<TermsOfItem[]>`DELETE FROM index_tail WHERE owner = ${owner.key} RETURNING ordinal, terms`
  const tail = [...waiting].sort((left, right) => left.ordinal - right.ordinal)
  await addPostings(sql, sideInUse(owner), [...tail, ...added])
}

/** Long items that are taken apart, and rows that are merged, without a look at what else the process has to do: some 50 ms each. */
const itemsAtOnce = 100
export const rowsAtOnce = 4_096

/** Puts the words of items, in ascending order of ordinals, into the blocks of a side. */
export async function addPostings(sql: Sql, side: number, items: readonly TermsOfItem[]): Promise<void> {
  const lists: PostingLists = new Map()
  for (let from = 0; from < items.length; from += itemsAtOnce) {
    if (from > 0) await setImmediate()
    invert(items.slice(from, from + itemsAtOnce), lists)
  }
  const parts = [...lists].flatMap(([term, postings]) => byBlock(postings).map((part) => ({ term, ...part })))
  for (let from = 0; from < parts.length; from += rowsAtOnce) {
    const some = parts.slice(from, from + rowsAtOnce)
    const kept = await postingsAt(sql, side, some)
    await writePostings(
      sql,
      side,
      some.map(({ term, block, part }) => ({
        term,
        block,
        data: mergePostings(block * blockSize, part, kept.get(placeOf(term, block))),
      })),
    )
  }
}

type Postings = readonly (readonly [ordinal: number, frequency: number])[]

/** Postings in ascending order by their blocks: of items that follow one another it is mostly one. */
function byBlock(postings: Postings): readonly { readonly block: number; readonly part: Postings }[] {
  const [first, last] = [postings[0], postings.at(-1)]
  if (first === undefined || last === undefined) return []
  if (blockOf(first[0]) === blockOf(last[0])) return [{ block: blockOf(first[0]), part: postings }]
  return [...Map.groupBy(postings, ([ordinal]) => blockOf(ordinal))].map(([block, part]) => ({ block, part }))
}

export interface Place {
  readonly term: string
  readonly block: number
}

export const placeOf = (term: string, block: number): string => `${block} ${term}`

/** The bytes that there are at places. */
export async function postingsAt(
  sql: Sql,
  side: number,
  places: readonly Place[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const rows = await sql<{ term: string; block: number; data: Uint8Array }[]>`
    SELECT p.term, p.block, p.data
      FROM unnest(${places.map(({ term }) => term)}::text[], ${places.map(({ block }) => block)}::integer[]) AS r (term, block)
      JOIN index_posting AS p ON p.owner = ${side} AND p.term = r.term AND p.block = r.block`
  return new Map(rows.map(({ term, block, data }) => [placeOf(term, block), data]))
}

export async function writePostings(
  sql: Sql,
  side: number,
  postings: readonly (Place & { readonly data: Uint8Array })[],
): Promise<void> {
  const [terms, blocks] = [postings.map(({ term }) => term), postings.map(({ block }) => block)]
  // Arrays, as these are thousands of rows: the server reads them in a third of the time that JSON takes it.
  await sql`INSERT INTO index_posting (owner, term, block, data)
    SELECT ${side}, r.term, r.block, r.data
      FROM unnest(${terms}::text[], ${blocks}::integer[], ${postings.map(({ data }) => bytesAsText(data))}::bytea[])
        AS r (term, block, data)
    ON CONFLICT (owner, term, block) DO UPDATE SET data = excluded.data`
}

/** Removes some postings of a side. Returns whether it is empty now. */
export async function clearSome(sql: Sql, side: number, rows: number): Promise<boolean> {
  const [upTo] = await sql<{ term: string }[]>`
    SELECT term FROM index_posting WHERE owner = ${side} ORDER BY term, block LIMIT 1 OFFSET ${rows}`
  if (upTo === undefined) await clearSide(sql, side)
  else await sql`DELETE FROM index_posting WHERE owner = ${side} AND term <= ${upTo.term}`
  return upTo === undefined
}

export async function clearSide(sql: Sql, side: number): Promise<void> {
  await sql`DELETE FROM index_posting WHERE owner = ${side}`
}

/** Bytes as Postgres reads them in a text: bytea's hex format. */
export const bytesAsText = (bytes: Uint8Array): string =>
  `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
