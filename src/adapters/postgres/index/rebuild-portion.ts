/** One portion of making an index anew. Inside the transaction of its caller, who writes how far it is then. */
import {
  afterClear,
  afterFill,
  afterRead,
  type Portion,
  portionLimits,
  type RebuildState,
} from '../../../memory/index/rebuilding.ts'
import { type ItemText, readWords } from '../../../memory/index/rebuilding-words.ts'
import { vectorTables } from '../../../memory/stored/tables.ts'
import type { Sql, Transaction } from '../database.ts'
import type { OwnerRow } from './owner.ts'
import { addPostings, clearSome, packTail } from './postings.ts'
import { nothingWaits } from './schema.ts'

/** Returns how far it is then. */
export async function carryOut(transaction: Transaction, owner: OwnerRow, next: Portion): Promise<RebuildState> {
  const { sql } = transaction
  switch (next.kind) {
    case 'clear':
      return afterClear(owner, await clearSome(sql, next.side, portionLimits.cleared))
    case 'fill':
      return afterFill(owner, await fill(transaction, owner, next.after))
    case 'read':
      return afterRead(owner, await read(sql, owner, next.from, next.side))
  }
}

/** Gives items to memories that have none; their words are read afterwards. Returns which memories have one now. */
async function fill({ sql, ownerId }: Transaction, owner: OwnerRow, after: number): Promise<readonly number[]> {
  const { key } = owner
  const rows = await sql<{ seq: number; ordinal: number | null }[]>`
    SELECT m.seq, i.ordinal FROM (SELECT seq FROM memory
        WHERE owner_id = ${ownerId} AND seq > ${after} AND state <> 'deleted' ORDER BY seq LIMIT ${portionLimits.filled}) AS m
      LEFT JOIN index_item AS i ON i.memory = m.seq ORDER BY m.seq`
  const missing = rows.filter(({ ordinal }) => ordinal === null).map(({ seq }) => seq)
  if (missing.length > 0) {
    const next = owner.next_ordinal + missing.length
    await packTail(sql, owner)
    await sql`INSERT INTO index_item (owner, ordinal, memory, version, length, language, traits)
      SELECT ${key}, ${owner.next_ordinal - 1}::integer + r.place, r.seq, ${owner.version + 1}, 0, 0, 0
        FROM unnest(${missing}::bigint[]) WITH ORDINALITY AS r (seq, place)`
    await sql`UPDATE index_owner SET next_ordinal = ${next}, packed_to = ${next}, tail_terms = 0,
        leased_until = CASE WHEN leased_until = ${nothingWaits} THEN 0 ELSE leased_until END WHERE key = ${key}`
  }
  return rows.map(({ seq }) => seq)
}

/** Reads the words of the next items into a side. */
async function read(sql: Sql, { key, packed_to, version }: OwnerRow, from: number, side: number) {
  const rows = await sql<ItemText[]>`
    SELECT i.ordinal, i.memory, m.content FROM index_item AS i
      LEFT JOIN memory AS m ON m.seq = i.memory AND m.state <> 'deleted'
     WHERE i.owner = ${key} AND i.ordinal >= ${from} AND i.ordinal < ${packed_to}
     ORDER BY i.ordinal LIMIT ${portionLimits.items}`
  const words = readWords(rows, from)
  await addPostings(sql, side, words.items)
  await sql`UPDATE index_item AS i SET length = r.length, language = r.language, traits = r.traits
    FROM json_to_recordset(${JSON.stringify(words.items.map(({ terms: _, ...row }) => row))}::text::json)
      AS r (ordinal integer, length integer, language smallint, traits smallint)
    WHERE i.owner = ${key} AND i.ordinal = r.ordinal`
  if (words.gone.length > 0) await forget(sql, key, words.gone, version + 1)
  return words
}

/** Items whose memories are gone. */
async function forget(sql: Sql, key: number, gone: readonly number[], version: number): Promise<void> {
  for (const table of vectorTables) {
    await sql`DELETE FROM ${sql(table)} WHERE owner = ${key} AND ordinal = ANY(${gone}::integer[])`
  }
  await sql`UPDATE index_item SET memory = NULL, version = ${version} WHERE owner = ${key} AND ordinal = ANY(${gone}::integer[])`
}
