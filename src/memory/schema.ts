/**
 * The model of a memory: what is kept of it, what happened to it, who read it and which app may.
 * Stores implement it, operations show it. It knows no store, no HTTP and no wire. Times are Unix milliseconds.
 */
import { type Static, Type } from '@sinclair/typebox'
import type { ClientId, MemoryId, OwnerId } from '../shared/brand.ts'
import type { Annotations } from './graph/schema.ts'

/** How much of anything there may be. */
export const limits = {
  idCharacters: 64,
  textCharacters: 100_000,
  categories: 20,
  categoryCharacters: 100,
  metadataCharacters: 16_000,
  threadCharacters: 200,
  nameCharacters: 200,
  /** An OAuth client id, which may be the address of a metadata document. */
  appIdCharacters: 2_000,
  queryCharacters: 4_000,
  batch: 1_000,
  pageSize: 100,
  page: 1_000_000,
  /** Memories named in one request. */
  ids: 1_000,
} as const

/** `paused` is withheld from recall until resumed, `archived` put away, `deleted` a tombstone without text. */
export const MemoryState = Type.Union(
  [Type.Literal('active'), Type.Literal('paused'), Type.Literal('archived'), Type.Literal('deleted')],
  {
    description:
      'active: recalled. paused: withheld from recall. archived: put away. deleted: a tombstone without text.',
  },
)
export type MemoryState = Static<typeof MemoryState>

/** Who said it: the person whose memory this is, another person, an assistant, or a document. */
export const SpeakerKind = Type.Union([
  Type.Literal('self'),
  Type.Literal('other'),
  Type.Literal('assistant'),
  Type.Literal('document'),
])
export type SpeakerKind = Static<typeof SpeakerKind>

export const Speaker = Type.Object(
  {
    kind: SpeakerKind,
    name: Type.Optional(Type.String({ minLength: 1, maxLength: limits.nameCharacters, description: 'Their name.' })),
  },
  { additionalProperties: false, description: 'Who said it; the person themselves unless given.' },
)
export type Speaker = Static<typeof Speaker>

export const Metadata = Type.Record(Type.String({ maxLength: limits.nameCharacters }), Type.Unknown(), {
  description: 'Anything the app wants to keep with it, as JSON.',
})
export type Metadata = Static<typeof Metadata>

export const Category = Type.String({ minLength: 1, maxLength: limits.categoryCharacters })
export const Categories = Type.Array(Category, { maxItems: limits.categories, uniqueItems: true })

/** How it came here. */
export type Source = 'tool' | 'api' | 'import' | 'merge'

/** One remembered text with everything known about it. */
export interface Memory {
  readonly id: MemoryId
  readonly ownerId: OwnerId
  /** The OAuth client that wrote it. */
  readonly appId: ClientId
  readonly speaker: Speaker
  /** Verbatim, after secrets were masked. Empty in a tombstone. */
  readonly content: string
  /** SHA-256 of the normalised content: see `contentHash`. */
  readonly contentHash: string
  readonly state: MemoryState
  readonly categories: readonly string[]
  readonly metadata: Metadata
  /** What its writer says it is about: see graph/knowledge.ts for what that, rules and a model make of it. */
  readonly annotations: Annotations
  readonly threadId: string
  /** Its place in the thread, from 0. */
  readonly position: number
  /** When what it tells happened. */
  readonly occurredAt: number | undefined
  /** From when to when (exclusive) it held; open while it still does. */
  readonly validFrom: number
  readonly validTo: number | undefined
  /** The memory that this one corrects. */
  readonly supersedes: MemoryId | undefined
  readonly source: Source
  readonly createdAt: number
  readonly updatedAt: number
  /** Rises with every change: the ETag. */
  readonly version: number
}

/** What of a memory can change, and so be undone. */
export type MemorySnapshot = Pick<
  Memory,
  'content' | 'contentHash' | 'state' | 'categories' | 'metadata' | 'annotations' | 'occurredAt' | 'validTo'
>

export type MemoryEventKind =
  | 'created'
  | 'updated'
  | 'superseded'
  | 'state_changed'
  | 'deleted'
  | 'merged'
  | 'undone'
  | 'imported'

/** One thing that happened to a memory. */
export interface MemoryEvent {
  /** Rises with every event of a store, whoever its owner is: the cursor of the change feed, and shown nowhere else. */
  readonly seq: number
  readonly memoryId: MemoryId
  readonly kind: MemoryEventKind
  /** The app that did it. */
  readonly appId: ClientId
  readonly at: number
  /** How the memory was before, where something of it changed; its texts are erased with the memory. */
  readonly before: MemorySnapshot | undefined
  /** The other memory of a supersession or a merge. */
  readonly otherId: MemoryId | undefined
}

export type AccessKind = 'search' | 'read'

/** One reading of a memory. */
export interface AccessLogEntry {
  readonly memoryId: MemoryId
  readonly appId: ClientId
  readonly kind: AccessKind
  readonly score: number | undefined
  readonly at: number
}

/** How often an app read a memory on one day of UTC. */
export interface AccessDay {
  readonly appId: ClientId
  /** When it read it last that day. */
  readonly lastAt: number
  readonly count: number
}

/** What a person lets one app do. Without a rule an app granted the scope sees all and may write all. */
export interface AccessRule {
  readonly appId: ClientId
  /** A paused app neither reads nor writes. */
  readonly paused: boolean
  /** `own`: what it wrote itself. */
  readonly read: 'all' | 'own' | 'none'
  readonly write: 'all' | 'own' | 'none'
  /** Of what other apps wrote, only memories in one of these; undefined: in any or none. What it wrote itself it may read. */
  readonly categories: readonly string[] | undefined
}
