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
}

const workspaceOf = (size: number): Workspace => ({
  frequency: new Float64Array(size),
  contextLength: new Float64Array(size),
  scores: new Float64Array(size),
  own: new Uint8Array(size),
  touched: new Int32Array(size),
  found: new Int32Array(size),
})

/** Working memory, kept between calls: ranking does not wait, so only one call uses it at a time. */
let workspace = workspaceOf(0)
let foundBefore = 0

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
  const { frequency, contextLength, scores, own, touched, found } = prepare(facts.ordinals)
  const { k1, b, neighbour, secondNeighbour } = recipe
  const { previous, next, length, thread, averageLength, speaker } = facts
  const averageContext = contextAverage(facts, recipe)
  const lent = lentBy(facts, recipe)
  let count = 0

  for (const { weight, postings } of terms) {
    let touches = 0
    for (let i = 0; i < postings.count; i++) {
      const at = postings.ordinals[i] as number
      const times = postings.frequencies[i] as number
      if (frequency[at] === 0) touched[touches++] = at
      ;(frequency[at] as number) += times
      const near = times * neighbour * (lent[speaker[at] as number] as number)
      const far = times * secondNeighbour * (lent[speaker[at] as number] as number)
      const before = previous[at] as number
      if (before !== none) {
        if (frequency[before] === 0) touched[touches++] = before
        ;(frequency[before] as number) += near
        const before2 = previous[before] as number
        if (before2 !== none) {
          if (frequency[before2] === 0) touched[touches++] = before2
          ;(frequency[before2] as number) += far
        }
      }
      const after = next[at] as number
      if (after !== none) {
        if (frequency[after] === 0) touched[touches++] = after
        ;(frequency[after] as number) += near
        const after2 = next[after] as number
        if (after2 !== none) {
          if (frequency[after2] === 0) touched[touches++] = after2
          ;(frequency[after2] as number) += far
        }
      }
    }
    const contextGain = recipe.context * weight * rarity(facts.items, touches) * (k1 + 1)
    for (let i = 0; i < touches; i++) {
      const at = touched[i] as number
      if (contextLength[at] === 0) {
        contextLength[at] = Math.max(1, lengthAround(facts, recipe, lent, at))
        found[count++] = at
      }
      const times = frequency[at] as number
      frequency[at] = 0
      const norm = k1 * (1 - b + (b * (contextLength[at] as number)) / averageContext)
      ;(scores[at] as number) += (contextGain * times) / (times + norm)
    }
    const ownGain = recipe.item * weight * rarity(facts.items, postings.count) * (k1 + 1)
    for (let i = 0; i < postings.count; i++) {
      const at = postings.ordinals[i] as number
      const times = postings.frequencies[i] as number
      const norm = k1 * (1 - b + (b * (length[at] as number)) / averageLength)
      own[at] = 1
      ;(scores[at] as number) += (ownGain * times) / (times + norm)
    }
  }
  const threadScores = scoreThreads(facts, terms, recipe, lent)
  for (let i = 0; i < count; i++) {
    const at = found[i] as number
    ;(scores[at] as number) += threadScores[thread[at] as number] as number
  }
  foundBefore = count
  return { found: found.subarray(0, count), scores, own }
}

/** BM25 of whole threads, by thread. */
function scoreThreads(
  facts: OwnerFacts,
  terms: readonly WeightedTerm[],
  recipe: Recipe,
  lent: Float64Array,
): Float64Array {
  const { k1, b } = recipe
  const { thread, threadLength, threadAssistantLength, speaker } = facts
  const kept = 1 - recipe.assistantLends
  const scores = new Float64Array(threadLength.length)
  const frequency = new Float64Array(threadLength.length)
  const touched = new Int32Array(threadLength.length)
  const averageLength = facts.threads === 0 ? 1 : Math.max(1, lentLength(facts, recipe) / facts.threads)
  for (const { weight, postings } of terms) {
    let touches = 0
    for (let i = 0; i < postings.count; i++) {
      const at = postings.ordinals[i] as number
      const where = thread[at] as number
      if (frequency[where] === 0) touched[touches++] = where
      ;(frequency[where] as number) += (postings.frequencies[i] as number) * (lent[speaker[at] as number] as number)
    }
    const gain = recipe.thread * weight * rarity(facts.threads, touches) * (k1 + 1)
    for (let i = 0; i < touches; i++) {
      const where = touched[i] as number
      const times = frequency[where] as number
      frequency[where] = 0
      const size = (threadLength[where] as number) - kept * (threadAssistantLength[where] as number)
      const norm = k1 * (1 - b + (b * size) / averageLength)
      ;(scores[where] as number) += (gain * times) / (times + norm)
    }
  }
  return scores
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
