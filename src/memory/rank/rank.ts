/**
 * Ranks an owner's items for a question: words in three fields, similarity of meaning where vectors were given, bounded boosts,
 * filters on the way, and for each hit why it was found. Called by recall; pure, so that every engine ranks alike.
 */
import { askedTerms, scoreThatIsMuch } from './asked-terms.ts'
import { type Boost, boostsOf } from './boosts.ts'
import { Candidates } from './candidates.ts'
import { linkedScores } from './entities.ts'
import { type Explanation, explain } from './explain.ts'
import { none, type OwnerFacts } from './facts.ts'
import { has, scoreFields } from './fields.ts'
import { fittingInstructions } from './instructions.ts'
import { fitInMeaning, type Meaning } from './likeness.ts'
import type { Linked } from './ports.ts'
import type { PackedPostings } from './postings.ts'
import type { AskedQuestion } from './question.ts'
import { type Recipe, recipe as standard } from './recipe.ts'
import { type View, visibleItems } from './visible.ts'

/** What the caller wants of what they may see. Times are Unix milliseconds. */
interface Wanted {
  readonly categories?: readonly string[] | undefined
  readonly appId?: string | undefined
  readonly thread?: string | undefined
  /** When it happened, or was recorded where that is unknown; inclusive. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

export interface RankRequest extends View {
  readonly question: AskedQuestion
  readonly limit: number
  readonly wanted: Wanted
  /** Items linked to entities that the question names. */
  readonly linked?: Linked | undefined
  /** Undefined without vectors. */
  readonly meaning?: Meaning | undefined
  /** What scores less is no answer. */
  readonly threshold?: number | undefined
  /** Whether hits tell the parts of their scores, for some searches' worth of time more. */
  readonly explain?: boolean | undefined
}

/** By the words; by entities that they are linked to; by the meaning; by the person's own instructions, which count besides. */
export type ListName = 'words' | 'entities' | 'meaning' | 'instructions'

export interface Ranked {
  readonly ordinal: number
  /** Comparable within one answer. */
  readonly score: number
  readonly why: {
    /** The lists that found it, with its rank in each, from 1; by meaning among likenesses that may be of rounded vectors. */
    readonly lists: readonly { readonly name: ListName; readonly rank: number; readonly score: number }[]
    readonly boosts: readonly Boost[]
    /** The question's words that it has itself; what its thread has is not listed. */
    readonly matched: readonly string[]
    /** Keys of the question's entities that it is linked to and does not name. Only where there are any. */
    readonly entities?: readonly string[]
    /** Only where it was asked for, and words found it. */
    readonly details?: Explanation
  }
}

