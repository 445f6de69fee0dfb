/** What a term can add to a score, from how many items, surroundings and threads have it. */
import type { OwnerFacts } from '../index/facts.ts'
import { none } from '../index/item-facts.ts'
import type { TermPostings } from '../index/term-postings.ts'
import type { Norms } from './norms.ts'
import { type Recipe, reach } from './recipe.ts'
import type { Workspace } from './workspace.ts'

/** How much a term counts that `having` of `documents` have: BM25's inverse document frequency, never below 0. */
export const rarity = (documents: number, having: number): number =>
  Math.log(1 + Math.max(0, documents - having + 0.5) / (having + 0.5))

export interface TermGains {
  readonly own: number
  readonly context: number
  readonly thread: number
  /** What it adds to no item more of, without what an item's thread has in common. */
  readonly most: number
}

/** Counts what has the term among its own words, around it and in its thread; adds to the scores of threads. */
export function weighTerm(
  facts: OwnerFacts,
  weight: number,
  { ordinals, frequencies, count }: TermPostings,
  recipe: Recipe,
  { shortest, byThread, lent }: Norms,
  space: Workspace,
): TermGains {
  const { thread, place, speaker, alone, threadLength, threadAssistantLength, threadItems, threadUnordered } = facts
  const { threadFrequency, threadScores, threadTouched, touchedThreads, scoredThreads } = space
  const { k1, neighbour, secondNeighbour } = recipe
  space.counts += 1
  let touches = 0
  let threadTouches = 0
  let alones = 0
  let highest = 0
  for (let i = 0; i < count; i++) {
    const at = ordinals[i] as number
    const times = frequencies[i] as number
    if (times > highest) highest = times
    // Whoever stands alone has the same words in all three fields.
    if (alone[at] === 1) {
      alones += 1
      continue
    }
    const where = thread[at] as number
    if (threadFrequency[where] === 0) touchedThreads[threadTouches++] = where
    ;(threadFrequency[where] as number) += times * (lent[speaker[at] as number] as number)
    if (threadUnordered[where] === 1) {
      touches += touchAround(facts, space, at)
      continue
    }
    // Postings ascend, and so do places: what is touched ends behind where it ended before.
    const from = Math.max((place[at] as number) - reach, threadTouched[where] as number)
    const end = Math.min((place[at] as number) + reach + 1, threadItems[where] as number)
    touches += end - from
    threadTouched[where] = end
  }
  const scale = weight * (k1 + 1)
  const own = recipe.item * scale * rarity(facts.items, count)
  const context = recipe.context * scale * rarity(facts.items, touches + alones)
  const inThread = recipe.thread * scale * rarity(facts.threads, threadTouches + alones)
  const kept = 1 - recipe.assistantLends
  for (let i = 0; i < threadTouches; i++) {
    const where = touchedThreads[i] as number
    const times = threadFrequency[where] as number
    threadFrequency[where] = 0
    threadTouched[where] = 0
    const size = (threadLength[where] as number) - kept * (threadAssistantLength[where] as number)
    if (threadScores[where] === 0) scoredThreads[space.threads++] = where
    ;(threadScores[where] as number) += (inThread * times) / (times + shortest + byThread * size)
  }
  const around = highest * (1 + 2 * neighbour + 2 * secondNeighbour)
  const most =
    ((own + (alones > 0 ? inThread : 0)) * highest) / (highest + shortest) + (context * around) / (around + shortest)
  return { own, context, thread: inThread, most }
}

/** How many of an item and those around it the term has not touched yet. */
function touchAround({ previous, next }: OwnerFacts, { seenBy, counts }: Workspace, at: number): number {
  let touches = 0
  if (seenBy[at] !== counts) {
    seenBy[at] = counts
    touches += 1
  }
  for (const side of [previous, next]) {
    for (let step = 0, other = at; step < reach; step++) {
      other = side[other] as number
      if (other === none) break
      if (seenBy[other] === counts) continue
      seenBy[other] = counts
      touches += 1
    }
  }
  return touches
}
