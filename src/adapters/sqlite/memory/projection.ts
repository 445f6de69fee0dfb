/** Keeps index, entities and outbox with the table: called within the transaction of every write of a memory, behind its row. */
import { jobsOf, type MemoryChanged, memoryIn } from '../../../memory/change/set.ts'
import type { Database } from '../database.ts'
import { projectKnowledge } from '../graph/write.ts'
import { changeIndex } from '../index/write.ts'
import { writeJobs } from './outbox.ts'

/** Brings what is derived of a memory from how it was to how it is. */
export function project(db: Database, change: MemoryChanged, at: number): void {
  const { ownerId, id } = memoryIn(change)
  changeIndex(db, change)
  projectKnowledge(db, change)
  writeJobs(db, ownerId, id, jobsOf(change), at)
}
