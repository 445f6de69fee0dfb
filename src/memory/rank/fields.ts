/**
 * BM25 (Robertson and Zaragoza, 2009, section 3) over three fields of an item: its own words, those of its neighbours in the
 * thread, and those of the whole thread. All three come from one index of own words: a posting counts for those around it.
 */
import { none, type OwnerFacts } from './facts.ts'
import type { Recipe } from './recipe.ts'

/** The items that have a term, in ascending order, with how often. */
export interface TermPostings {
  readonly ordinals: Int32Array
  readonly frequencies: Int32Array
  readonly count: number
}

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

/** Working memory, kept between calls: ranking does not wait, so only one call uses it at a time. All zero between calls. */
let frequency = new Float64Array(0)
let contextLength = new Float64Array(0)
let scores = new Float64Array(0)
let own = new Uint8Array(0)
let threadFrequency = new Float64Array(0)
let threadScores = new Float64Array(0)
let found = new Int32Array(0)
let foundBefore = 0

function prepare(facts: OwnerFacts): void {
  if (scores.length < facts.ordinals) {
    const size = Math.ceil(facts.ordinals * 1.25)
    frequency = new Float64Array(size)
    contextLength = new Float64Array(size)
    scores = new Float64Array(size)
    own = new Uint8Array(size)
    found = new Int32Array(size)
  } else {
    for (let i = 0; i < foundBefore; i++) {
      const at = found[i] ?? 0
      scores[at] = 0
      own[at] = 0
      contextLength[at] = 0
    }
  }
  foundBefore = 0
  if (threadScores.length < facts.threadItems.length) {
    const size = Math.ceil(facts.threadItems.length * 1.25)
    threadFrequency = new Float64Array(size)
    threadScores = new Float64Array(size)
  }
}

const rarity = (documents: number, having: number): number =>
  Math.log(1 + Math.max(0, documents - having + 0.5) / (having + 0.5))

/** Scores everything that a term touches. Equal input gives equal output on every engine. */
export function scoreFields(facts: OwnerFacts, terms: readonly WeightedTerm[], recipe: Recipe): FieldScores {
  prepare(facts)
  const { k1, b, neighbour, secondNeighbour } = recipe
  const { previous, next, length, thread } = facts
  const averageLength = facts.averageLength
  const perThread = facts.threads === 0 ? 1 : facts.items / facts.threads
  const averageContext =
    averageLength *
    (1 + (2 * neighbour * (perThread - 1) + 2 * secondNeighbour * Math.max(0, perThread - 2)) / perThread)
  const averageThread = facts.threads === 0 ? 1 : facts.totalLength / facts.threads
  const touched: number[] = []
  const threadTouched: number[] = []
  const threadsFound: number[] = []
  let count = 0

  const lengthAround = (at: number): number => {
    const before = previous[at] ?? none
    const after = next[at] ?? none
    const before2 = before === none ? none : (previous[before] ?? none)
    const after2 = after === none ? none : (next[after] ?? none)
    const itself = length[at] ?? 0
    const near = (before === none ? 0 : (length[before] ?? 0)) + (after === none ? 0 : (length[after] ?? 0))
    const far = (before2 === none ? 0 : (length[before2] ?? 0)) + (after2 === none ? 0 : (length[after2] ?? 0))
    return itself + neighbour * near + secondNeighbour * far
  }
  const touch = (at: number, amount: number) => {
    if (frequency[at] === 0) touched.push(at)
    frequency[at] = (frequency[at] ?? 0) + amount
  }

  for (const { weight, postings } of terms) {
    if (postings.count === 0) continue
    touched.length = 0
    threadTouched.length = 0
    const ownRarity = rarity(facts.items, postings.count)
    for (let i = 0; i < postings.count; i++) {
      const at = postings.ordinals[i] ?? 0
      const times = postings.frequencies[i] ?? 0
      touch(at, times)
      const before = previous[at] ?? none
      if (before !== none) {
        touch(before, times * neighbour)
        const before2 = previous[before] ?? none
        if (before2 !== none) touch(before2, times * secondNeighbour)
      }
      const after = next[at] ?? none
      if (after !== none) {
        touch(after, times * neighbour)
        const after2 = next[after] ?? none
        if (after2 !== none) touch(after2, times * secondNeighbour)
      }
      const where = thread[at] ?? 0
      if (threadFrequency[where] === 0) threadTouched.push(where)
      threadFrequency[where] = (threadFrequency[where] ?? 0) + times
    }
    const contextRarity = recipe.context * weight * rarity(facts.items, touched.length)
    for (const at of touched) {
      if (contextLength[at] === 0) {
        contextLength[at] = Math.max(1, lengthAround(at))
        found[count++] = at
      }
      const times = frequency[at] ?? 0
      frequency[at] = 0
      const norm = k1 * (1 - b + (b * (contextLength[at] ?? 1)) / averageContext)
      scores[at] = (scores[at] ?? 0) + (contextRarity * times * (k1 + 1)) / (times + norm)
    }
    for (let i = 0; i < postings.count; i++) {
      const at = postings.ordinals[i] ?? 0
      const times = postings.frequencies[i] ?? 0
      own[at] = 1
      const norm = k1 * (1 - b + (b * (length[at] ?? 0)) / averageLength)
      scores[at] = (scores[at] ?? 0) + (recipe.item * weight * ownRarity * times * (k1 + 1)) / (times + norm)
    }
    const threadRarity = recipe.thread * weight * rarity(facts.threads, threadTouched.length)
    for (const where of threadTouched) {
      const times = threadFrequency[where] ?? 0
      threadFrequency[where] = 0
      const norm = k1 * (1 - b + (b * (facts.threadLength[where] ?? 0)) / averageThread)
      if (threadScores[where] === 0) threadsFound.push(where)
      threadScores[where] = (threadScores[where] ?? 0) + (threadRarity * times * (k1 + 1)) / (times + norm)
    }
  }
  for (let i = 0; i < count; i++) {
    const at = found[i] ?? 0
    scores[at] = (scores[at] ?? 0) + (threadScores[thread[at] ?? 0] ?? 0)
  }
  for (const where of threadsFound) threadScores[where] = 0
  foundBefore = count
  return { found: found.subarray(0, count), scores, own }
}
