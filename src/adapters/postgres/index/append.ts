/** Putting items behind all others of their owner: into the tail, and with the tail into the packed postings once it is long. */
import { longestTail, packTerms, type TermsOfItem } from '../../../memory/index/tail.ts'
import { analyze } from '../../../memory/text/analyze.ts'
import { traitsOf } from '../../../memory/text/traits.ts'
import type { Sql, Transaction } from '../database.ts'
import type { OwnerRow } from './owner.ts'
import { packTail } from './postings.ts'
import { nothingWaits } from './schema.ts'

/**
 * The tail may be four times as long as elsewhere, some 1,400 short memories or 55 long ones: here a pack costs by the row that it
 * writes, many words of a larger one share rows, and nobody but the owner's next write waits.
 */
const longest = 4 * longestTail

/** `memory` is memory.seq, or the id of one that this transaction wrote. */
export interface NewItem {
  readonly memory: number | string
  readonly text: string
}

/** An item as far as its text says it: most of the work of adding. */
export const analyzeItem = ({ memory, text }: NewItem) => {
  const { terms, length, language } = analyze(text)
  const item = typeof memory === 'number' ? { seq: memory } : { id: memory }
  const row = { ...item, length, language, traits: traitsOf(text, language) }
  return { row, terms: packTerms(terms), count: terms.size }
}

export async function append(
  { sql, ownerId }: Transaction,
  owner: OwnerRow,
  items: readonly ReturnType<typeof analyzeItem>[],
): Promise<void> {
  const { key } = owner
  const rows = items.map(({ row }, i) => ({ ...row, ordinal: owner.next_ordinal + i }))
  const tail = items.map(({ terms }, i) => ({ ordinal: owner.next_ordinal + i, terms }))
  const tailTerms = owner.tail_terms + items.reduce((sum, { count }) => sum + count, 0)
  const next = owner.next_ordinal + items.length
  const packs = tailTerms >= longest
  await Promise.all([
    sql`INSERT INTO index_item (owner, ordinal, memory, version, length, language, traits)
        SELECT ${key}, r.ordinal, coalesce(r.seq, m.seq), ${owner.version + 1}, r.length, r.language, r.traits
          FROM json_to_recordset(${JSON.stringify(rows)}::text::json)
            AS r (seq bigint, id text, ordinal integer, length integer, language smallint, traits smallint)
          LEFT JOIN memory AS m ON m.owner_id = ${ownerId} AND m.id = r.id`.execute(),
    sql`UPDATE index_owner SET next_ordinal = ${next}, version = ${owner.version + 1},
          tail_terms = ${packs ? 0 : tailTerms}, packed_to = ${packs ? next : owner.packed_to},
          leased_until = CASE WHEN leased_until = ${nothingWaits} THEN 0 ELSE leased_until END WHERE key = ${key}`.execute(),
    packs ? packTail(sql, owner, tail) : keepInTail(sql, key, tail),
  ])
}

async function keepInTail(sql: Sql, key: number, tail: readonly TermsOfItem[]): Promise<void> {
  await sql`INSERT INTO index_tail (owner, ordinal, terms)
    SELECT ${key}, ordinal, terms FROM json_populate_recordset(NULL::index_tail, ${JSON.stringify(tail)}::text::json)`
}
