/** The items that have a term, in ascending order, with how often. */
export interface TermPostings {
  readonly ordinals: Int32Array
  readonly frequencies: Int32Array
  readonly count: number
}

/** How often an item has the term among its own words. */
export function frequencyIn({ ordinals, frequencies, count }: TermPostings, at: number): number {
  let low = 0
  let high = count - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const value = ordinals[middle] as number
    if (value === at) return frequencies[middle] as number
    if (value < at) low = middle + 1
    else high = middle - 1
  }
  return 0
}
