/** What a term can add to a score, from how many items, surroundings and threads have it; and how lengths count. */
import type { OwnerFacts } from '../index/facts.ts'
import { none } from '../index/item-facts.ts'
import type { TermPostings } from '../index/term-postings.ts'
import { type Recipe, reach } from './recipe.ts'
import type { Workspace } from './workspace.ts'

/** BM25's saturation by length, for each field: a frequency adds gain * frequency / (frequency + shortest + by * length). */
export interface Norms {
  readonly shortest: number
  readonly byLength: number
  readonly byContext: number
  readonly byThread: number
  /** What of its words each speaker lends to those around, by place in `facts.speakers`. */
  readonly lent: Float64Array
  /** By ordinal: the length of an item with its neighbours, as much of each as it lends; 0 where it was not asked yet. */
  readonly lengthsAround: Float64Array
}

export function normsOf(facts: OwnerFacts, recipe: Recipe): Norms {
  const { k1, b, assistantLends } = recipe
  const perThread = facts.threads === 0 ? 1 : Math.max(1, lentLength(facts, recipe) / facts.threads)
  return {
    shortest: k1 * (1 - b),
    byLength: (k1 * b) / facts.averageLength,
    byContext: (k1 * b) / contextAverage(facts, recipe),
    byThread: (k1 * b) / perThread,
    lent: Float64Array.from(facts.speakers, ({ kind }) => (kind === 'assistant' ? assistantLends : 1)),
    lengthsAround: lengthsAroundOf(facts, recipe),
  }
}

type Shares = Pick<Recipe, 'neighbour' | 'secondNeighbour' | 'assistantLends'>

interface KeptLengths {
  readonly changes: number
  readonly ordinals: number
  readonly shares: Shares
  readonly lengths: Float64Array
}

const lengthsOf = new WeakMap<OwnerFacts, KeptLengths>()

/** Those found since the facts last changed: the same items are found again and again. Where items only came, those beside them go. */
function lengthsAroundOf(facts: OwnerFacts, shares: Shares): Float64Array {
  const known = lengthsOf.get(facts)
  if (known?.changes === facts.changes && areSame(known.shares, shares)) return known.lengths
  const { changes, ordinals } = facts
  const goesOn =
    known !== undefined &&
    known.lengths.length >= ordinals &&
    areSame(known.shares, shares) &&
    facts.onlyAddedSince(known.changes, known.ordinals)
  const lengths = goesOn ? known.lengths : new Float64Array(ordinals + (ordinals >> 3) + leastRoom)
  if (goesOn) for (let at = known.ordinals; at < ordinals; at++) forgetAround(facts, lengths, at)
  lengthsOf.set(facts, { changes, ordinals, shares, lengths })
  return lengths
}

/** For so many items that come, and an eighth. */
const leastRoom = 64

function forgetAround({ previous, next }: OwnerFacts, lengths: Float64Array, at: number): void {
  for (const side of [previous, next]) {
    for (let step = 0, other = at; step < reach; step++) {
      other = side[other] as number
      if (other === none) break
      lengths[other] = 0
    }
  }
}

const areSame = (left: Shares, right: Shares): boolean =>
  left.neighbour === right.neighbour &&
  left.secondNeighbour === right.secondNeighbour &&
  left.assistantLends === right.assistantLends

/** At least 1, so that 0 says that it was not asked yet. */
export function lengthAround(
  facts: OwnerFacts,
  { neighbour, secondNeighbour }: Recipe,
  norms: Norms,
  at: number,
): number {
  const known = norms.lengthsAround[at] as number
  if (known !== 0) return known
  const { length, speaker } = facts
  let around = length[at] as number
  for (const side of [facts.previous, facts.next]) {
    for (let step = 0, other = at; step < reach; step++) {
      other = side[other] as number
      if (other === none) break
      const lends = (length[other] as number) * (norms.lent[speaker[other] as number] as number)
      around += (step === 0 ? neighbour : secondNeighbour) * lends
    }
  }
  norms.lengthsAround[at] = Math.max(1, around)
  return Math.max(1, around)
}

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

/** The average length of an item with its neighbours, from how many items threads have. */
function contextAverage(facts: OwnerFacts, recipe: Recipe): number {
  const { neighbour, secondNeighbour } = recipe
  const perThread = facts.threads === 0 ? 1 : facts.items / facts.threads
  const beside = 2 * neighbour * (perThread - 1) + 2 * secondNeighbour * Math.max(0, perThread - 2)
  const lent = facts.items === 0 ? 1 : lentLength(facts, recipe) / facts.items
  return facts.averageLength + (lent * beside) / perThread
}

const lentLength = ({ totalLength, assistantLength }: OwnerFacts, { assistantLends }: Recipe): number =>
  totalLength - (1 - assistantLends) * assistantLength
