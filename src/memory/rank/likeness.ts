import type { OwnerFacts } from '../index/facts.ts'
import { none } from '../index/item-facts.ts'
import type { Rounding } from '../index/ports.ts'
import type { Recipe } from './recipe.ts'

/** The items before and after one in its thread, those that there are. */
export function beside({ previous, next }: OwnerFacts, at: number): number[] {
  return [previous[at] ?? none, next[at] ?? none].filter((other) => other !== none)
}

/** Likeness in meaning to a question. */
export interface Meaning {
  /** Cosines by ordinal: of the nearest items, of those beside them and of others that were compared. */
  readonly likeness: ReadonlyMap<number, number>
  readonly rounding?: Rounding | undefined
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

export interface FitInMeaning {
  /** By ordinal, 0 to 1. */
  readonly fits: ReadonlyMap<number, number>
  /** Hardly ever is a fit further off (rounded-vectors); 0 where all are exact. */
  readonly error: number
  /** From now on the fits of these are exact. */
  refine(ordinals: readonly number[]): void
}

/**
 * How well items fit in meaning, from 0 for what is as alike as any item to 1 for the most alike: on this scale likeness can be added to
 * the score by words (Bruch, Gai and Ingber, An Analysis of Fusion Functions for Hybrid Retrieval, 2023). Each item's likeness is
 * averaged with those beside it: a short answer means what it answers. Both ends of the scale are exact, also where likenesses are of
 * rounded vectors.
 */
export function fitInMeaning(
  facts: OwnerFacts,
  { likeness, rounding, passages, sample }: Pick<Meaning, 'likeness' | 'rounding' | 'passages' | 'sample'>,
  weights: Weights,
): FitInMeaning {
  const error = rounding?.error ?? 0
  const known = new Map(likeness)
  const averaged = new Map<number, number>()
  for (const at of known.keys()) averaged.set(at, inContext(facts, at, known, passages, weights))
  const makeExact = (ordinals: readonly number[]) => {
    if (rounding === undefined) return
    const around = new Set(ordinals.flatMap((at) => [at, ...beside(facts, at)]))
    const exact = rounding.exact([...around].filter((at) => known.has(at)))
    for (const [at, cosine] of exact) known.set(at, cosine)
    for (const at of ordinals) if (known.has(at)) averaged.set(at, inContext(facts, at, known, passages, weights))
  }
  makeExact(sample)
  const highest = greatest(averaged.values())
  makeExact([...averaged].filter(([, one]) => one >= highest - 2 * error).map(([at]) => at))
  const compared = sample.flatMap((at) => averaged.get(at) ?? [])
  const usual = compared.length === 0 ? 0 : compared.reduce((sum, one) => sum + one, 0) / compared.length
  const best = greatest(averaged.values())
  // Few items, or all of them alike: there is nothing to tell them apart by but likeness itself.
  const floor = best - usual > 1e-6 ? Math.max(0, usual) : 0
  const fits = new Map<number, number>()
  const fitOf = (one: number) => Math.max(0, (one - floor) / (best - floor))
  if (best > floor) for (const [at, one] of averaged) if (one > floor - error) fits.set(at, fitOf(one))
  return {
    fits,
    error: best > floor ? error / (best - floor) : 0,
    refine(ordinals) {
      makeExact(ordinals)
      for (const at of ordinals) fits.set(at, fitOf(averaged.get(at) ?? floor))
    },
  }
}

/** The greatest of numbers, and never less than 0. */
function greatest(numbers: Iterable<number>): number {
  let most = 0
  for (const one of numbers) most = Math.max(most, one)
  return most
}

type Weights = Pick<Recipe, 'meaningBeside' | 'passage'>

/** An item's likeness averaged with those beside it and with that of its passage. */
function inContext(
  facts: OwnerFacts,
  at: number,
  likeness: ReadonlyMap<number, number>,
  passages: ReadonlyMap<number, number>,
  { meaningBeside, passage }: Weights,
): number {
  const around = passages.get(at)
  let sum = likeness.get(at) as number
  let weights = 1
  for (const other of beside(facts, at)) {
    const near = likeness.get(other)
    if (near === undefined) continue
    sum += meaningBeside * near
    weights += meaningBeside
  }
  const mean = sum / weights
  return around === undefined ? mean : (1 - passage) * mean + passage * around
}
