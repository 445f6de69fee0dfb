import type { AccessRule, Memory, MemoryEvent, MemorySnapshot } from '../../../memory/schema.ts'
import type { Database } from '../database.ts'

export const memoryColumns = `id, owner_id, app_id, speaker, content, content_hash, state, categories, metadata, thread_id,
  position, occurred_at, valid_from, valid_to, supersedes, source, created_at, updated_at, version`

export interface MemoryRow {
  readonly id: string
  readonly owner_id: string
  readonly app_id: string
  readonly speaker: string
  readonly content: string
  readonly content_hash: string
  readonly state: string
  readonly categories: string
  readonly metadata: string
  readonly thread_id: string
  readonly position: number
  readonly occurred_at: number | null
  readonly valid_from: number
  readonly valid_to: number | null
  readonly supersedes: string | null
  readonly source: string
  readonly created_at: number
  readonly updated_at: number
  readonly version: number
}

/** A stored row as the domain has it: what this program wrote, it may read back as its own types. */
export const toMemory = (row: MemoryRow): Memory => ({
  id: row.id as Memory['id'],
  ownerId: row.owner_id as Memory['ownerId'],
  appId: row.app_id as Memory['appId'],
  speaker: JSON.parse(row.speaker) as Memory['speaker'],
  content: row.content,
  contentHash: row.content_hash,
  state: row.state as Memory['state'],
  categories: JSON.parse(row.categories) as string[],
  metadata: JSON.parse(row.metadata) as Memory['metadata'],
  threadId: row.thread_id,
  position: row.position,
  occurredAt: row.occurred_at ?? undefined,
  validFrom: row.valid_from,
  validTo: row.valid_to ?? undefined,
  supersedes: (row.supersedes ?? undefined) as Memory['supersedes'],
  source: row.source as Memory['source'],
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
})

export function insertMemory(database: Database, memory: Memory): void {
  database.run(
    `INSERT INTO memory (${memoryColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    memory.id,
    memory.ownerId,
    memory.appId,
    JSON.stringify(memory.speaker),
    memory.content,
    memory.contentHash,
    memory.state,
    JSON.stringify(memory.categories),
    JSON.stringify(memory.metadata),
    memory.threadId,
    memory.position,
    memory.occurredAt ?? null,
    memory.validFrom,
    memory.validTo ?? null,
    memory.supersedes ?? null,
    memory.source,
    memory.createdAt,
    memory.updatedAt,
    memory.version,
  )
}

export const snapshotOf = ({ content, state, categories, metadata, occurredAt, validTo }: Memory): MemorySnapshot => ({
  content,
  state,
  categories,
  metadata,
  occurredAt,
  validTo,
})

export function insertEvent(
  database: Database,
  event: Omit<MemoryEvent, 'seq'> & { readonly ownerId: Memory['ownerId'] },
): void {
  database.run(
    'INSERT INTO event (owner_id, memory_id, kind, app_id, at, before, other_id) VALUES (?, ?, ?, ?, ?, ?, ?)',
    event.ownerId,
    event.memoryId,
    event.kind,
    event.appId,
    event.at,
    event.before === undefined ? null : JSON.stringify(event.before),
    event.otherId ?? null,
  )
}

export interface EventRow {
  readonly seq: number
  readonly memory_id: string
  readonly kind: string
  readonly app_id: string
  readonly at: number
  readonly before: string | null
  readonly other_id: string | null
}

export const toEvent = (row: EventRow): MemoryEvent => ({
  seq: row.seq,
  memoryId: row.memory_id as MemoryEvent['memoryId'],
  kind: row.kind as MemoryEvent['kind'],
  appId: row.app_id as MemoryEvent['appId'],
  at: row.at,
  before: row.before === null ? undefined : (JSON.parse(row.before) as MemorySnapshot),
  otherId: (row.other_id ?? undefined) as MemoryEvent['otherId'],
})

interface RuleRow {
  readonly app_id: string
  readonly paused: number
  readonly read: string
  readonly write: string
  readonly categories: string | null
}

export const toRule = (row: RuleRow): AccessRule => ({
  appId: row.app_id as AccessRule['appId'],
  paused: row.paused !== 0,
  read: row.read as AccessRule['read'],
  write: row.write as AccessRule['write'],
  categories: row.categories === null ? undefined : (JSON.parse(row.categories) as string[]),
})
