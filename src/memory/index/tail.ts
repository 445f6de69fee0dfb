/**
 * The tail: terms of the newest items, a text for each, so that a write touches one row and not one for each of its words. When
 * enough have come together they are packed. Engines keep the texts; this is the one place that reads and writes them.
 */

/** Packed when the tail has this many terms in all: some 400 short memories, or 15 long ones. */
export const longestTail = 4_096

/** Packed at once: what a batch has beyond waits in the tail, and others have their turn. Each portion writes the rows that it shares anew. */
export const mostPackedAtOnce = 8 * longestTail

/** How many of the items, in their order, are packed at once. */
export function portionOf(items: readonly TermsOfItem[]): number {
  let terms = 0
  for (const [n, item] of items.entries()) {
    terms += termsIn(item)
    if (terms >= mostPackedAtOnce) return n + 1
  }
  return items.length
}

/** How many terms an item has. */
export function termsIn({ terms }: TermsOfItem): number {
  let count = terms === '' ? 0 : 1
  for (let at = terms.indexOf('\n'); at >= 0; at = terms.indexOf('\n', at + 1)) count++
  return count
}

/** `term frequency` a line; a term holds no space. */
export const packTerms = (terms: ReadonlyMap<string, number>): string =>
  [...terms].map(([term, frequency]) => `${term} ${frequency}`).join('\n')

export function unpackTerms(text: string): [term: string, frequency: number][] {
  if (text === '') return []
  return text.split('\n').map((line) => {
    const space = line.lastIndexOf(' ')
    return [line.slice(0, space), Number(line.slice(space + 1))]
  })
}

/** An item with its terms as the tail keeps them. */
export interface TermsOfItem {
  readonly ordinal: number
  readonly terms: string
}

/** Postings by term; ordinals ascend. */
export type PostingLists = Map<string, [ordinal: number, frequency: number][]>

/** What is waiting in the tail. `lists`: of the items before these, to go on with. */
export function invert(items: Iterable<TermsOfItem>, lists: PostingLists = new Map()): PostingLists {
  for (const { ordinal, terms } of items) {
    for (const [term, frequency] of unpackTerms(terms)) {
      const list = lists.get(term)
      if (list === undefined) lists.set(term, [[ordinal, frequency]])
      else list.push([ordinal, frequency])
    }
  }
  return lists
}
