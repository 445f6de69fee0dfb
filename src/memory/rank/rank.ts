/**
 * Ranks an owner's items for a question: words in three fields, similarity of meaning where vectors were given, bounded boosts,
 * filters on the way, and for each hit why it was found. Called by recall; pure, so that every engine ranks alike.
 */

import type { OwnerFacts } from '../index/facts.ts'
import type { Linked } from '../index/ports.ts'
import type { PackedPostings } from '../index/postings.ts'
import type { Boost } from './boosts.ts'
import { Candidates } from './candidates.ts'
import type { Explanation } from './explain.ts'
import type { Meaning } from './likeness.ts'
import type { AskedQuestion } from './question.ts'
import { withReasons } from './reasons.ts'
import { type Recipe, recipe as standard } from './recipe.ts'
import { type Scoring, scoringOf } from './scoring.ts'
import { type View, visibleItems } from './visible.ts'
import { type Wanted, wantedItem } from './wanted.ts'

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
  const scoring = scoringOf(facts, packed, request, recipe)
  const threshold = request.threshold ?? 0
  let candidates = bestOf(scoring, request.limit, threshold)
  const { fit, uncertainty } = scoring
  if (fit !== undefined && uncertainty > 0) {
    // What cannot be among the best by exact likeness either need not have it.
    const least = Math.max(candidates.least, threshold) - uncertainty
    const inDoubt = (at: number) => scoring.scoreOf(at, fit.error, least) >= Math.max(least, Number.MIN_VALUE)
    fit.refine([...fit.fits.keys()].filter(inDoubt))
    candidates = bestOf(scoring, request.limit, threshold)
  }
  return withReasons(facts, request, scoring, candidates.sorted(), recipe)
}

function bestOf(scoring: Scoring, limit: number, threshold: number): Candidates {
  const candidates = new Candidates(limit)
  scoring.eachFound((at) => {
    const score = scoring.scoreOf(at, 0, candidates.least)
    if (score >= threshold) candidates.offer(at, score)
  })
  return candidates
}

/** Whether an item may be an answer at all: it may be seen, and it is wanted. */
export function answering(facts: OwnerFacts, request: RankRequest): (at: number) => boolean {
  const visible = visibleItems(facts, request)
  const isWanted = wantedItem(facts, request.wanted)
  return (at) => visible[at] === 1 && isWanted(at)
}
