import { none, type OwnerFacts } from './facts.ts'

/** The items before and after one in its thread, those that there are. */
export function beside({ previous, next }: OwnerFacts, at: number): number[] {
  return [previous[at] ?? none, next[at] ?? none].filter((other) => other !== none)
}

/**
 * Likeness in meaning, averaged with that of the items beside at `weight`: a short answer means what it answers. Items without
 * a likeness of their own count for nothing. `likeness`: cosines by ordinal.
 */
export function likenessInContext(
  facts: OwnerFacts,
  likeness: ReadonlyMap<number, number>,
  weight: number,
): ReadonlyMap<number, number> {
  const averaged = new Map<number, number>()
  for (const [at, own] of likeness) {
    let sum = own
    let weights = 1
    for (const other of beside(facts, at)) {
      const near = likeness.get(other)
      if (near === undefined) continue
      sum += weight * near
      weights += weight
    }
    averaged.set(at, sum / weights)
  }
  return averaged
}
