/**
 * BM25 (Robertson and Zaragoza, 2009, section 3) over three fields of an item: its own words, those of its neighbours in the
 * thread, and those of the whole thread. All three come from one index of own words: a posting counts for those around it.
 */
import { none, type OwnerFacts } from './facts.ts'
import type { Recipe } from './recipe.ts'
import type { TermPostings } from './term-postings.ts'

export interface WeightedTerm {
  readonly weight: number
  /** Only of items that may be seen. */
  readonly postings: TermPostings
}

export interface FieldScores {
  /** The items with a score, in no order. */
  readonly found: Int32Array
  /** By ordinal; 0 for those not found. Valid until the next call. */
  readonly scores: Float64Array
  /** By ordinal; 1 for an item with a term among its own words. */
  readonly own: Uint8Array
}

interface Workspace {
  readonly frequency: Float64Array
  readonly contextLength: Float64Array
  readonly scores: Float64Array
  readonly own: Uint8Array
  readonly touched: Int32Array
  readonly found: Int32Array
  /** By thread. */
  readonly threadFrequency: Float64Array
  readonly threadScores: Float64Array
  readonly touchedThreads: Int32Array
}

const workspaceOf = (size: number): Workspace => ({
  frequency: new Float64Array(size),
  contextLength: new Float64Array(size),
  scores: new Float64Array(size),
  own: new Uint8Array(size),
  touched: new Int32Array(size),
  found: new Int32Array(size),
  threadFrequency: new Float64Array(size),
  threadScores: new Float64Array(size),
  touchedThreads: new Int32Array(size),
})

/** Working memory, kept between calls: ranking does not wait, so only one call uses it at a time. */
let workspace = workspaceOf(0)
let foundBefore = 0

/** There are no more threads than items that ever were. */
function prepare(ordinals: number): Workspace {
  if (workspace.scores.length < ordinals) workspace = workspaceOf(Math.ceil(ordinals * 1.25))
  else {
    const { found, scores, own, contextLength } = workspace
    for (let i = 0; i < foundBefore; i++) {
      const at = found[i] as number
      scores[at] = 0
      own[at] = 0
      contextLength[at] = 0
    }
  }
  foundBefore = 0
  return workspace
}

/** How much a term counts that `having` of `documents` have: BM25's inverse document frequency, never below 0. */
export const rarity = (documents: number, having: number): number =>
  Math.log(1 + Math.max(0, documents - having + 0.5) / (having + 0.5))

/**
 * Scores everything that a term touches. Equal input gives equal output on every engine.
 * Reads of typed arrays are asserted to be numbers, as every index is in range: a check for each would cost a third of the time.
 */
