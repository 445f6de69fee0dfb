/** Keeps index, entities and outbox with the table: called within the transaction of every write of a memory, behind its row. */
import { isReworded, jobsOf, type MemoryChanged, memoryIn } from '../../../memory/change/set.ts'
import type { Database } from '../database.ts'
import { projectKnowledge } from '../graph/write.ts'
import { indexItem, removeItem, touchItem } from '../index/write.ts'
import { writeJobs } from './outbox.ts'

/** Brings what is derived of a memory from how it was to how it is. */
export function project(db: Database, change: MemoryChanged, at: number): void {
  const { ownerId, id } = memoryIn(change)
  projectIndex(db, change)
  projectKnowledge(db, change)
  writeJobs(db, ownerId, id, jobsOf(change), at)
}

function projectIndex(db: Database, change: MemoryChanged): void {
  const { before, after } = change
  if (after !== undefined && !isReworded(change)) {
    touchItem(db, after.ownerId, after.id)
    return
  }
  if (before !== undefined) removeItem(db, before.ownerId, before.id, before.content)
  if (after !== undefined) indexItem(db, after.ownerId, after.id, after.content)
}
