/**
 * Carries out what a write comes to (memory/change), within the caller's transaction: rows with their categories, their events
 * and what is derived of them, so that the table, the history and the index cannot disagree.
 */
import { type ChangeSet, memoriesChanged } from '../../../memory/change/set.ts'
import type { Memory } from '../../../memory/schema.ts'
import { eventColumns, eventRowOf } from '../../../memory/stored/history.ts'
import {
  changingColumns,
  type MemoryRow,
  memoryColumns,
  memoryOf,
  rowOf,
  tombstone,
} from '../../../memory/stored/memory.ts'
import type { Analyze } from '../../../memory/text/analyze-ahead.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { changeIndex } from '../index/write.ts'
import { forgetResults } from './onces.ts'
import { project } from './projection.ts'

export const find = (db: Database, ownerId: OwnerId, id: MemoryId): Memory | undefined => {
  const row = db.get<MemoryRow>('SELECT * FROM memory WHERE owner_id = ? AND id = ?', ownerId, id)
  return row === undefined ? undefined : memoryOf(row)
}

/** `read`: see `changeIndex`. */
export function writeChanges(db: Database, ownerId: OwnerId, changes: ChangeSet, read?: Analyze): void {
  const changed = memoriesChanged(changes)
  for (const change of changed) {
    if (change.before === undefined) insert(db, change.after)
    else if (change.after === undefined) erase(db, change.before, changes.at)
    else update(db, change.before, change.after)
    project(db, change, changes.at)
  }
  changeIndex(db, ownerId, changed, read)
  if (changes.erased?.length) forgetResults(db, ownerId)
  for (const event of changes.events) {
    const row = eventRowOf(changes, event)
    db.run(insertEvent, ownerId, ...eventColumns.map((column) => row[column]))
  }
}

const placeholders = (columns: readonly string[]): string => columns.map(() => '?').join(', ')
const assignments = (columns: readonly string[]): string => columns.map((column) => `${column} = ?`).join(', ')

const insertMemory = `INSERT INTO memory (${memoryColumns.join(', ')}) VALUES (${placeholders(memoryColumns)})`
const updateMemory = `UPDATE memory SET ${assignments(changingColumns)} WHERE owner_id = ? AND id = ?`
const eraseMemory = `UPDATE memory SET ${assignments(Object.keys(tombstone(0)))}, thread_id = id, version = version + 1
  WHERE owner_id = ? AND id = ?`
const insertEvent = `INSERT INTO memory_event (owner_id, ${eventColumns.join(', ')}) VALUES (?, ${placeholders(eventColumns)})`

function insert(db: Database, memory: Memory): void {
  const row = rowOf(memory)
  db.run(insertMemory, ...memoryColumns.map((column) => row[column]))
  insertCategories(db, memory)
}

function update(db: Database, before: Memory, after: Memory): void {
  const row = rowOf(after)
  db.run(updateMemory, ...changingColumns.map((column) => row[column]), after.ownerId, after.id)
  if (before.categories === after.categories) return
  deleteCategories(db, after)
  insertCategories(db, after)
}

/** Erases a memory's text everywhere and leaves a tombstone. */
function erase(db: Database, memory: Memory, at: number): void {
  const { ownerId, id } = memory
  db.run(eraseMemory, ...Object.values(tombstone(at)), ownerId, id)
  deleteCategories(db, memory)
  db.run(
    'UPDATE memory_event SET before = NULL WHERE owner_id = ? AND memory_id = ? AND before IS NOT NULL',
    ownerId,
    id,
  )
  db.run('DELETE FROM access_log WHERE owner_id = ? AND memory_id = ?', ownerId, id)
}

const deleteCategories = (db: Database, { ownerId, id }: Memory): void => {
  db.run('DELETE FROM memory_category WHERE owner_id = ? AND memory_id = ?', ownerId, id)
}

function insertCategories(db: Database, { ownerId, id, categories }: Memory): void {
  for (const name of categories) {
    db.run('INSERT INTO memory_category (owner_id, name, memory_id) VALUES (?, ?, ?)', ownerId, name, id)
  }
}
