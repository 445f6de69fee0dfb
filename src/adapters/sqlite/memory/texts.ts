/** Reading as much of the texts of a page as is asked for: how long each is comes first, the texts themselves after that. */
import type { TextsRead } from '../../../memory/ports.ts'
import type { Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import { bytesOf, columnsBesideText, cutOf, type SizedRow } from '../../../memory/stored/texts.ts'
import type { MemoryId } from '../../../shared/brand.ts'
import type { Database, Value } from '../database.ts'

/** The columns of a `SizedRow`; a character has four bytes at most, so hardly any text is read for them. */
export const sizedColumns = `m.seq AS seq, ${bytesOf} AS bytes,
  (octet_length(m.content) / 4 > ? OR (octet_length(m.content) > ? AND length(m.content) > ?)) AS long`
/** The values of their placeholders. */
export const sizedValues = ({ wholeCharacters }: TextsRead): readonly Value[] => Array(3).fill(wholeCharacters)

/** The memories of these rows in their order, and which of them have the beginning of their text alone. */
export function memoriesOf(
  db: Database,
  sized: readonly SizedRow[],
  texts: TextsRead,
): { readonly items: readonly Memory[]; readonly cut: ReadonlySet<MemoryId> } {
  const beginnings = cutOf(sized, texts)
  const rows = db.all<MemoryRow>(
    `SELECT ${columnsBesideText},
        CASE WHEN m.seq IN (SELECT value FROM json_each(?)) THEN substr(m.content, 1, ?) ELSE m.content END AS content
       FROM memory AS m WHERE m.seq IN (SELECT value FROM json_each(?))`,
    JSON.stringify([...beginnings]),
    texts.beginningCharacters,
    JSON.stringify(sized.map(({ seq }) => seq)),
  )
  const bySeq = new Map(rows.map((row) => [row.seq, row]))
  const inOrder = sized.flatMap(({ seq }) => bySeq.get(seq) ?? [])
  return {
    items: inOrder.map(memoryOf),
    cut: new Set(inOrder.flatMap(({ seq, id }) => (beginnings.has(seq) ? id : []))),
  }
}
