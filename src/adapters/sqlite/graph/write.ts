/**
 * Keeps entities, mentions and relations with the memory: called within the transaction of every write. What they are is said by
 * memory/graph/knowledge.
 */
import { isRetold, isReworded, type MemoryChanged, memoryIn } from '../../../memory/change/set.ts'
import { knowledgeOf, knowledgeVersion, linkedMentions } from '../../../memory/graph/knowledge.ts'
import type { Extraction } from '../../../memory/graph/schema.ts'
import type { Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import { Finding } from '../../../shared/error-record.ts'
import type { Database } from '../database.ts'

/** Brings what is known of a memory to how it is. */
export function changeKnowledge(db: Database, change: MemoryChanged): void {
  const { before, after } = change
  const memory = memoryIn(change)
  if (!isCurrent(db, memory.ownerId) || !isRetold(change)) return
  const seq = seqOf(db, memory)
  if (seq === undefined) return
  if (before !== undefined) {
    if (isReworded(change)) db.run('DELETE FROM extraction WHERE memory = ?', seq)
    forget(db, seq)
  }
  if (after !== undefined) remember(db, memory.ownerId, seq, after)
}

/** Writes what is known of one memory anew, after what a model derived of it has changed. */
export function refreshKnowledge(db: Database, memory: Memory): void {
  const seq = seqOf(db, memory)
  if (seq === undefined || !isCurrent(db, memory.ownerId)) return
  forget(db, seq)
  remember(db, memory.ownerId, seq, memory)
}

/**
 * Derives an owner's entities anew where another version of the rules did it or nobody yet. Returns whether they were current.
 * Within a transaction.
 */
export function isCurrent(db: Database, ownerId: OwnerId): boolean {
  const current = knowledgeIsCurrent(db, ownerId)
  if (!current) rebuildKnowledge(db, ownerId)
  return current
}

/** The same for whoever only reads: the write lock is taken where there is something to derive. */
export function makeCurrent(db: Database, ownerId: OwnerId): void {
  if (!knowledgeIsCurrent(db, ownerId)) db.transaction(() => isCurrent(db, ownerId))
}

const knowledgeIsCurrent = (db: Database, ownerId: OwnerId): boolean =>
  db.get<{ version: number }>('SELECT version FROM entity_owner WHERE owner_id = ?', ownerId)?.version ===
  knowledgeVersion

const page = 500

/** What models derived stays. */
export function rebuildKnowledge(db: Database, ownerId: OwnerId): void {
  dropKnowledge(db, ownerId)
  db.run('INSERT INTO entity_owner (owner_id, version) VALUES (?, ?)', ownerId, knowledgeVersion)
  for (let after = 0; ; ) {
    const rows = db.all<MemoryRow>(
      "SELECT * FROM memory WHERE owner_id = ? AND seq > ? AND state <> 'deleted' ORDER BY seq LIMIT ?",
      ownerId,
      after,
      page,
    )
    for (const row of rows) remember(db, ownerId, row.seq, memoryOf(row))
    after = rows.at(-1)?.seq ?? after
    if (rows.length < page) return
  }
}

/** Removes what is known of an owner's memories, besides what models derived. */
export function dropKnowledge(db: Database, ownerId: OwnerId): void {
  const entities = 'SELECT id FROM entity WHERE owner_id = ?'
  db.run(`DELETE FROM relation WHERE memory IN (SELECT memory FROM mention WHERE entity IN (${entities}))`, ownerId)
  db.run(`DELETE FROM mention WHERE entity IN (${entities})`, ownerId)
  db.run('DELETE FROM entity WHERE owner_id = ?', ownerId)
  db.run('DELETE FROM mention_unsaid WHERE owner_id = ?', ownerId)
  db.run('DELETE FROM entity_owner WHERE owner_id = ?', ownerId)
}

export function extractionOf(db: Database, seq: number): Extraction | undefined {
  const row = db.get<{ body: string }>('SELECT body FROM extraction WHERE memory = ?', seq)
  return row === undefined ? undefined : JSON.parse(row.body)
}

function remember(db: Database, ownerId: OwnerId, seq: number, memory: Memory): void {
  const { mentions, relations } = knowledgeOf(memory, extractionOf(db, seq))
  const ids = new Map<string, number>()
  for (const { key, name, kind, origin } of mentions) {
    const entity = entityOf(db, ownerId, key)
    ids.set(key, entity)
    db.run(
      'INSERT INTO mention (entity, memory, name, kind, origin) VALUES (?, ?, ?, ?, ?)',
      entity,
      seq,
      name,
      kind,
      origin,
    )
  }
  for (const { key } of linkedMentions(memory, mentions)) {
    db.run('INSERT INTO mention_unsaid (owner_id, key, memory) VALUES (?, ?, ?)', ownerId, key, seq)
  }
  for (const { subject, predicate, object, origin } of relations) {
    db.run(
      'INSERT INTO relation (memory, subject, predicate, object, origin) VALUES (?, ?, ?, ?, ?)',
      seq,
      ids.get(subject) ?? null,
      predicate,
      ids.get(object) ?? null,
      origin,
    )
  }
}

function forget(db: Database, seq: number): void {
  const named = db.all<{ entity: number }>('SELECT entity FROM mention WHERE memory = ?', seq)
  if (named.length === 0) return
  db.run('DELETE FROM relation WHERE memory = ?', seq)
  db.run('DELETE FROM mention WHERE memory = ?', seq)
  db.run('DELETE FROM mention_unsaid WHERE memory = ?', seq)
  for (const { entity } of named) {
    db.run('DELETE FROM entity WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM mention WHERE entity = ?1)', entity)
  }
}

function entityOf(db: Database, ownerId: OwnerId, key: string): number {
  const known = db.get<{ id: number }>('SELECT id FROM entity WHERE owner_id = ? AND key = ?', ownerId, key)
  if (known !== undefined) return known.id
  const made = db.get<{ id: number }>('INSERT INTO entity (owner_id, key) VALUES (?, ?) RETURNING id', ownerId, key)
  if (made === undefined) throw new Finding('an entity was not written')
  return made.id
}

const seqOf = (db: Database, { ownerId, id }: Memory): number | undefined =>
  db.get<{ seq: number }>('SELECT seq FROM memory WHERE owner_id = ? AND id = ?', ownerId, id)?.seq
