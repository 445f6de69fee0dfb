/** How lengths count: of an item, of those around it and of its thread. */
import type { OwnerFacts } from '../index/facts.ts'
import { none } from '../index/item-facts.ts'
import { type Recipe, reach } from './recipe.ts'

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
