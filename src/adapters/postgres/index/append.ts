/** Putting items behind all others of their owner: into the tail, and with the tail into the packed postings once it is long. */
import type { IndexState } from '../../../memory/rank/kept-index.ts'
import { blockOf, blockSize, packPostings } from '../../../memory/rank/postings.ts'
import { invert, packTerms } from '../../../memory/rank/tail.ts'
import { analyze } from '../../../memory/text/analyze.ts'
import { traitsOf } from '../../../memory/text/traits.ts'
import type { Sql, Transaction } from '../database.ts'
import { nothingWaits } from './schema.ts'

/**
 * Packed when the tail has this many terms in all: some 1,400 short memories, or 55 long ones. That is four times what SQLite packs
 * at: here a pack costs by the row that it writes, many words of a larger one share rows, and nobody but the owner's next write waits.
 */
const longestTail = 16_384

/** `memory` is memory.seq, or the id of one that this transaction wrote. */
export interface NewItem {
  readonly memory: number | string
  readonly text: string
}

/** An item as far as its text says it: most of the work of adding. */
export const analyzeItem = ({ memory, text }: NewItem) => {
  const { terms, length, language } = analyze(text)
  const item = typeof memory === 'number' ? { seq: memory } : { id: memory }
  return { row: { ...item, length, language, traits: traitsOf(text, language) }, terms }
}

export async function append(
  { sql, ownerId }: Transaction,
  owner: IndexState & { readonly tail_terms: number },
  items: readonly ReturnType<typeof analyzeItem>[],
): Promise<void> {
  const { key } = owner
  const analyzed = items.map(({ row, terms }, i) => ({ row: { ...row, ordinal: owner.next_ordinal + i }, terms }))
  const tail = analyzed.map(({ row, terms }) => ({ ordinal: row.ordinal, terms: packTerms(terms) }))
  const tailTerms = owner.tail_terms + analyzed.reduce((sum, { terms }) => sum + terms.size, 0)
  const next = owner.next_ordinal + items.length
  const packs = tailTerms >= longestTail
  await Promise.all([
    sql`INSERT INTO index_item (owner, ordinal, memory, version, length, language, traits)
        SELECT ${key}, r.ordinal, coalesce(r.seq, m.seq), ${owner.version + 1}, r.length, r.language, r.traits
          FROM json_to_recordset(${JSON.stringify(analyzed.map(({ row }) => row))}::text::json)
            AS r (seq bigint, id text, ordinal integer, length integer, language smallint, traits smallint)
          LEFT JOIN memory AS m ON m.owner_id = ${ownerId} AND m.id = r.id`.execute(),
    sql`UPDATE index_owner SET next_ordinal = ${next}, version = ${owner.version + 1},
          tail_terms = ${packs ? 0 : tailTerms}, packed_to = ${packs ? next : owner.packed_to},
          leased_until = CASE WHEN leased_until = ${nothingWaits} THEN 0 ELSE leased_until END WHERE key = ${key}`.execute(),
    packs ? pack(sql, key, tail) : putIntoTail(sql, key, tail),
  ])
}

type TailRows = readonly { readonly ordinal: number; readonly terms: string }[]

async function putIntoTail(sql: Sql, key: number, tail: TailRows): Promise<void> {
  await sql`INSERT INTO index_tail (owner, ordinal, terms)
    SELECT ${key}, ordinal, terms FROM json_populate_recordset(NULL::index_tail, ${JSON.stringify(tail)}::text::json)`
}

/** Moves the tail and what comes behind it into the blocks. */
async function pack(sql: Sql, key: number, added: TailRows): Promise<void> {
  const waiting = await sql<TailRows[number][]>`
    DELETE FROM index_tail WHERE owner = ${key} RETURNING ordinal, terms`
  const tail = [...waiting].sort((left, right) => left.ordinal - right.ordinal)
  const parts = [...invert([...tail, ...added])].flatMap(([term, postings]) =>
    [...Map.groupBy(postings, ([ordinal]) => blockOf(ordinal))].map(([block, part]) => ({ term, block, part })),
  )
  const kept = await readPostings(sql, key, parts)
  // Behind what the block has: the first distance of the new bytes is counted from the block's last ordinal.
  await writePostings(
    sql,
    key,
    parts.map(({ term, block, part }) => ({
      term,
      block,
      data: packPostings(block * blockSize, part, kept.get(placeOf(term, block))),
    })),
  )
}

export interface Place {
  readonly term: string
  readonly block: number
}

export const placeOf = (term: string, block: number): string => `${block} ${term}`

/** The bytes that there are at places. */
export async function readPostings(
  sql: Sql,
  key: number,
  places: readonly Place[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const rows = await sql<{ term: string; block: number; data: Uint8Array }[]>`
    SELECT p.term, p.block, p.data
      FROM unnest(${places.map(({ term }) => term)}::text[], ${places.map(({ block }) => block)}::integer[]) AS r (term, block)
      JOIN index_posting AS p ON p.owner = ${key} AND p.term = r.term AND p.block = r.block`
  return new Map(rows.map(({ term, block, data }) => [placeOf(term, block), data]))
}

export async function writePostings(
  sql: Sql,
  key: number,
  postings: readonly (Place & { readonly data: Uint8Array })[],
): Promise<void> {
  const [terms, blocks] = [postings.map(({ term }) => term), postings.map(({ block }) => block)]
  // Arrays, as these are thousands of rows: the server reads them in a third of the time that JSON takes it.
  await sql`INSERT INTO index_posting (owner, term, block, data)
    SELECT ${key}, r.term, r.block, r.data
      FROM unnest(${terms}::text[], ${blocks}::integer[], ${postings.map(({ data }) => bytesAsText(data))}::bytea[])
        AS r (term, block, data)
    ON CONFLICT (owner, term, block) DO UPDATE SET data = excluded.data`
}

/** Bytes as Postgres reads them in a text: bytea's hex format. */
export const bytesAsText = (bytes: Uint8Array): string =>
  `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
