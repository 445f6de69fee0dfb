import type { MemoryId, OwnerId } from '../../shared/brand.ts'
import type { OwnerFacts } from './facts.ts'
import type { PackedPostings } from './postings.ts'

/** One owner's index as it stands. */
export interface OwnerIndex {
  /** Shared with other searches of the process and brought forward by them: read it, keep nothing of it. */
  readonly facts: OwnerFacts
  /** The packed postings of those terms that have any. An ordinal that `facts` does not know was written meanwhile. */
  postings(terms: readonly string[]): Promise<PackedPostings>
}

/** The owner's index of words, kept in the memory's own transaction: what is committed can be found, by every process. */
export interface RecallIndex {
  open(ownerId: OwnerId): Promise<OwnerIndex>
  /** Which memories stand at ordinals; what was removed meanwhile is left out. */
  memoriesAt(ownerId: OwnerId, ordinals: readonly number[]): Promise<ReadonlyMap<number, MemoryId>>
}
