/** Where an item's score by words comes from, in parts that add up to it. Costs some searches more: only when it is asked for. */
import type { OwnerFacts } from './facts.ts'
import { scoreFields, type WeightedTerm } from './fields.ts'
import type { Recipe } from './recipe.ts'

/** In the unit of the list of words. */
interface WordParts {
  /** By the item's own words, those of the items beside, and those of its whole thread. */
  readonly own: number
  readonly beside: number
  readonly thread: number
}

interface ExplainedTerm {
  readonly word: string
  /** What the word added, through all of the three parts. */
  readonly score: number
}

export interface Explanation {
  readonly words: WordParts
  /** The question's words that added something, the most first. */
  readonly terms: readonly ExplainedTerm[]
}

/** `words`: the question's words by place in `terms`. `best`: the score by words that counts 1, above 0. */
export function explain(
  facts: OwnerFacts,
  terms: readonly WeightedTerm[],
  words: readonly string[],
  ordinals: readonly number[],
  best: number,
  recipe: Recipe,
): Explanation[] {
  // Scores are sums over fields and terms, so a part is the score with the others counting nothing.
  const sought = { limit: Number.POSITIVE_INFINITY, always: ordinals, factor: () => 1, highestFactor: 1 }
  const part = (some: readonly WeightedTerm[], counting: Recipe): number[] => {
    const { scores } = scoreFields(facts, some, counting, sought)
    return ordinals.map((at) => (scores[at] ?? 0) / best)
  }
  const own = part(terms, { ...recipe, context: 0, thread: 0 })
  const beside = part(terms, { ...recipe, item: 0, thread: 0 })
  const thread = part(terms, { ...recipe, item: 0, context: 0 })
  const byTerm = terms.map((term) => part([term], recipe))
  return ordinals.map((_, i) => ({
    words: { own: own[i] ?? 0, beside: beside[i] ?? 0, thread: thread[i] ?? 0 },
    terms: byTerm
      .map((scores, place) => ({ word: words[place] ?? '', score: scores[i] ?? 0 }))
      .filter(({ score }) => score > 0)
      .sort((left, right) => right.score - left.score),
  }))
}
