import type { ClientId, MemoryId, OwnerId } from '../../shared/brand.ts'
import type { Annotations } from '../graph/schema.ts'
import type { Memory, MemoryState, Metadata, Source, Speaker } from '../schema.ts'

/** A memory about to be written. */
export interface Draft {
  readonly id: MemoryId
  readonly content: string
  readonly contentHash: string
  readonly speaker: Speaker
  readonly categories: readonly string[]
  readonly metadata: Metadata
  readonly annotations?: Annotations | undefined
  /** Undefined: the app's running thread (see `AddPolicy.threadGapMs`). */
  readonly threadId: string | undefined
  readonly occurredAt: number | undefined
  readonly validFrom: number | undefined
  readonly source: Source
}

/** The domain's judgement of a write, passed in so that every engine judges alike. */
export interface AddPolicy {
  readonly at: number
  /** Adds of one app that name no thread and lie less than this apart form one. */
  readonly threadGapMs: number
  /** Memories that were handed out to any app of the owner since then are given to `isEcho`, the newest of them (`mostRecalled` of change/add). */
  readonly recalledSince: number
  /** Whether a text is what this server itself returned. */
  isEcho(content: string, recalled: readonly Memory[]): boolean
}

export type AddStatus = 'added' | 'duplicate' | 'recalled'

export interface AddOutcome {
  readonly status: AddStatus
  /** The new memory; for a duplicate the one that already said it; undefined for recalled text. */
  readonly memory: Memory | undefined
}

/** What `update` may change; what is undefined stays. */
export interface MemoryChange {
  readonly content?: { readonly text: string; readonly hash: string }
  readonly categories?: readonly string[]
  readonly metadata?: Metadata
  /** Undefined while the text changes: those that the new text names (`annotationsAfter`). */
  readonly annotations?: Annotations
  readonly occurredAt?: number
}

export interface WriteOptions {
  readonly at: number
  /** The version the caller has seen; another one is `Fault('precondition_failed')`. */
  readonly ifVersion?: number | undefined
}

export type SortColumn = 'createdAt' | 'content' | 'app' | 'categories'

/** Which memories; every part that is given must hold. */
export interface MemoryFilter {
  readonly states: readonly MemoryState[]
  readonly appIds?: readonly ClientId[] | undefined
  /** In one of these. */
  readonly categories?: readonly string[] | undefined
  /** Created from (inclusive) and to (inclusive). */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Contained in the text, without regard to ASCII case. */
  readonly contains?: string | undefined
  readonly threadId?: string | undefined
  /** Only what held at that time; undefined: whatever the validity. */
  readonly asOf?: number | undefined
}

/** How much is read of the texts of a page, each of which may be very long. */
export interface TextsRead {
  /** Whole are those of so many characters (code points) at most, as far as so many bytes go, their metadata included. */
  readonly wholeCharacters: number
  readonly wholeBytes: number
  /** So many characters are read of each of the others. */
  readonly beginningCharacters: number
}

export interface ListRequest {
  readonly filter: MemoryFilter
  readonly sort: SortColumn
  readonly descending: boolean
  readonly limit: number
  /** Ends with the memory whose text, metadata and annotations bring the page to so many bytes: texts may be of any length. */
  readonly bytes?: number | undefined
  /** All of each text, unless given. */
  readonly texts?: TextsRead | undefined
  /** How many to skip; not together with `after`. */
  readonly offset?: number | undefined
  /** Goes on after this memory, in order of creation only. */
  readonly after?: { readonly createdAt: number; readonly id: MemoryId } | undefined
}

export interface MemoryPage {
  readonly items: readonly Memory[]
  /** Those of them whose text is its beginning alone, by `texts`. */
  readonly cut?: ReadonlySet<MemoryId> | undefined
  /** All that the filter matches. */
  readonly total: number
}

/** The memories themselves. */
export interface Memories {
  /**
   * Writes drafts in their order, all or none. An exact duplicate (same hash) of a memory that still holds and that the app
   * may read is not written again, nor is recalled text.
   * @throws Fault `forbidden` when the app may not write
   */
  add(ownerId: OwnerId, appId: ClientId, drafts: readonly Draft[], policy: AddPolicy): Promise<readonly AddOutcome[]>
  /** Those of the ids that exist and that the app may read, in the order of the ids; tombstones are not given. */
  get(ownerId: OwnerId, appId: ClientId, ids: readonly MemoryId[]): Promise<readonly Memory[]>
  list(ownerId: OwnerId, appId: ClientId, request: ListRequest): Promise<MemoryPage>
  /** @throws Fault `not_found`, `forbidden`, `precondition_failed` */
  update(ownerId: OwnerId, appId: ClientId, id: MemoryId, change: MemoryChange, options: WriteOptions): Promise<Memory>
  /**
   * Moves those it may change into a state and returns how many moved. `deleted` is not a state to move to. By a filter it may be done
   * in portions: what is written meanwhile stays as it is.
   */
  setState(
    ownerId: OwnerId,
    appId: ClientId,
    which: readonly MemoryId[] | MemoryFilter,
    state: Exclude<MemoryState, 'deleted'>,
    options: WriteOptions,
  ): Promise<number>
  /**
   * Erases the texts of those it may change, in the table, the index, events and the access log, and leaves tombstones.
   * Returns the ids that were erased. @throws Fault `forbidden`, `precondition_failed`
   */
  delete(
    ownerId: OwnerId,
    appId: ClientId,
    ids: readonly MemoryId[],
    options: WriteOptions,
  ): Promise<readonly MemoryId[]>
  /** The same for every memory that it may change and that was there when it began, perhaps in portions; returns how many. */
  deleteAll(ownerId: OwnerId, appId: ClientId, options: WriteOptions): Promise<number>
  /** Categories of active and paused memories with their counts, the most used first. */
  categories(ownerId: OwnerId, appId: ClientId, limit: number): Promise<readonly { name: string; count: number }[]>
  /** How many memories the app may read, by state. */
  counts(ownerId: OwnerId, appId: ClientId): Promise<Readonly<Record<MemoryState, number>>>
}
