/**
 * What each item scores for a question: its words in three fields and entities it is linked to, beside how well it fits in meaning, with
 * bounded boosts and the person's own instructions besides. Pure; called by rank.
 */

import type { OwnerFacts } from '../index/facts.ts'
import type { PackedPostings } from '../index/postings.ts'
import { askedTerms, scoreThatIsMuch } from './asked-terms.ts'
import { type Boosts, boostsOf } from './boosts.ts'
import { type LinkedScore, linkedScores } from './entities.ts'
import { scoreFields, type WeightedTerm } from './fields.ts'
import { fittingInstructions } from './instructions.ts'
import { type FitInMeaning, fitInMeaning } from './likeness.ts'
import type { RankRequest } from './rank.ts'
import type { Recipe } from './recipe.ts'
import { visibleItems } from './visible.ts'
import { wantedItem } from './wanted.ts'

/** Scores by words are in a workspace of the owner's facts: they hold until something else is scored. */
export interface Scoring {
  readonly terms: readonly WeightedTerm[]
  /** Undefined without vectors. */
  readonly fit: FitInMeaning | undefined
  /** By ordinal, 0 to 1: how well the person's own instructions fit. */
  readonly instructions: ReadonlyMap<number, number>
  readonly linked: ReadonlyMap<number, LinkedScore>
  readonly boosts: Boosts
  /** By words and links: what counts 1, 0 where nothing was found by them. */
  readonly one: number
  /** Whether any item was found by words or links. */
  readonly foundByWords: boolean
  /** By words alone, not yet as a share of `one`. */
  byWords(at: number): number
  /** What being linked to entities adds to `byWords`. */
  byLinks(at: number): number
  /** Each item that may have a score, once. */
  eachFound(consider: (at: number) => void): void
  /** The score of an item whose meaning fits by so much `more`; 0 where it is no answer or has less than `least`. */
  scoreOf(at: number, more: number, least: number): number
  /** How much a score can change that is told from likenesses of rounded vectors; 0 where all are exact. */
  readonly uncertainty: number
}

export function scoringOf(facts: OwnerFacts, packed: PackedPostings, request: RankRequest, recipe: Recipe): Scoring {
  const visible = visibleItems(facts, request)
  const fit = request.meaning === undefined ? undefined : fitInMeaning(facts, request.meaning, recipe)
  const fits = fit?.fits
  const terms = askedTerms(facts, packed, request.question, visible, fit !== undefined, recipe)
  const isWanted = wantedItem(facts, request.wanted)
  const boosts = boostsOf(facts, request.question, terms, recipe)
  const instructions = fittingInstructions(facts, terms, recipe)
  const linked = linkedScores(facts, request.question.terms, terms, request.linked, visible, recipe)
  const { found, scores, best } = scoreFields(facts, terms, recipe, {
    limit: request.limit,
    always: [...(fits?.keys() ?? []), ...instructions.keys(), ...linked.keys()],
    factor: (at) => (visible[at] === 1 && isWanted(at) ? boosts.factor(at) : 0),
    highestFactor: boosts.highest,
  })
  let bestByWords = best
  for (const [at, { score }] of linked) bestByWords = Math.max(bestByWords, (scores[at] as number) + score)
  // Beside meaning, a little of the question is no more than that, though nothing has more.
  const one = fit === undefined ? bestByWords : Math.max(bestByWords, scoreThatIsMuch(facts, terms, recipe))
  const meaningCounts = request.meaning?.nameless === true ? recipe.meaningNameless : recipe.meaning
  const instructionCounts = fit === undefined ? recipe.instruction : recipe.instructionBesideMeaning
  const byLinks = (at: number) => (linked.size === 0 ? 0 : (linked.get(at)?.score ?? 0))
  return {
    terms,
    fit,
    instructions,
    linked,
    boosts,
    one,
    foundByWords: bestByWords > 0,
    byWords: (at) => scores[at] ?? 0,
    byLinks,
    eachFound(consider) {
      for (let i = 0; i < found.length; i++) consider(found[i] as number)
      for (const at of linked.keys()) if (scores[at] === 0) consider(at)
      if (fits !== undefined) for (const at of fits.keys()) if (scores[at] === 0 && !linked.has(at)) consider(at)
    },
    scoreOf(at, more, least) {
      const own = one === 0 ? 0 : ((scores[at] as number) + byLinks(at)) / one
      const base = own + meaningCounts * ((fits?.get(at) ?? 0) + more)
      const besides = instructions.size === 0 ? 0 : instructionCounts * (instructions.get(at) ?? 0)
      if (base * boosts.highest + besides < least || visible[at] !== 1 || !isWanted(at)) return 0
      return base * boosts.factor(at) + besides
    },
    uncertainty: meaningCounts * (fit?.error ?? 0) * boosts.highest,
  }
}
