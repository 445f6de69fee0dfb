/**
 * The tail: terms of the newest items, a text for each, so that a write touches one row and not one for each of its words. When
 * enough have come together they are packed. Engines keep the texts; this is the one place that reads and writes them.
 */

/** Packed when the tail has this many terms in all: some 400 short memories, or 15 long ones. */
export const longestTail = 4_096

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
