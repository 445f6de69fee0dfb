/** Working memory of scoring, kept between questions: ranking does not wait, so only one question uses it at a time. */
export interface Workspace {
  readonly items: number
  /** All by ordinal, 0 where nothing is known. What of a term is in an item and around it. */
  readonly frequency: Float64Array
  readonly scores: Float64Array
  /** Bits of `mark`. */
  readonly marks: Uint8Array
  /** The number of the count that saw an item last. */
  readonly seenBy: Uint32Array
  /** Lists of ordinals. */
  readonly touched: Int32Array
  readonly found: Int32Array
  /** By thread. */
  readonly threadFrequency: Float64Array
  readonly threadScores: Float64Array
  /** The place behind those of a thread that a term touches. */
  readonly threadTouched: Int32Array
  /** Lists of threads. */
  readonly touchedThreads: Int32Array
  readonly scoredThreads: Int32Array
  /** How many are in `scoredThreads`. */
  threads: number
  /** How many counts there were. */
  counts: number
}

export const mark = {
  /** Has a term among its own words. */
  own: 1,
  /** Is scored whatever it has. */
  always: 2,
  /** Is in `found`. */
  found: 4,
  /** Has a term, or stands beside one, and not alone. */
  around: 8,
} as const

const workspaceOf = (items: number): Workspace => ({
  items,
  frequency: new Float64Array(items),
  scores: new Float64Array(items),
  marks: new Uint8Array(items),
  seenBy: new Uint32Array(items),
  touched: new Int32Array(items),
  found: new Int32Array(items),
  threadFrequency: new Float64Array(items),
  threadScores: new Float64Array(items),
  threadTouched: new Int32Array(items),
  touchedThreads: new Int32Array(items),
  scoredThreads: new Int32Array(items),
  threads: 0,
  counts: 0,
})

const mostCounts = 2 ** 32 - 1
let workspace = workspaceOf(0)
let foundBefore = 0

/** Memory for items up to `ordinals`, clean but for what `release` still holds. There are no more threads than items. */
export function takeWorkspace(ordinals: number): Workspace {
  const { items, counts, found, scores } = workspace
  if (items < ordinals || counts >= mostCounts) workspace = workspaceOf(Math.ceil(ordinals * 1.25))
  else {
    for (let i = 0; i < foundBefore; i++) scores[found[i] as number] = 0
  }
  foundBefore = 0
  return workspace
}

/** Gives it back with `count` items in `found`: their scores stay readable until it is taken again. */
export function releaseWorkspace(count: number): Int32Array {
  foundBefore = count
  return workspace.found.subarray(0, count)
}

/** Puts an item behind the `count` that are found, if it is not among them. Returns how many there are then. */
export function enter({ marks, found }: Workspace, at: number, count: number): number {
  if (((marks[at] as number) & mark.found) !== 0) return count
  marks[at] = (marks[at] as number) | mark.found
  found[count] = at
  return count + 1
}
