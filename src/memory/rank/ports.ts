import type { MemoryId, OwnerId } from '../../shared/brand.ts'

/** What ranking needs of an owner's index for some terms: read in one go, so that an engine may be far away. */
export interface IndexSlice {
  /** How many items the owner has in the index, and the sum of their lengths in terms. */
  readonly items: number
  readonly totalLength: number
  /** One past the highest ordinal. */
  readonly ordinals: number
  /** Packed postings by term and block (see postings.ts). */
  readonly postings: ReadonlyMap<string, readonly { readonly block: number; readonly data: Uint8Array }[]>
  /** The length of the item at an ordinal, in terms. */
  lengthAt(ordinal: number): number
}

/** An item that ranking found. */
export interface Ranked {
  readonly ordinal: number
  /** Above 0; comparable within one answer. */
  readonly score: number
  /** The terms of the question that it has. */
  readonly matched: readonly string[]
}

/** The owner's index of words, kept in the memory's own transaction: what is committed can be found. */
export interface RecallIndex {
  read(ownerId: OwnerId, terms: readonly string[]): Promise<IndexSlice>
  /** Which memories stand at ordinals; what was removed meanwhile is left out. */
  memoriesAt(ownerId: OwnerId, ordinals: readonly number[]): Promise<ReadonlyMap<number, MemoryId>>
}
