import { none, type OwnerFacts } from './facts.ts'
import type { Recipe } from './recipe.ts'

/** The items before and after one in its thread, those that there are. */
export function beside({ previous, next }: OwnerFacts, at: number): number[] {
  return [previous[at] ?? none, next[at] ?? none].filter((other) => other !== none)
}

/** Likeness in meaning to a question. */
export interface Meaning {
  /** Cosines by ordinal: of the nearest items, of those beside them and of others that were compared. */
  readonly likeness: ReadonlyMap<number, number>
  /** Of the best passage that holds an item, by ordinal; of the compared items that have one. */
  readonly passages: ReadonlyMap<number, number>
  /** Items that were compared without regard to the question: what is no more alike than these is unlike. */
  readonly sample: readonly number[]
  /** Whether names were left out of what was compared. */
  readonly nameless: boolean
}

const sampleSize = 64

/** Up to 64 accepted items, spread evenly: the same in every engine. */
export function sampleOf({ ordinals }: OwnerFacts, accept: (at: number) => boolean): number[] {
  const sample: number[] = []
  const step = Math.max(1, ordinals / sampleSize)
  for (let from = 0; from < ordinals; from += step) {
    const end = Math.min(ordinals, Math.floor(from + step))
    for (let at = Math.floor(from); at < end; at++) {
      if (!accept(at)) continue
      sample.push(at)
      break
    }
  }
  return sample
}

/**
 * How well items fit in meaning, from 0 for what is as alike as any item to 1 for the most alike: on this scale likeness can be added to
 * the score by words (Bruch, Gai and Ingber, An Analysis of Fusion Functions for Hybrid Retrieval, 2023). Each item's likeness is
 * averaged with those beside it: a short answer means what it answers.
 */
export function fitInMeaning(
  facts: OwnerFacts,
  { likeness, passages, sample }: Pick<Meaning, 'likeness' | 'passages' | 'sample'>,
  weights: Weights,
): ReadonlyMap<number, number> {
  const averaged = inContext(facts, likeness, passages, weights)
  const known = sample.flatMap((at) => averaged.get(at) ?? [])
  const usual = known.length === 0 ? 0 : known.reduce((sum, one) => sum + one, 0) / known.length
  let best = 0
  for (const one of averaged.values()) best = Math.max(best, one)
  // Few items, or all of them alike: there is nothing to tell them apart by but likeness itself.
  const floor = best - usual > 1e-6 ? Math.max(0, usual) : 0
  const fit = new Map<number, number>()
  for (const [at, one] of averaged) if (one > floor) fit.set(at, (one - floor) / (best - floor))
  return fit
}

type Weights = Pick<Recipe, 'meaningBeside' | 'passage'>

function inContext(
  facts: OwnerFacts,
  likeness: ReadonlyMap<number, number>,
  passages: ReadonlyMap<number, number>,
  { meaningBeside, passage }: Weights,
): ReadonlyMap<number, number> {
  const averaged = new Map<number, number>()
  for (const [at, own] of likeness) {
    const around = passages.get(at)
    let sum = own
    let weights = 1
    for (const other of beside(facts, at)) {
      const near = likeness.get(other)
      if (near === undefined) continue
      sum += meaningBeside * near
      weights += meaningBeside
    }
    const mean = sum / weights
    averaged.set(at, around === undefined ? mean : (1 - passage) * mean + passage * around)
  }
  return averaged
}
