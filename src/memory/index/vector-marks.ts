/**
 * Up to where an owner's items have their vectors: both engines keep these marks in the owner's row of the index, and move them as
 * `VectorIndex` says. Pure.
 */
import type { EmbeddingClaim } from './ports.ts'

/** Which items have their vectors. */
export interface VectorMark {
  /** Whose vectors there are; empty before the first. */
  readonly space: string
  readonly vectors_to: number
  readonly next_ordinal: number
}

/** Whether items of the owner wait for a vector in the space; another space's are all to be made. */
export const lacksVectors = ({ space: kept, vectors_to, next_ordinal }: VectorMark, space: string): boolean =>
  (kept === space ? vectors_to : 0) < next_ordinal

/** How far the job that embeds has come with an owner's items. */
export interface EmbeddingMark {
  /** The owner's in the index. */
  readonly key: number
  readonly space: string
  /** It has gone through the items below it. */
  readonly embedded_to: number
  readonly next_ordinal: number
}

/** The item with which it goes on in a space; of another space all are to be made. */
export const goesOnAt = ({ space: kept, embedded_to }: EmbeddingMark, space: string): number =>
  kept === space ? embedded_to : 0

/** What it takes of an owner: `items` from there on, up to `count` of them, or fewer where there are no more. */
export function claimOf(
  { key, next_ordinal }: EmbeddingMark,
  space: string,
  items: EmbeddingClaim['items'],
  count: number,
): EmbeddingClaim {
  const last = items.at(-1)
  const to = items.length < count || last === undefined ? next_ordinal : last.ordinal + 1
  return { owner: key, space, items, to }
}