export function scoreFields(facts: OwnerFacts, terms: readonly WeightedTerm[], recipe: Recipe): FieldScores {
  const { frequency, contextLength, scores, own, touched, found, ...threads } = prepare(facts.ordinals)
  const { threadFrequency, threadScores, touchedThreads } = threads
  const { k1, b, neighbour, secondNeighbour } = recipe
  const { previous, next, length, thread, speaker, alone, threadLength, threadAssistantLength } = facts
  const lent = lentBy(facts, recipe)
  const kept = 1 - recipe.assistantLends
  const shortest = k1 * (1 - b)
  const byLength = (k1 * b) / facts.averageLength
  const byContext = (k1 * b) / contextAverage(facts, recipe)
  const byThread = (k1 * b) / (facts.threads === 0 ? 1 : Math.max(1, lentLength(facts, recipe) / facts.threads))
  let count = 0

  for (const { weight, postings } of terms) {
    const { ordinals, frequencies } = postings
    let touches = 0
    let threadTouches = 0
    let alones = 0
    for (let i = 0; i < postings.count; i++) {
      const at = ordinals[i] as number
      // Whoever stands alone has the same words in all three fields: most facts that tools send.
      if (alone[at] === 1) {
        alones += 1
        continue
      }
      const times = frequencies[i] as number
      const lends = times * (lent[speaker[at] as number] as number)
      const where = thread[at] as number
      if (threadFrequency[where] === 0) touchedThreads[threadTouches++] = where
      ;(threadFrequency[where] as number) += lends
      if (frequency[at] === 0) touched[touches++] = at
      ;(frequency[at] as number) += times
      const before = previous[at] as number
      if (before !== none) {
        if (frequency[before] === 0) touched[touches++] = before
        ;(frequency[before] as number) += lends * neighbour
        const before2 = previous[before] as number
        if (before2 !== none) {
          if (frequency[before2] === 0) touched[touches++] = before2
          ;(frequency[before2] as number) += lends * secondNeighbour
        }
      }
      const after = next[at] as number
      if (after !== none) {
        if (frequency[after] === 0) touched[touches++] = after
        ;(frequency[after] as number) += lends * neighbour
        const after2 = next[after] as number
        if (after2 !== none) {
          if (frequency[after2] === 0) touched[touches++] = after2
          ;(frequency[after2] as number) += lends * secondNeighbour
        }
      }
    }
    const ownGain = recipe.item * weight * rarity(facts.items, postings.count) * (k1 + 1)
    const contextGain = recipe.context * weight * rarity(facts.items, touches + alones) * (k1 + 1)
    const threadGain = recipe.thread * weight * rarity(facts.threads, threadTouches + alones) * (k1 + 1)
    for (let i = 0; i < touches; i++) {
      const at = touched[i] as number
      if (contextLength[at] === 0) {
        contextLength[at] = Math.max(1, lengthAround(facts, recipe, lent, at))
        found[count++] = at
      }
      const times = frequency[at] as number
      frequency[at] = 0
      ;(scores[at] as number) += (contextGain * times) / (times + shortest + byContext * (contextLength[at] as number))
    }
    for (let i = 0; i < threadTouches; i++) {
      const where = touchedThreads[i] as number
      const times = threadFrequency[where] as number
      threadFrequency[where] = 0
      const size = (threadLength[where] as number) - kept * (threadAssistantLength[where] as number)
      ;(threadScores[where] as number) += (threadGain * times) / (times + shortest + byThread * size)
    }
    for (let i = 0; i < postings.count; i++) {
      const at = ordinals[i] as number
      const times = frequencies[i] as number
      const size = length[at] as number
      let score = (ownGain * times) / (times + shortest + byLength * size)
      if (alone[at] === 1) {
        if (own[at] === 0) found[count++] = at
        const lends = lent[speaker[at] as number] as number
        score += (contextGain * times) / (times + shortest + byContext * Math.max(1, size))
        score += (threadGain * times * lends) / (times * lends + shortest + byThread * size * lends)
      }
      own[at] = 1
      ;(scores[at] as number) += score
    }
  }
  for (let i = 0; i < count; i++) {
    const at = found[i] as number
    if (alone[at] === 0) (scores[at] as number) += threadScores[thread[at] as number] as number
  }
  // After all have had theirs: items of one thread share it.
  for (let i = 0; i < count; i++) threadScores[thread[found[i] as number] as number] = 0
  foundBefore = count
  return { found: found.subarray(0, count), scores, own }
}

/** The average length of an item with its neighbours, from how many items threads have. */
function contextAverage(facts: OwnerFacts, recipe: Recipe): number {
  const { neighbour, secondNeighbour } = recipe
  const perThread = facts.threads === 0 ? 1 : facts.items / facts.threads
  const beside = 2 * neighbour * (perThread - 1) + 2 * secondNeighbour * Math.max(0, perThread - 2)
  const lent = facts.items === 0 ? 1 : lentLength(facts, recipe) / facts.items
  return facts.averageLength + (lent * beside) / perThread
}

/** What of its words each speaker lends to those around, by place in `facts.speakers`. */
const lentBy = (facts: OwnerFacts, { assistantLends }: Recipe): Float64Array =>
  Float64Array.from(facts.speakers, ({ kind }) => (kind === 'assistant' ? assistantLends : 1))

const lentLength = ({ totalLength, assistantLength }: OwnerFacts, { assistantLends }: Recipe): number =>
  totalLength - (1 - assistantLends) * assistantLength

function lengthAround(
  facts: OwnerFacts,
  { neighbour, secondNeighbour }: Recipe,
  lent: Float64Array,
  at: number,
): number {
  const { previous, next, length, speaker } = facts
  const lends = (other: number) => (length[other] as number) * (lent[speaker[other] as number] as number)
  let around = length[at] as number
  const before = previous[at] as number
  if (before !== none) {
    around += neighbour * lends(before)
    const before2 = previous[before] as number
    if (before2 !== none) around += secondNeighbour * lends(before2)
  }
  const after = next[at] as number
  if (after !== none) {
    around += neighbour * lends(after)
    const after2 = next[after] as number
    if (after2 !== none) around += secondNeighbour * lends(after2)
  }
  return around
}
