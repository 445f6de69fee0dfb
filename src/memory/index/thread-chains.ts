/**
 * Threads as chains of items, in columns by ordinal: an item joins its thread where its position says, and leaves it. Called by
 * `OwnerFacts`, whose columns they are; `scoreFields` settles places before it reads them.
 */
import { none } from './item-facts.ts'

export interface Chains {
  readonly position: Float64Array
  readonly thread: Int32Array
  /** The item before and the item after in the thread, or `none`. */
  readonly previous: Int32Array
  readonly next: Int32Array
  /** Its place in the thread from 0, as `settlePlaces` leaves it: not of threads that are not in order. */
  readonly place: Int32Array
  /** 1 for the only item of its thread. */
  readonly alone: Uint8Array
  /** By thread: its last item, how many it has, and 1 where a later item has a lower ordinal: it was imported, or put in between. */
  readonly last: number[]
  readonly threadItems: number[]
  readonly threadUnordered: number[]
  /** Threads whose items have moved. */
  readonly displaced: Set<number>
  /** How many threads have an item. */
  threads: number
}

/** Puts an item into its thread by position; items mostly come in order, so the search begins at the end. */
export function joinThread(chains: Chains, at: number, thread: number): void {
  const { last, previous, next, threadItems } = chains
  const position = chains.position[at] ?? 0
  let before = last[thread] ?? none
  let after = none
  while (before !== none && (chains.position[before] ?? 0) > position) {
    after = before
    before = previous[before] ?? none
  }
  chains.thread[at] = thread
  previous[at] = before
  next[at] = after
  if (before !== none) next[before] = at
  if (after !== none) previous[after] = at
  else last[thread] = at
  if (after !== none || before > at) chains.displaced.add(thread)
  else chains.place[at] = before === none ? 0 : (chains.place[before] ?? 0) + 1
  for (const one of [before, after, at]) if (one !== none) chains.alone[one] = isAlone(chains, one)
  const items = (threadItems[thread] ?? 0) + 1
  threadItems[thread] = items
  chains.threadUnordered[thread] ??= 0
  if (items === 1) chains.threads += 1
}

/** Takes an item out of its thread. */
export function leaveThread(chains: Chains, at: number): void {
  const { last, previous, next, threadItems } = chains
  const thread = chains.thread[at] ?? none
  const before = previous[at] ?? none
  const after = next[at] ?? none
  if (before !== none) next[before] = after
  if (after !== none) {
    previous[after] = before
    chains.displaced.add(thread)
  } else last[thread] = before
  for (const left of [before, after]) if (left !== none) chains.alone[left] = isAlone(chains, left)
  const items = (threadItems[thread] ?? 1) - 1
  threadItems[thread] = items
  if (items === 0) chains.threads -= 1
}

/** Numbers the places of the threads whose items have moved; what comes behind all others of its thread moves none. */
export function settlePlaces({ displaced, last, previous, place, threadItems, threadUnordered }: Chains): void {
  for (const thread of displaced) {
    let unordered = 0
    let next = (threadItems[thread] ?? 0) - 1
    for (let at = last[thread] ?? none; at !== none; at = previous[at] ?? none) {
      place[at] = next--
      if ((previous[at] ?? none) > at) unordered = 1
    }
    threadUnordered[thread] = unordered
  }
  displaced.clear()
}

const isAlone = ({ previous, next }: Chains, at: number): number => (previous[at] === none && next[at] === none ? 1 : 0)
