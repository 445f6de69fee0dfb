/**
 * What the graph of entities needs of an engine. SQL always answers; Neo4j answers instead where it is configured and up.
 * tests/conformance/graph-store.ts holds both to the same answers.
 *
 * Guarantees common to all questions:
 * - `ownerId` comes first and bounds everything.
 * - Only memories that `rule` lets its app read count (memory/access.ts): an entity that no such memory mentions does not
 *   exist, and nothing is counted, ordered or joined through another.
 * - `asOf` (Unix ms) says at which time a memory must have held; archived, paused and deleted ones never count.
 * - "Newest" is by arrival: `memory.seq` in SQL.
 * - Every answer is bounded, whatever an owner has.
 */
import type { ClientId, MemoryId, OwnerId } from '../../shared/brand.ts'
import type { AccessRule, Speaker } from '../schema.ts'
import type { EntityKind, Extraction, Knowledge } from './schema.ts'

/** An entity as it is shown: named as its newest mention of a known kind does, or its newest. */
export interface Entity {
  readonly key: string
  readonly name: string
  readonly kind: EntityKind
}

export interface EntityUse extends Entity {
  /** How many memories mention it. */
  readonly memories: number
}

export interface EntitiesRequest {
  readonly asOf: number
  readonly limit: number
  /** Only these. */
  readonly keys?: readonly string[] | undefined
  /** Only those whose key contains it. */
  readonly contains?: string | undefined
}

/** That a memory mentions an entity. */
export interface Shared extends Entity {
  readonly memoryId: MemoryId
  /** The memory's place in the order of arrival. */
  readonly seq: number
}

/** Two entities that a memory names together. */
export interface Link {
  readonly from: string
  readonly to: Entity
  /** The newest memory that names both. */
  readonly memoryId: MemoryId
  /** How that memory relates them, if it does; `reversed`: from `to` to `from`. The first by name, forwards before backwards. */
  readonly relation: { readonly predicate: string; readonly reversed: boolean } | undefined
}

export interface TimelineRequest {
  /** Inclusive, Unix ms. */
  readonly from: number | undefined
  readonly to: number | undefined
  readonly limit: number
  readonly descending: boolean
}

export interface TimelineEntry {
  readonly memoryId: MemoryId
  /** When it happened, or since when it holds. */
  readonly at: number
}

/** So many of the newest memories of an entity take part in `shared` and `links`; of a person named everywhere the rest say little. */
export const memoriesPerEntity = 50

export interface GraphStore {
  /** The most mentioned first, then by key. */
  entities(ownerId: OwnerId, rule: AccessRule, request: EntitiesRequest): Promise<readonly EntityUse[]>
  /**
   * For each entity that the memory mentions, its `memoriesPerEntity` newest other memories, newest first; entities by key.
   * Whether `id` itself may be read the caller has checked.
   */
  shared(ownerId: OwnerId, rule: AccessRule, id: MemoryId, asOf: number): Promise<readonly Shared[]>
  /**
   * For each key in turn, the other entities that its `memoriesPerEntity` newest memories name, those of the newest memory
   * first, then by key; each once.
   */
  links(ownerId: OwnerId, rule: AccessRule, keys: readonly string[], asOf: number): Promise<readonly Link[]>
  /** The memories that mention an entity in the order of their times, then of arrival; also those that hold no more. */
  timeline(ownerId: OwnerId, rule: AccessRule, key: string, request: TimelineRequest): Promise<readonly TimelineEntry[]>
}

/** A memory as the graph has it: everything that its questions look at, and no text. */
export interface GraphMemory extends Knowledge {
  readonly id: MemoryId
  readonly seq: number
  readonly version: number
  readonly appId: ClientId
  readonly categories: readonly string[]
  readonly state: string
  readonly validFrom: number
  readonly validTo: number | undefined
  readonly occurredAt: number | undefined
}

/** A memory's text, for a model that reads it. */
export interface MemoryText {
  readonly content: string
  readonly contentHash: string
  readonly speaker: Speaker
  readonly recordedAt: number
}

/** The truth that a graph is made from, and what a model adds to it. */
export interface GraphSource {
  /** Those of the ids that exist; of a tombstone nothing is mentioned. */
  graphMemories(ownerId: OwnerId, ids: readonly MemoryId[]): Promise<readonly GraphMemory[]>
  /** The texts of those that are there. */
  texts(ownerId: OwnerId, ids: readonly MemoryId[]): Promise<readonly MemoryText[]>
  /** Derives the entities of an owner's memories, or of all owners', anew: when they are next asked for or written. */
  renew(ownerId: OwnerId | undefined): Promise<void>
  /** What is known of each of these memories, those that are there and that the rule lets be read. */
  knowledge(
    ownerId: OwnerId,
    rule: AccessRule,
    id: MemoryId,
  ): Promise<(Knowledge & Pick<Extraction, 'facts'>) | undefined>
  /**
   * Keeps what a model derived of a memory, in place of what it derived before, unless the text is another by now
   * (`contentHash`). Categories and the time are taken over only where the memory has none, as an update by `appId`, and no
   * category by which the owner limits an app.
   * Returns whether it was kept.
   */
  keepExtraction(
    ownerId: OwnerId,
    id: MemoryId,
    contentHash: string,
    derived: Extraction & { readonly categories: readonly string[]; readonly occurredAt: number | undefined },
    by: { readonly appId: ClientId; readonly at: number },
  ): Promise<boolean>
}

/** A graph that is written behind the truth, by jobs. What it is given again changes nothing; an older version is refused. */
export interface GraphProjection {
  /** Makes these memories of an owner what is given, and takes out those of `gone`. */
  put(ownerId: OwnerId, memories: readonly GraphMemory[], gone: readonly MemoryId[]): Promise<void>
  /** Takes out all that it has of an owner. */
  clear(ownerId: OwnerId): Promise<void>
}