/** The best `limit` items; equal scores newest first. */
export function rank(
  facts: OwnerFacts,
  packed: PackedPostings,
  request: RankRequest,
  recipe: Recipe = standard,
): Ranked[] {
  const visible = visibleItems(facts, request)
  const fit = request.meaning === undefined ? undefined : fitInMeaning(facts, request.meaning, recipe)
  const meaning = fit?.fits
  const terms = askedTerms(facts, packed, request.question, visible, meaning !== undefined, recipe)
  const counting = request.meaning?.nameless === true ? recipe.meaningNameless : recipe.meaning
  const instructing = meaning === undefined ? recipe.instruction : recipe.instructionBesideMeaning
  const isWanted = wantedItem(facts, request.wanted)
  const boost = boostsOf(facts, request.question, terms, recipe)
  const instructions = fittingInstructions(facts, terms, recipe)
  const linked = linkedScores(facts, request.question.terms, terms, request.linked, visible, recipe)
  const linkedScore = (at: number) => (linked.size === 0 ? 0 : (linked.get(at)?.score ?? 0))
  const {
    found,
    scores,
    best: bestSaid,
  } = scoreFields(facts, terms, recipe, {
    limit: request.limit,
    always: [...(meaning?.keys() ?? []), ...instructions.keys(), ...linked.keys()],
    factor: (at) => (visible[at] === 1 && isWanted(at) ? boost.factor(at) : 0),
    highestFactor: boost.highest,
  })
  let bestWords = bestSaid
  for (const [at, { score }] of linked) bestWords = Math.max(bestWords, (scores[at] as number) + score)
  // What counts 1: beside meaning, a little of the question is no more than that, though nothing has more.
  const one = meaning === undefined ? bestWords : Math.max(bestWords, scoreThatIsMuch(facts, terms, recipe))

  const threshold = request.threshold ?? 0
  /** The score of an item whose meaning fits by so much more; 0 where it is no answer or has less than `least`. */
  const scoreOf = (at: number, more: number, least: number): number => {
    const own = one === 0 ? 0 : ((scores[at] as number) + linkedScore(at)) / one
    const base = own + counting * ((meaning?.get(at) ?? 0) + more)
    const besides = instructions.size === 0 ? 0 : instructing * (instructions.get(at) ?? 0)
    if (base * boost.highest + besides < least || visible[at] !== 1 || !isWanted(at)) return 0
    return base * boost.factor(at) + besides
  }
  const bestCandidates = (): Candidates => {
    const candidates = new Candidates(request.limit)
    const consider = (at: number) => {
      const score = scoreOf(at, 0, candidates.least)
      if (score >= threshold) candidates.offer(at, score)
    }
    for (let i = 0; i < found.length; i++) consider(found[i] as number)
    for (const at of linked.keys()) if (scores[at] === 0) consider(at)
    if (meaning !== undefined) for (const at of meaning.keys()) if (scores[at] === 0 && !linked.has(at)) consider(at)
    return candidates
  }
  let candidates = bestCandidates()
  if (fit !== undefined && fit.error > 0) {
    // What cannot be among the best by exact likeness either need not have it.
    const least = Math.max(candidates.least, threshold) - counting * fit.error * boost.highest
    fit.refine([...fit.fits.keys()].filter((at) => scoreOf(at, fit.error, least) >= Math.max(least, Number.MIN_VALUE)))
    candidates = bestCandidates()
  }
  const best = candidates.sorted().map(({ at, score }) => ({ at, score, byWords: scores[at] ?? 0 }))
  const rankIn = ranksOf(best.map(({ at, byWords }) => ({ at, score: byWords })))
  const rankBy = meaning === undefined ? undefined : ranksOf([...meaning].map(([at, score]) => ({ at, score })))
  const rankOfLinked = ranksOf([...linked].map(([at, { score }]) => ({ at, score })))
  const rankOfInstruction = ranksOf([...instructions].map(([at, score]) => ({ at, score })))
  const labels = request.question.terms.map(
    ({ word, variants }) => (word.unspaced ? variants[0] : undefined) ?? word.surface,
  )
  const ordinals = best.map(({ at }) => at)
  const details = request.explain === true && bestWords > 0 ? explain(facts, terms, labels, ordinals, one, recipe) : []
  return best.map(({ at, score, byWords }, place) => ({
    ordinal: at,
    score,
    why: {
      lists: [
        ...listed('words', rankIn.get(at), one === 0 ? 0 : byWords / one),
        ...listed('entities', rankOfLinked.get(at), one === 0 ? 0 : linkedScore(at) / one),
        ...listed('meaning', rankBy?.get(at), meaning?.get(at) ?? 0),
        ...listed('instructions', rankOfInstruction.get(at), instructions.get(at) ?? 0),
      ],
      boosts: boost.named(at),
      matched: [...new Set(labels.filter((_, i) => has(terms[i], at)))],
      ...(linked.has(at) ? { entities: linked.get(at)?.entities ?? [] } : {}),
      ...(byWords > 0 && details[place] !== undefined ? { details: details[place] } : {}),
    },
  }))
}

const listed = (name: ListName, rank: number | undefined, score: number) =>
  rank === undefined || score === 0 ? [] : [{ name, rank, score }]

const ranksOf = (scored: { at: number; score: number }[]): Map<number, number> =>
  new Map(scored.sort((left, right) => right.score - left.score).map(({ at }, i) => [at, i + 1]))

/** Whether an item may be an answer at all: it may be seen, and it is wanted. */
export function answering(facts: OwnerFacts, request: RankRequest): (at: number) => boolean {
  const visible = visibleItems(facts, request)
  const isWanted = wantedItem(facts, request.wanted)
  return (at) => visible[at] === 1 && isWanted(at)
}

function wantedItem(facts: OwnerFacts, wanted: Wanted): (at: number) => boolean {
  const { categories, appId, thread, from, to } = wanted
  const classes = facts.classes.map(
    (one) =>
      (appId === undefined || one.appId === appId) &&
      (categories === undefined || one.categories.some((name) => categories.includes(name))),
  )
  const threadPlace = thread === undefined ? none : facts.threadPlace(thread)
  return (at) => {
    if (classes[facts.itemClass[at] ?? 0] !== true) return false
    if (thread !== undefined && facts.thread[at] !== threadPlace) return false
    if (from === undefined && to === undefined) return true
    const happened = facts.occurredAt[at] ?? Number.NaN
    const told = Number.isNaN(happened) ? (facts.createdAt[at] ?? 0) : happened
    return (from === undefined || told >= from) && (to === undefined || told <= to)
  }
}
