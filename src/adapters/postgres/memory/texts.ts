/** Reading as much of the texts of a page as is asked for. How long a text is stands beside it: what is not wanted is not read. */
import type { TextsRead } from '../../../memory/ports.ts'
import { bytesOf, columnsBesideText } from '../../../memory/stored/texts.ts'
import type { MemoryId } from '../../../shared/brand.ts'
import type { Fragment, Sql } from '../database.ts'

/** The sum of what stands before a row of a page, which has its order in `place`. */
export const sumBefore = (sql: Sql, what: Fragment): Fragment =>
  sql`coalesce(sum(${what}) OVER (ORDER BY m.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)`

/** The memories of a page with no more of their texts than that; `is_cut` are those of which it is the beginning. `also`: more columns. */
export function withTexts(sql: Sql, page: Fragment, texts: TextsRead | undefined, also = sql`m.place`): Fragment {
  if (texts === undefined) return sql`SELECT m.*, false AS is_cut FROM (${page}) AS m`
  const { wholeCharacters, wholeBytes, beginningCharacters } = texts
  // A character has four bytes at most: hardly any text is read to see that it is long.
  const isLong = sql`(octet_length(m.content) / 4 > ${wholeCharacters}::bigint
    OR (octet_length(m.content) > ${wholeCharacters}::bigint AND length(m.content) > ${wholeCharacters}::bigint))`
  const before = sumBefore(sql, sql`CASE WHEN m.is_long THEN 0 ELSE ${sql.unsafe(bytesOf)} END`)
  return sql`
    SELECT ${sql.unsafe(columnsBesideText)}, ${also}, m.is_cut,
        CASE WHEN m.is_cut THEN left(m.content, ${beginningCharacters}::integer) ELSE m.content END AS content
      FROM (SELECT m.*, m.is_long OR ${before} >= ${wholeBytes}::bigint AS is_cut
        FROM (SELECT m.*, ${isLong} AS is_long FROM (${page}) AS m) AS m) AS m`
}

export const cutIn = (rows: readonly { readonly id: MemoryId; readonly is_cut: boolean }[]): ReadonlySet<MemoryId> =>
  new Set(rows.flatMap(({ id, is_cut }) => (is_cut ? id : [])))
