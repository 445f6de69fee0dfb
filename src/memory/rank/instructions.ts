/**
 * The person's own instructions (`always answer in metric units`) are found by their own words alone and get something besides:
 * they bear on every answer, but share few words with the question they matter for.
 */
import type { OwnerFacts } from '../index/facts.ts'
import { frequencyIn } from '../index/term-postings.ts'
import type { WeightedTerm } from './fields.ts'
import { rarity } from './gains.ts'
import type { Recipe } from './recipe.ts'

/** How well each instruction fits, by ordinal, 1 for the best; those without a word of the question are not there. */
export function fittingInstructions(
  facts: OwnerFacts,
  terms: readonly WeightedTerm[],
  { k1, b }: Recipe,
): ReadonlyMap<number, number> {
  const fit = new Map<number, number>()
  let best = 0
  for (const at of facts.instructions) {
    const norm = k1 * (1 - b + (b * (facts.length[at] ?? 0)) / facts.averageLength)
    let score = 0
    for (const { weight, postings } of terms) {
      const times = frequencyIn(postings, at)
      if (times > 0) score += (weight * rarity(facts.items, postings.count) * times) / (times + norm)
    }
    if (score > 0) fit.set(at, score)
    best = Math.max(best, score)
  }
  for (const [at, score] of fit) fit.set(at, score / best)
  return fit
}
