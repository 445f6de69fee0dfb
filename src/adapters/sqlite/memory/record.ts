/**
 * The single steps that every write is made of, each within the caller's transaction: a row with its categories, its event
 * and its place in the index, so that the table, the history and the index cannot disagree.
 */
import { changed } from '../../../memory/change.ts'
import { noAnnotations } from '../../../memory/graph/schema.ts'
import type { Draft } from '../../../memory/ports.ts'
import type { Memory, MemoryEventKind } from '../../../memory/schema.ts'
import { annotationsToRow, type MemoryRow, memoryOf, snapshotOf } from '../../../memory/stored.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { project } from './projection.ts'

export interface NewMemory {
  readonly draft: Draft
  readonly appId: ClientId
  readonly threadId: string
  readonly position: number
  readonly state: Memory['state']
  readonly supersedes: MemoryId | undefined
  readonly validTo: number | undefined
  readonly createdAt: number
  readonly updatedAt: number
}

export const find = (db: Database, ownerId: OwnerId, id: MemoryId): Memory | undefined => {
  const row = db.get<MemoryRow>('SELECT * FROM memory WHERE owner_id = ? AND id = ?', ownerId, id)
  return row === undefined ? undefined : memoryOf(row)
}

export function insert(db: Database, ownerId: OwnerId, memory: NewMemory): Memory {
  const { draft } = memory
  const made: Memory = {
    id: draft.id,
    ownerId,
    appId: memory.appId,
    speaker: draft.speaker,
    content: draft.content,
    contentHash: draft.contentHash,
    state: memory.state,
    categories: draft.categories,
    metadata: draft.metadata,
    annotations: draft.annotations ?? noAnnotations,
    threadId: memory.threadId,
    position: memory.position,
    occurredAt: draft.occurredAt,
    validFrom: draft.validFrom ?? memory.createdAt,
    validTo: memory.validTo,
    supersedes: memory.supersedes,
    source: draft.source,
    createdAt: memory.createdAt,
    updatedAt: memory.updatedAt,
    version: 1,
  }
  db.run(
    `INSERT INTO memory (owner_id, id, app_id, content, content_hash, state, categories, metadata, annotations, thread_id, position,
       speaker_kind, speaker_name, occurred_at, valid_from, valid_to, supersedes, source, created_at, updated_at, version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ownerId,
    made.id,
    made.appId,
    made.content,
    made.contentHash,
    made.state,
    JSON.stringify(made.categories),
    JSON.stringify(made.metadata),
    annotationsToRow(made.annotations),
    made.threadId,
    made.position,
    made.speaker.kind,
    made.speaker.name ?? null,
    made.occurredAt ?? null,
    made.validFrom,
    made.validTo ?? null,
    made.supersedes ?? null,
    made.source,
    made.createdAt,
    made.updatedAt,
    made.version,
  )
  writeCategories(db, ownerId, made)
  project(db, undefined, made, made.updatedAt)
  return made
}

/** Writes what changed of a memory, one version on. */
export function rewrite(db: Database, before: Memory, change: Partial<Memory>, at: number): Memory {
  const after = changed(before, change, at)
  db.run(
    `UPDATE memory SET content = ?, content_hash = ?, state = ?, categories = ?, metadata = ?, annotations = ?, occurred_at = ?,
       valid_to = ?, updated_at = ?, version = ? WHERE owner_id = ? AND id = ?`,
    after.content,
    after.contentHash,
    after.state,
    JSON.stringify(after.categories),
    JSON.stringify(after.metadata),
    annotationsToRow(after.annotations),
    after.occurredAt ?? null,
    after.validTo ?? null,
    after.updatedAt,
    after.version,
    after.ownerId,
    after.id,
  )
  if (change.categories !== undefined) writeCategories(db, after.ownerId, after)
  project(db, before, after, at)
  return after
}

/** Erases a memory's text everywhere and leaves a tombstone. */
export function erase(db: Database, memory: Memory, at: number): void {
  const { ownerId, id } = memory
  db.run(
    `UPDATE memory SET content = '', content_hash = NULL, state = 'deleted', categories = '[]', metadata = '{}', annotations = '{}',
       speaker_name = NULL, occurred_at = NULL, thread_id = id, position = 0, updated_at = ?, version = version + 1
      WHERE owner_id = ? AND id = ?`,
    at,
    ownerId,
    id,
  )
  db.run('DELETE FROM memory_category WHERE owner_id = ? AND memory_id = ?', ownerId, id)
  db.run(
    'UPDATE memory_event SET before = NULL WHERE owner_id = ? AND memory_id = ? AND before IS NOT NULL',
    ownerId,
    id,
  )
  // A question that found it may quote it: it goes from the readings of other memories too.
  db.run(
    `UPDATE access_log SET query = NULL WHERE owner_id = ?1 AND query IS NOT NULL
       AND at IN (SELECT at FROM access_log WHERE owner_id = ?1 AND memory_id = ?2)`,
    ownerId,
    id,
  )
  db.run('DELETE FROM access_log WHERE owner_id = ? AND memory_id = ?', ownerId, id)
  project(db, memory, undefined, at)
}

export function recordEvent(
  db: Database,
  memory: Pick<Memory, 'ownerId' | 'id'>,
  event: { kind: MemoryEventKind; appId: ClientId; at: number; before?: Memory; otherId?: MemoryId; undoes?: number },
): void {
  db.run(
    'INSERT INTO memory_event (owner_id, memory_id, kind, app_id, at, before, other_id, undoes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    memory.ownerId,
    memory.id,
    event.kind,
    event.appId,
    event.at,
    event.before === undefined ? null : JSON.stringify(snapshotOf(event.before)),
    event.otherId ?? null,
    event.undoes ?? null,
  )
}

function writeCategories(db: Database, ownerId: OwnerId, memory: Memory): void {
  if (memory.version > 1) {
    db.run('DELETE FROM memory_category WHERE owner_id = ? AND memory_id = ?', ownerId, memory.id)
  }
  for (const name of memory.categories) {
    db.run('INSERT INTO memory_category (owner_id, name, memory_id) VALUES (?, ?, ?)', ownerId, name, memory.id)
  }
}
