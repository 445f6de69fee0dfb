/** Keeps index, entities and outbox with the table: called within the transaction of every write of a memory. */
import type { Memory } from '../../../memory/schema.ts'
import type { Database } from '../database.ts'
import { projectKnowledge } from '../graph/write.ts'
import { indexItem, removeItem, touchItem } from '../index/write.ts'
import { writeJobs } from './outbox.ts'

/** Brings what is derived of a memory from how a memory was (undefined: not there) to how it is (undefined: gone). */
export function project(db: Database, before: Memory | undefined, after: Memory | undefined, at: number): void {
  projectIndex(db, before, after)
  projectKnowledge(db, before, after)
  const memory = after ?? before
  if (memory === undefined) return
  const rewritten = after !== undefined && before?.content !== after.content
  writeJobs(db, memory.ownerId, memory.id, rewritten ? ['graph', 'extract'] : ['graph'], at)
}

function projectIndex(db: Database, before: Memory | undefined, after: Memory | undefined): void {
  if (before !== undefined && after !== undefined && before.content === after.content) {
    touchItem(db, after.ownerId, after.id)
    return
  }
  if (before !== undefined) removeItem(db, before.ownerId, before.id, before.content)
  if (after !== undefined) indexItem(db, after.ownerId, after.id, after.content)
}
