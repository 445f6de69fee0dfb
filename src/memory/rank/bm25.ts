/** Okapi BM25 (Robertson and Zaragoza, 2009, section 3) over the owner's own statistics. Pure: bytes in, ranks out. */

import type { IndexSlice, Ranked } from './ports.ts'
import { blockSize, eachPosting } from './postings.ts'

/** How fast repeats of a term stop counting, and how much a long text is discounted: the usual values. */
const k1 = 1.2
const b = 0.75

export interface AskedTerm {
  /** Spellings that count as this term, such as stems in several languages; an item counts its best one. */
  readonly variants: readonly string[]
}

/** The best `limit` items for the terms; equal scores newest first, so that every engine gives one order. */
export function rankByBm25(slice: IndexSlice, terms: readonly AskedTerm[], limit: number): Ranked[] {
  const averageLength = slice.items === 0 ? 1 : slice.totalLength / slice.items
  const scores = new Map<number, { score: number; matched: string[] }>()
  for (const term of terms) {
    const frequencies = frequenciesOf(slice, term)
    const rarity = Math.log(1 + (slice.items - frequencies.size + 0.5) / (frequencies.size + 0.5))
    for (const [ordinal, [frequency, spelling]] of frequencies) {
      const norm = k1 * (1 - b + (b * slice.lengthAt(ordinal)) / averageLength)
      const gain = (rarity * frequency * (k1 + 1)) / (frequency + norm)
      const entry = scores.get(ordinal)
      if (entry === undefined) scores.set(ordinal, { score: gain, matched: [spelling] })
      else {
        entry.score += gain
        entry.matched.push(spelling)
      }
    }
  }
  return [...scores]
    .map(([ordinal, { score, matched }]) => ({ ordinal, score, matched }))
    .sort((left, right) => right.score - left.score || right.ordinal - left.ordinal)
    .slice(0, limit)
}

function frequenciesOf(slice: IndexSlice, { variants }: AskedTerm): Map<number, readonly [number, string]> {
  const frequencies = new Map<number, readonly [number, string]>()
  for (const spelling of variants) {
    for (const { block, data } of slice.postings.get(spelling) ?? []) {
      eachPosting(data, block * blockSize, (ordinal, frequency) => {
        if (frequency > (frequencies.get(ordinal)?.[0] ?? 0)) frequencies.set(ordinal, [frequency, spelling])
      })
    }
  }
  return frequencies
}
