/**
 * BM25 (Robertson and Zaragoza, 2009, section 3) over three fields of an item: its own words, those of its neighbours in the
 * thread, and those of the whole thread. All three come from one index of own words: a posting counts for those around it.
 *
 * Terms are taken by how much they can add, the most first. Once what the rest can add brings no further item among the best,
 * they are looked up for the items there are, and those that cannot come among the best are dropped (MaxScore of Turtle and
 * Flood, 1995). What is left out cannot be in the answer: the ranking is that of scoring everything.
 */

import type { OwnerFacts } from '../index/facts.ts'
import { frequencyIn, type TermPostings } from '../index/term-postings.ts'
import { settlePlaces } from '../index/thread-chains.ts'
import { addEverywhere, addToFound, type Weighed } from './add-term.ts'
import { weighTerm } from './gains.ts'
import { normsOf } from './norms.ts'
import type { Recipe } from './recipe.ts'
import { type Sought, TermSearch } from './term-search.ts'
import { mark, releaseWorkspace, takeWorkspace, type Workspace } from './workspace.ts'

export interface WeightedTerm {
  readonly weight: number
  /** Only of items that may be seen. */
  readonly postings: TermPostings
}

/** Whether an item has a term among its own words. */
export const has = (term: WeightedTerm | undefined, at: number): boolean =>
  term !== undefined && frequencyIn(term.postings, at) > 0

export interface FieldScores {
  /** The items with a score that may be answers or the best by words, in no order. */
  readonly found: Int32Array
  /** By ordinal; 0 for those not found. Valid until the next call. */
  readonly scores: Float64Array
  /** The highest score. */
  readonly best: number
}

/** Sums of floats in another order differ in their last digits: a bound is wider by this share of all that terms can add. */
const slack = 1e-9

/**
 * Scores what the terms touch. In a guessed thread that is only what has a term itself: beside a match in a conversation stands its
 * answer, beside one in a guessed thread often an unrelated fact. Equal input gives equal output on every engine.
 */
export function scoreFields(
  facts: OwnerFacts,
  terms: readonly WeightedTerm[],
  recipe: Recipe,
  sought: Sought,
): FieldScores {
  const space = takeWorkspace(facts.ordinals)
  const weighed = weighTerms(facts, terms, recipe, space)
  for (const at of sought.always) space.marks[at] = (space.marks[at] as number) | mark.always
  const search = new TermSearch(facts, space, sought)
  let most = weighed.reduce((sum, { gains }) => sum + gains.most, 0) * (1 + slack)
  let added = 0
  let postings = weighed.reduce((sum, one) => sum + one.postings.count, 0)
  for (const term of weighed) {
    // Looking at what is found is only worth it where it may save more than it costs; and where the rest can add more than all
    // before, a newcomer may be the best.
    if (postings > search.count && most < added) search.narrow(most)
    if (search.closed) addToFound(term, space, search.count)
    else search.count = addEverywhere(term, space, search.count)
    most -= term.gains.most
    added += term.gains.most
    postings -= term.postings.count
  }
  const best = search.finish()
  for (const { postings } of weighed) markAll(space.marks, postings, 0)
  for (const at of sought.always) space.marks[at] = 0
  return { found: releaseWorkspace(search.count), scores: space.scores, best }
}

/** A function of its own, so that the runtime compiles it early: within one that is called once a search the loop stays slow. */
function markAll(marks: Uint8Array, { ordinals, count }: TermPostings, value: number): void {
  for (let i = 0; i < count; i++) marks[ordinals[i] as number] = value
}

/** The terms that there are, those that can add most first; what they add to threads is added. */
function weighTerms(
  facts: OwnerFacts,
  terms: readonly WeightedTerm[],
  recipe: Recipe,
  space: Workspace,
): readonly Weighed[] {
  const norms = normsOf(facts, recipe)
  settlePlaces(facts)
  return terms
    .filter(({ postings }) => postings.count > 0)
    .map(({ weight, postings }): Weighed => {
      markAll(space.marks, postings, mark.own)
      return { facts, recipe, norms, postings, gains: weighTerm(facts, weight, postings, recipe, norms, space) }
    })
    .sort((left, right) => right.gains.most - left.gains.most)
}
