/**
 * What the memory domain needs of an engine. One conformance suite (tests/conformance/memory-store.ts) holds every adapter to it.
 *
 * Guarantees common to all methods:
 * - `ownerId` comes first and bounds everything: no method reads or changes another owner's rows, whatever ids it is given.
 * - `appId` is who asks. The app's access rule is read in the same transaction and applied in the query; a memory that
 *   the app may not read is as if it did not exist.
 * - What resolves is durable and whole; what rejects changed nothing. Writes of one owner happen one after the other.
 * - An engine that does not answer is `Fault('unavailable')`.
 */
import type { ClientId, MemoryId, OwnerId } from '../shared/brand.ts'
import type { EngineHealth } from '../shared/health.ts'
import type { Annotations } from './graph/schema.ts'
import type {
  AccessKind,
  AccessLogEntry,
  AccessRule,
  Memory,
  MemoryEvent,
  MemoryState,
  Metadata,
  Source,
  Speaker,
} from './schema.ts'

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
  /** Undefined while the text changes: those that the new text still bears out (`annotationsAfter`). */
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

export interface ListRequest {
  readonly filter: MemoryFilter
  readonly sort: SortColumn
  readonly descending: boolean
  readonly limit: number
  /** How many to skip; not together with `after`. */
  readonly offset?: number | undefined
  /** Goes on after this memory, in order of creation only. */
  readonly after?: { readonly createdAt: number; readonly id: MemoryId } | undefined
}

export interface MemoryPage {
  readonly items: readonly Memory[]
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
  /** Moves those it may change into a state and returns how many moved. `deleted` is not a state to move to. */
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
  /** The same for every memory that it may change; returns how many. */
  deleteAll(ownerId: OwnerId, appId: ClientId, options: WriteOptions): Promise<number>
  /** Categories of active and paused memories with their counts, the most used first. */
  categories(ownerId: OwnerId, appId: ClientId, limit: number): Promise<readonly { name: string; count: number }[]>
  /** How many memories the app may read, by state. */
  counts(ownerId: OwnerId, appId: ClientId): Promise<Readonly<Record<MemoryState, number>>>
}

/** Corrections that keep what they correct. */
export interface Corrections {
  /**
   * Writes `draft` as what holds from its `validFrom` (now unless given) on; until then `id` held. Where another memory that
   * still holds says the draft's text already, that one becomes the successor.
   * @throws Fault `not_found`, `forbidden`, `precondition_failed`; `conflict` when `id` holds no more or says the same already;
   * `invalid` when the draft begins before `id` did
   */
  supersede(
    ownerId: OwnerId,
    appId: ClientId,
    id: MemoryId,
    draft: Draft,
    options: WriteOptions,
  ): Promise<{ readonly closed: Memory; readonly memory: Memory }>
  /** Changes `id` to hold what `otherId` said too, and puts that one away. @throws Fault as `update`, for both */
  merge(
    ownerId: OwnerId,
    appId: ClientId,
    id: MemoryId,
    otherId: MemoryId,
    change: MemoryChange,
    options: WriteOptions,
  ): Promise<Memory>
  /**
   * Takes back the newest update, change of state, supersession or merge of a memory that was not taken back yet, on both
   * memories where two took part. Again takes back the one before.
   * @throws Fault as `update`; `conflict` when nothing is left to undo or the other memory was changed or erased since
   */
  undo(ownerId: OwnerId, appId: ClientId, id: MemoryId, options: WriteOptions): Promise<Memory>
}

/** A memory as an export kept it. */
export interface ImportedMemory extends Omit<Draft, 'validFrom'> {
  readonly appId: ClientId
  readonly state: Exclude<MemoryState, 'deleted'>
  readonly position: number | undefined
  readonly validFrom: number
  readonly validTo: number | undefined
  readonly supersedes: MemoryId | undefined
  readonly createdAt: number
  readonly updatedAt: number
}

/** What became of an imported memory. `skipped`: one with its id is there, or was erased. */
export type ImportStatus = 'added' | 'overwritten' | 'skipped'

export interface Imports {
  /**
   * Writes memories with the ids, times and states they had, all or none. One whose id the owner has already is skipped or
   * overwritten, as `mode` says; what was erased stays erased. Texts are not compared: an export comes back as it was. Each id
   * is among them once.
   * @throws Fault `forbidden` unless the app may write all
   */
  importAll(
    ownerId: OwnerId,
    appId: ClientId,
    memories: readonly ImportedMemory[],
    mode: 'skip' | 'overwrite',
    at: number,
  ): Promise<readonly ImportStatus[]>
}

export interface PageRequest {
  readonly limit: number
  readonly offset: number
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly total: number
}

/** A reading to be logged. */
export interface Reading {
  readonly memoryId: MemoryId
  readonly kind: AccessKind
  readonly query?: string
  readonly score?: number
}

