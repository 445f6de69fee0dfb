/** Reading the words of items anew, so many in one portion: see rebuilding. Pure. */
import { analyze } from '../text/analyze.ts'
import { traitsOf } from '../text/traits.ts'
import { portionLimits } from './rebuilding.ts'
import { packTerms, type TermsOfItem } from './tail.ts'

/** An item and its memory: `memory` is null where it was removed, `content` alone where the memory is gone without its item. */
export interface ItemText {
  readonly ordinal: number
  readonly memory: number | null
  readonly content: string | null
}

export interface ReadItem extends TermsOfItem {
  readonly length: number
  readonly language: number
  readonly traits: number
}

export interface WordsRead {
  readonly items: readonly ReadItem[]
  /** Items whose memories are gone, which no write of ours leaves behind. */
  readonly gone: readonly number[]
  /** The items below it are done. */
  readonly to: number
  /** Whether there are no more. */
  readonly isLast: boolean
}

/** `rows`: the items from `from` on in ascending order, `portionLimits.items` of them, or fewer where there are no more. */
export function readWords(rows: readonly ItemText[], from: number): WordsRead {
  const items: ReadItem[] = []
  const gone: number[] = []
  let terms = 0
  let done = 0
  for (const { ordinal, memory, content } of rows) {
    if (terms >= portionLimits.terms) break
    done += 1
    if (memory === null) continue
    if (content === null) {
      gone.push(ordinal)
      continue
    }
    const analyzed = analyze(content)
    const { length, language } = analyzed
    terms += analyzed.terms.size
    items.push({ ordinal, length, language, traits: traitsOf(content, language), terms: packTerms(analyzed.terms) })
  }
  const last = rows[done - 1]
  const to = last === undefined ? from : last.ordinal + 1
  return { items, gone, to, isLast: rows.length < portionLimits.items && done === rows.length }
}
