/**
 * What is kept so that memories can be found, as search and the jobs behind it ask an engine for it: words, vectors, and making them anew.
 * This folder knows no question and no score: those are memory/rank's.
 */
import type { ClientId, OwnerId } from '../../shared/brand.ts'
import type { MemoryFilter } from '../ports.ts'
import type { Memory } from '../schema.ts'
import type { OwnerFacts } from './facts.ts'
import type { PassageLikeness } from './passages.ts'
import type { PackedPostings } from './postings.ts'

/** What to compare a question's meaning with. */
export interface NearestRequest {
  /** Of length 1, in `space`. */
  readonly vector: Float32Array
  readonly space: string
  /** How many of the nearest items to find. */
  readonly count: number
  /** Items to compare besides the nearest, by ordinal. */
  readonly also: readonly number[]
  /** More of them: those that most questions of the owner are compared with, some tens. */
  readonly sample: readonly number[]
  /** Which accepted items stand beside one: they are compared with it. */
  beside(ordinal: number): readonly number[]
  /** Where the passages end that hold an item. */
  ends(ordinal: number): readonly number[]
  accept(ordinal: number): boolean
}

/** How alike items are to a vector. */
export interface Likenesses {
  /** By ordinal. */
  readonly cosines: ReadonlyMap<number, number>
  /** Undefined where they are exact. */
  readonly rounding?: Rounding | undefined
}

/** Of cosines that were told from rounded vectors. */
export interface Rounding {
  /** Hardly ever is one of them further off: see rounded-vectors. */
  readonly error: number
  /** The exact cosines of items, by ordinal, as far as they still have a vector. Asked in the search that they are for. */
  exact(ordinals: readonly number[]): ReadonlyMap<number, number>
}

/** So many items of one entity are looked at, the newest of those that the app may read and that are asked for. */
export const mostLinked = 500

/** Which entities are looked for, and in which memories: none of the others counts towards `mostLinked`, nor can it be told from it. */
export interface LinkedRequest {
  keys(): readonly string[]
  /** Whose rule says what may be read. */
  readonly appId: ClientId
  readonly filter: MemoryFilter
}

/** Ordinals of items by the key of an entity that they are linked to and do not name. */
export type Linked = ReadonlyMap<string, readonly number[]>

/** One owner's index as it stands. */
export interface OwnerIndex {
  /** Shared with other searches of the process and brought forward by them: read it, keep nothing of it. */
  readonly facts: OwnerFacts
  /** Whether words of some memories may not be found: its index is being made, or is of another program. */
  readonly incomplete: boolean
  /** The packed postings of those terms that have any. An ordinal that `facts` does not know was written meanwhile. */
  postings(terms: readonly string[]): Promise<PackedPostings>
  /** Of the entity keys that `open` was asked for, those that items are linked to beyond their text; the newest `mostLinked` of each. */
  readonly linked: Linked
  /** The cosines of the nearest accepted items, of `also` and of those beside either, as far as they have a vector in the space. */
  nearest(request: NearestRequest): Promise<Likenesses>
  /** Whether items wait for their vector in the space: known from the owner's own row, without a count. */
  lacksVectors(space: string): boolean
  /** How alike passages are to a vector, as far as `nearest` has read them: asked after it, of the same vector and space. */
  passages(vector: Float32Array, space: string): PassageLikeness
}

export type ExpectedTerms = (facts: OwnerFacts) => Promise<readonly string[]>

/** The owner's index of words, kept in the memory's own transaction: what is committed can be found, by every process. */
export interface RecallIndex {
  /**
   * `expected` says from facts that may be a little old which postings will be asked for: a server can give them in the same turn.
   * `entities` says which entities the question may name (SQLite asks only for an owner with linked memories); left out, none.
   */
  open(ownerId: OwnerId, expected?: ExpectedTerms, entities?: LinkedRequest): Promise<OwnerIndex>
  /** The memories at ordinals, as `Memories.get` gives them to the app; what was removed meanwhile is left out. */
  memoriesAt(ownerId: OwnerId, appId: ClientId, ordinals: readonly number[]): Promise<ReadonlyMap<number, Memory>>
}

/** Items of one owner that a process has taken to embed. */
export interface EmbeddingClaim {
  /** The engine's own number of the owner's index: another one means that the index was made anew. */
  readonly owner: number
  readonly space: string
  readonly items: readonly {
    readonly ordinal: number
    /** Undefined where it has its vector, and only the passage that ends at it is made anew. */
    readonly text: string | undefined
    /** The text of the passage that ends at it, where one does. */
    readonly passage?: string | undefined
  }[]
  /** The owner has vectors for all items below it once this claim is done; undefined of passages, which leave the mark alone. */
  readonly to: number | undefined
}

/**
 * Vectors as a projection of the index: each owner has a mark up to which items have theirs, kept with the index. What is above
 * the mark is what is to be done, so nothing is lost by a crash, and another space of vectors moves the mark back to 0. A passage
 * below the mark that was erased with a memory in it waits in a list, and search does not say that anything is missing.
 */
export interface VectorIndex {
  /**
   * Takes the next items of the owner who waits longest, for `leaseMs`; where all have their vectors, passages that are to be made
   * anew; undefined when nothing waits.
   */
  claim(space: string, count: number, at: number, leaseMs: number): Promise<EmbeddingClaim | undefined>
  /**
   * Keeps the vectors of a claim, in its order, and moves the mark; undefined for an item that cannot be embedded. Of a passage a
   * code is kept, unless a memory in it has changed since: then it waits again.
   */
  keep(
    claim: EmbeddingClaim,
    vectors: readonly (Float32Array | undefined)[],
    passages?: readonly (Float32Array | undefined)[],
  ): Promise<void>
  /** Prolongs the lease of a claim, to end `leaseMs` after `at`; nothing where it has ended or the claim is done. */
  extend(claim: EmbeddingClaim, at: number, leaseMs: number): Promise<void>
  /** Gives a claim back after a failure, to be taken again from `at` on. */
  release(claim: EmbeddingClaim, at: number): Promise<void>
  /** Has the index of words, or the vectors, of an owner or of all owners made anew, by the job. Returns how many owners. */
  renew(what: 'index' | 'embeddings', ownerId: OwnerId | undefined, at: number): Promise<number>
  /** What still waits for the job, whoever has it in hand. Looks at up to `mostOwnersBehind` owners, and at none of those who wait for none. */
  behind(space: string): Promise<VectorsBehind>
}

/** How many owners are looked at to say what waits for vectors: when the model changes, all of them wait. */
export const mostOwnersBehind = 1_000
/** How many passages are counted of those that wait to be made anew. */
export const mostPassagesBehind = 10_000

export interface VectorsBehind {
  /** Items, those that were removed since counted in, and passages that are to be made anew. */
  readonly waiting: number
  /** When the oldest of the items was last written, or its owner's vectors were begun anew (Unix ms); undefined when no item waits. */
  readonly since: number | undefined
}

/** Making owners' indexes of words anew behind the requests, see memory/index/rebuilding. Any number of processes may do it. */
export interface IndexRebuild {
  /** Begins for whoever has memories and no index, or one of another analyzer. Touching an owner's memories begins it too. */
  begin(): Promise<void>
  /** Does the next portion, a transaction of its own; false when there is nothing to do. */
  goOn(): Promise<boolean>
}
