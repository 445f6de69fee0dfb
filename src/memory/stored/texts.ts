/** How large memories are, and how much of the texts of a page is read (`TextsRead`), for every SQL engine. Pure. */
import type { TextsRead } from '../ports.ts'
import { memoryColumns } from './memory.ts'

/** How large a memory `m` is, in bytes; how long a text is stands beside it: none is read for this. */
export const bytesOf = 'octet_length(m.content) + octet_length(m.metadata) + octet_length(m.annotations)'

/** All columns of a memory `m` but its text. */
export const columnsBesideText = ['seq', ...memoryColumns]
  .filter((column) => column !== 'content')
  .map((column) => `m.${column}`)
  .join(', ')

const endless = Number.MAX_SAFE_INTEGER
export const wholeTexts: TextsRead = { wholeCharacters: endless, wholeBytes: endless, beginningCharacters: 0 }

export interface SizedRow {
  readonly seq: number
  readonly bytes: number
  /** Whether its text has more than `wholeCharacters`. */
  readonly long: number
}

/** The `seq` of those that are not read whole, of rows in the order of the page. */
export function cutOf(rows: readonly SizedRow[], { wholeBytes }: TextsRead): ReadonlySet<number> {
  let sum = 0
  return new Set(
    rows.flatMap(({ seq, bytes, long }) => {
      if (long !== 0) return [seq]
      const isCut = sum >= wholeBytes
      sum += bytes
      return isCut ? [seq] : []
    }),
  )
}

/** How many rows it takes to come to so many bytes; all of them where they are fewer. */
export function upTo(most: number, rows: readonly { readonly bytes: number }[]): number {
  let sum = 0
  for (const [at, { bytes }] of rows.entries()) {
    sum += bytes
    if (sum >= most) return at + 1
  }
  return rows.length
}
