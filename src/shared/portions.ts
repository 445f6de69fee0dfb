/** A list that may be of any length, read in portions: what is held at once is bounded, and nothing is left out in silence. */

/** So many are read at once. */
const portionSize = 500

/** Portions of what `list` gives in order of id, `limit` at a time behind `after`. What is added meanwhile may be left out. */
export async function* portions<Item extends { readonly id: string }>(
  list: (limit: number, after?: Item['id']) => Promise<readonly Item[]>,
): AsyncGenerator<readonly Item[]> {
  for (let after: Item['id'] | undefined; ; ) {
    const items = await list(portionSize, after)
    // A portion that is not full is not the last: of those that were counted some may have gone meanwhile.
    if (items.length === 0) return
    yield items
    after = items.at(-1)?.id
  }
}

/** The same, one by one. */
export async function* oneByOne<Item extends { readonly id: string }>(
  list: (limit: number, after?: Item['id']) => Promise<readonly Item[]>,
): AsyncGenerator<Item> {
  for await (const items of portions(list)) yield* items
}
