/** A question's words as ranking takes them: each with what it counts and with the items that have it. */
import type { OwnerFacts } from '../index/facts.ts'
import { gatherPostings, type PackedPostings } from '../index/postings.ts'
import type { WeightedTerm } from './fields.ts'
import { rarity } from './gains.ts'
import type { AskedQuestion } from './question.ts'
import type { Recipe } from './recipe.ts'
import { speakerNames, unowned } from './speaker-names.ts'

/**
 * In the order of the question. `visible`: 1 by ordinal for items that count. `besideMeaning`: whether meaning is compared, too; without
 * it common words are often all that tells anything.
 */
export function askedTerms(
  facts: OwnerFacts,
  packed: PackedPostings,
  question: AskedQuestion,
  visible: Uint8Array,
  besideMeaning: boolean,
  recipe: Recipe,
): WeightedTerm[] {
  const names = speakerNames(facts, visible)
  return question.terms.map(({ variants, name, saying, common, word }) => {
    const postings = gatherPostings(packed, variants, visible)
    const weight =
      (name ? recipe.name : 1) *
      (word.unspaced && kanaOnly.test(variants[0] ?? '') ? recipe.kana : 1) *
      (saying ? recipe.saying : 1) *
      (names.has(unowned(word.lower)) ? recipe.speakerName : 1) *
      (common && besideMeaning ? commonWeight(facts.items, postings.count, recipe) : 1)
    return { weight, postings }
  })
}

/** Two characters of hiragana are mostly an ending or a particle: です, のは. */
const kanaOnly = /^\p{Script=Hiragana}{2}$/u

/**
 * How much of its rarity among an owner's items a word keeps that is common in its language. Of few items it is chance whether `like` is
 * in one or in none, so the language is heard first and the owner's items by and by: as with some items more, in a share of which the
 * word is (a Dirichlet prior: Zhai and Lafferty, 2004), and with fewer of those the more the owner has. From 0.2 for a few items to 1.
 */
function commonWeight(
  documents: number,
  having: number,
  { priorItems, priorItemsHalvedAt, commonShare }: Pick<Recipe, 'priorItems' | 'priorItemsHalvedAt' | 'commonShare'>,
): number {
  const more = (priorItems * priorItemsHalvedAt) / (priorItemsHalvedAt + documents)
  return rarity(documents + more, having + more * commonShare) / rarity(documents + more, having)
}

/**
 * What the best by words should have to count in full: a share of the score of an item alone in its thread, of usual length, that has
 * every word of the question once. The more items, the smaller the share: what is rare among many tells something by itself.
 */
export function scoreThatIsMuch({ items }: OwnerFacts, terms: readonly WeightedTerm[], recipe: Recipe): number {
  const fields = recipe.item + recipe.context + recipe.thread
  const all = terms.reduce((sum, { weight, postings }) => sum + weight * fields * rarity(items, postings.count), 0)
  const { wordsShare, wordsShareQuarteredAt } = recipe
  return all * wordsShare * (wordsShareQuarteredAt / (wordsShareQuarteredAt + items)) ** 2
}
