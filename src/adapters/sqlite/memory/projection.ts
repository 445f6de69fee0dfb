/** Keeps entities and outbox with the table: called within the transaction of every write of a memory, behind its row. */
import { jobsOf, type MemoryChanged, memoryIn } from '../../../memory/change/set.ts'
import type { Database } from '../database.ts'
import { changeKnowledge } from '../graph/write.ts'
import { writeJobs } from './outbox.ts'

/** Brings what is derived of a memory from how it was to how it is; the index follows behind the rows of all (see record). */
export function project(db: Database, change: MemoryChanged, at: number): void {
  const { ownerId, id } = memoryIn(change)
  changeKnowledge(db, change)
  writeJobs(db, ownerId, id, jobsOf(change), at)
}
