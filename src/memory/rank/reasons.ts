/** For each answer why it was found. Pure; called by rank. */

import type { OwnerFacts } from '../index/facts.ts'
import { explain } from './explain.ts'
import { has } from './fields.ts'
import type { ListName, Ranked, RankRequest } from './rank.ts'
import type { Recipe } from './recipe.ts'
import type { Scoring } from './scoring.ts'

interface Answer {
  readonly at: number
  readonly score: number
}

/** The answers with their reasons, in the order of `best`. */
export function withReasons(
  facts: OwnerFacts,
  { question, explain: inParts }: RankRequest,
  scoring: Scoring,
  best: readonly Answer[],
  recipe: Recipe,
): Ranked[] {
  const { terms, one, linked, instructions, boosts } = scoring
  const fits = scoring.fit?.fits
  const share = (score: number) => (one === 0 ? 0 : score / one)
  // Before anything else is scored, as `explain` does: that overwrites them.
  const wordScores = best.map(({ at }) => scoring.byWords(at))
  const rankByWords = ranksOf(best.map(({ at }, place) => [at, wordScores[place] ?? 0]))
  const rankByLinks = ranksOf([...linked].map(([at, { score }]) => [at, score]))
  const rankByMeaning = fits === undefined ? undefined : ranksOf([...fits])
  const rankOfInstruction = ranksOf([...instructions])
  const labels = question.terms.map(({ word, variants }) => (word.unspaced ? variants[0] : undefined) ?? word.surface)
  const ordinals = best.map(({ at }) => at)
  const parts = inParts === true && scoring.foundByWords ? explain(facts, terms, labels, ordinals, one, recipe) : []
  return best.map(({ at, score }, place) => {
    const byWords = wordScores[place] ?? 0
    const link = linked.get(at)
    const details = byWords > 0 ? parts[place] : undefined
    return {
      ordinal: at,
      score,
      why: {
        lists: [
          ...listed('words', rankByWords.get(at), share(byWords)),
          ...listed('entities', rankByLinks.get(at), share(scoring.byLinks(at))),
          ...listed('meaning', rankByMeaning?.get(at), fits?.get(at) ?? 0),
          ...listed('instructions', rankOfInstruction.get(at), instructions.get(at) ?? 0),
        ],
        boosts: boosts.named(at),
        matched: [...new Set(labels.filter((_, i) => has(terms[i], at)))],
        ...(link === undefined ? {} : { entities: link.entities }),
        ...(details === undefined ? {} : { details }),
      },
    }
  })
}

const listed = (name: ListName, rank: number | undefined, score: number) =>
  rank === undefined || score === 0 ? [] : [{ name, rank, score }]

/** The rank of each, from 1, by its score. */
const ranksOf = (scored: (readonly [at: number, score: number])[]): Map<number, number> =>
  new Map(scored.sort(([, left], [, right]) => right - left).map(([at], i) => [at, i + 1]))
