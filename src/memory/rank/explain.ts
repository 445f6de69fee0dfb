/** Where an item's score by words comes from, in parts that add up to it. Costs some searches more: only when it is asked for. */
import type { OwnerFacts } from '../index/facts.ts'
import { has, scoreFields, type WeightedTerm } from './fields.ts'
import { rarity } from './gains.ts'
import type { Recipe } from './recipe.ts'

/** Each costs a search. */
const mostTerms = 50

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
  /** The question's words that added something, the most first; of very many the fifty that count most for what was found. */
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
  const byTerm = countingMost(facts, terms, ordinals).map((place) => ({
    place,
    scores: part([terms[place] as WeightedTerm], recipe),
  }))
  return ordinals.map((_, i) => ({
    words: { own: own[i] ?? 0, beside: beside[i] ?? 0, thread: thread[i] ?? 0 },
    terms: byTerm
      .map(({ scores, place }) => ({ word: words[place] ?? '', score: scores[i] ?? 0 }))
      .filter(({ score }) => score > 0)
      .sort((left, right) => right.score - left.score),
  }))
}

/** The places of the terms that are rare among all items and frequent among those found, in the order of the question. */
function countingMost(
  facts: OwnerFacts,
  terms: readonly WeightedTerm[],
  ordinals: readonly number[],
): readonly number[] {
  const places = terms.flatMap(({ postings }, place) => (postings.count > 0 ? [place] : []))
  if (places.length <= mostTerms) return places
  const counts = terms.map((term) => {
    const having = ordinals.reduce((sum, at) => sum + (has(term, at) ? 1 : 0), 0)
    // One that only stands beside what was found, or in its thread, counts a little.
    return (0.1 + having) * term.weight * rarity(facts.items, term.postings.count)
  })
  return places
    .sort((left, right) => (counts[right] ?? 0) - (counts[left] ?? 0))
    .slice(0, mostTerms)
    .sort((left, right) => left - right)
}