/** What happened to memories and who read them. */
export interface History {
  /** Newest first; of a memory that the app may read (a tombstone's events are without texts). */
  events(ownerId: OwnerId, appId: ClientId, id: MemoryId, page: PageRequest): Promise<Page<MemoryEvent>>
  /** Oldest first, all memories of the owner, after `seq`: the change feed. */
  eventsAfter(ownerId: OwnerId, seq: number, limit: number): Promise<readonly MemoryEvent[]>
  /** The newest event's `seq`, 0 where nothing has happened. */
  lastEvent(ownerId: OwnerId): Promise<number>
  /** Keeps readings. The only write that may come late: it is durable within a second, and by `close`. */
  logAccess(ownerId: OwnerId, appId: ClientId, readings: readonly Reading[], at: number): void
  /** Newest first. */
  accessLog(ownerId: OwnerId, appId: ClientId, id: MemoryId, page: PageRequest): Promise<Page<AccessLogEntry>>
}

/** One app as its user sees it. */
export interface AppUse {
  readonly appId: ClientId
  readonly rule: AccessRule
  readonly memoriesCreated: number
  /** Distinct memories it was given. */
  readonly memoriesAccessed: number
  readonly firstAccessed: number | undefined
  readonly lastAccessed: number | undefined
}

export interface Apps {
  /** Apps that wrote, read or have a rule; at most 1,000. */
  apps(ownerId: OwnerId): Promise<readonly AppUse[]>
  app(ownerId: OwnerId, appId: ClientId): Promise<AppUse | undefined>
  /** What one app was given, the most often given first; as far as `readerId` may read it. */
  accessedBy(
    ownerId: OwnerId,
    readerId: ClientId,
    appId: ClientId,
    page: PageRequest,
  ): Promise<Page<{ readonly memory: Memory; readonly count: number }>>
  /** The app's rule, open unless one was set. */
  rule(ownerId: OwnerId, appId: ClientId): Promise<AccessRule>
  setRule(ownerId: OwnerId, rule: AccessRule): Promise<void>
}

export type Begun<T> =
  | { readonly kind: 'begin' }
  | { readonly kind: 'done'; readonly result: T }
  | { readonly kind: 'running' }
  | { readonly kind: 'erased' }
  | { readonly kind: 'other_input' }

export interface KeptResult {
  readonly result: unknown
  readonly holdsTexts: boolean
}

/** What may happen once: confirmed deletions, and writes with an Idempotency-Key. */
export interface Onces {
  /** Keeps the hash of a confirmation for one action until `expiresAt`. */
  keepConfirmation(ownerId: OwnerId, appId: ClientId, action: string, hash: string, expiresAt: number): Promise<void>
  /** Whether it was kept, has not expired and belongs to them; it is gone afterwards. Of any number of takers one is told true. */
  takeConfirmation(ownerId: OwnerId, appId: ClientId, action: string, hash: string, at: number): Promise<boolean>
  /** Claims a key: exactly one of any number of callers is told `begin` until it ends, or for a minute. */
  beginOnce(ownerId: OwnerId, appId: ClientId, key: string, fingerprint: string, at: number): Promise<Begun<unknown>>
  /**
   * Keeps the result (JSON) until `expiresAt`. One that holds texts of memories is `erased` instead if memories were erased, or the
   * app was limited, since it began: the texts could be theirs.
   */
  endOnce(ownerId: OwnerId, appId: ClientId, key: string, kept: KeptResult, expiresAt: number): Promise<void>
  /** Gives the key up after a failure, so that it may be tried again. */
  dropOnce(ownerId: OwnerId, appId: ClientId, key: string): Promise<void>
}

/** A person's own settings, as JSON. */
export interface Preferences {
  preferences(ownerId: OwnerId): Promise<Metadata>
  setPreferences(ownerId: OwnerId, value: Metadata): Promise<void>
}

/** How much of a person was removed. */
export interface ErasedAccount {
  readonly memories: number
  readonly events: number
  readonly readings: number
  readonly rules: number
}

export interface Accounts {
  /**
   * Removes everything that is kept of a person: memories and tombstones, index, vectors, entities, events, readings, rules,
   * settings, confirmations and kept results; and leaves a job that does so in a graph elsewhere.
   */
  eraseOwner(ownerId: OwnerId, at: number): Promise<ErasedAccount>
}

export interface MemoryStore extends Memories, Corrections, Imports, History, Apps, Onces, Preferences, Accounts {
  health(): Promise<EngineHealth>
  close(): Promise<void>
}

/** How apps are called: the names their clients registered. */
export interface AppNames {
  /** Names of those that are known. */
  names(appIds: readonly ClientId[]): Promise<ReadonlyMap<ClientId, string>>
}

export interface Profile {
  readonly name?: string
  readonly email?: string
  readonly nickname?: string
}

/** Who a person is, as far as they told at sign-in. */
export interface Profiles {
  profile(ownerId: OwnerId): Promise<Profile | undefined>
}
