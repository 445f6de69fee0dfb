/** Adds what a term is worth to items: to all that it touches, or to those alone that are still in question. */
import type { OwnerFacts } from '../index/facts.ts'
import { none } from '../index/item-facts.ts'
import { frequencyIn, type TermPostings } from '../index/term-postings.ts'
import type { TermGains } from './gains.ts'
import { lengthAround, type Norms } from './norms.ts'
import { type Recipe, reach } from './recipe.ts'
import { enter, mark, type Workspace } from './workspace.ts'

/** One term of a question, of one owner's items. */
export interface Weighed {
  readonly facts: OwnerFacts
  readonly recipe: Recipe
  readonly norms: Norms
  readonly postings: TermPostings
  readonly gains: TermGains
}

/**
 * To all that the term touches; `before` items are found already. Returns how many are found then.
 * Reads of typed arrays are asserted to be numbers, as every index is in range: a check for each would cost a third of the time.
 */
export function addEverywhere(weighed: Weighed, space: Workspace, before: number): number {
  const { facts, recipe, norms, gains } = weighed
  const { ordinals, frequencies, count } = weighed.postings
  const { previous, next, length, speaker, alone, guessedThread } = facts
  const { frequency, scores, marks, touched } = space
  const { shortest, byLength, byContext, lent } = norms
  const weights = [recipe.neighbour, recipe.secondNeighbour]
  let entered = before
  let touches = 0
  for (let i = 0; i < count; i++) {
    const at = ordinals[i] as number
    const times = frequencies[i] as number
    ;(scores[at] as number) += (gains.own * times) / (times + shortest + byLength * (length[at] as number))
    if (alone[at] === 1) {
      entered = enter(space, at, entered)
      ;(scores[at] as number) += aloneScore(weighed, at, times)
      continue
    }
    if (frequency[at] === 0) touched[touches++] = at
    ;(frequency[at] as number) += times
    const lends = times * (lent[speaker[at] as number] as number)
    const isGuessed = guessedThread[at] === 1
    for (let step = 0, other = at; step < reach; step++) {
      other = previous[other] as number
      if (other === none) break
      if (isGuessed && marks[other] === 0) continue
      if (frequency[other] === 0) touched[touches++] = other
      ;(frequency[other] as number) += lends * (weights[step] as number)
    }
    for (let step = 0, other = at; step < reach; step++) {
      other = next[other] as number
      if (other === none) break
      if (isGuessed && marks[other] === 0) continue
      if (frequency[other] === 0) touched[touches++] = other
      ;(frequency[other] as number) += lends * (weights[step] as number)
    }
  }
  for (let i = 0; i < touches; i++) {
    const at = touched[i] as number
    const times = frequency[at] as number
    frequency[at] = 0
    entered = enter(space, at, entered)
    marks[at] = (marks[at] as number) | mark.around
    ;(scores[at] as number) +=
      (gains.context * times) / (times + shortest + byContext * lengthAround(facts, recipe, norms, at))
  }
  return entered
}

/** What a term that an item has alone adds through its surroundings and its thread, which are the item itself. */
function aloneScore({ facts, gains, norms }: Weighed, at: number, times: number): number {
  const { length, speaker } = facts
  const { shortest, byContext, byThread, lent } = norms
  const size = length[at] as number
  const lends = lent[speaker[at] as number] as number
  return (
    (gains.context * times) / (times + shortest + byContext * Math.max(1, size)) +
    (gains.thread * times * lends) / (times * lends + shortest + byThread * size * lends)
  )
}

/** To the first `count` items that are found, and no other. */
export function addToFound(weighed: Weighed, { found, scores, marks }: Workspace, count: number): void {
  const { facts, recipe, norms, gains, postings } = weighed
  const { length, alone } = facts
  const { shortest, byLength, byContext } = norms
  for (let i = 0; i < count; i++) {
    const at = found[i] as number
    const times = ((marks[at] as number) & mark.own) === 0 ? 0 : frequencyIn(postings, at)
    if (times > 0)
      (scores[at] as number) += (gains.own * times) / (times + shortest + byLength * (length[at] as number))
    if (alone[at] === 1) {
      if (times > 0) (scores[at] as number) += aloneScore(weighed, at, times)
      continue
    }
    const around = times + timesAround(weighed, marks, at)
    if (around === 0) continue
    marks[at] = (marks[at] as number) | mark.around
    ;(scores[at] as number) +=
      (gains.context * around) / (around + shortest + byContext * lengthAround(facts, recipe, norms, at))
  }
}

/** How often a term is in the items around one, as much of each as it lends. It is in none without `mark.own`. */
function timesAround({ facts, recipe, norms, postings }: Weighed, marks: Uint8Array, at: number): number {
  const { speaker } = facts
  let sum = 0
  for (const side of [facts.previous, facts.next]) {
    for (let step = 0, other = at; step < reach; step++) {
      other = side[other] as number
      if (other === none) break
      if (((marks[other] as number) & mark.own) === 0) continue
      const share = step === 0 ? recipe.neighbour : recipe.secondNeighbour
      sum += share * (norms.lent[speaker[other] as number] as number) * frequencyIn(postings, other)
    }
  }
  return sum
}
