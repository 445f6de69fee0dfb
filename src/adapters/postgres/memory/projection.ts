/** Keeps index, entities and outbox with the table: called within the transaction of every write, behind the memories' own rows. */
import { jobsOf, type MemoryChanged, memoryIn } from '../../../memory/change/set.ts'
import type { Transaction } from '../database.ts'
import { changeKnowledge } from '../graph/write.ts'
import { changeIndex } from '../index/write.ts'
import { writeJobs } from './outbox.ts'

/** Brings what is derived of memories from how they were to how they are. */
export async function project(transaction: Transaction, changes: readonly MemoryChanged[], at: number): Promise<void> {
  const jobs = changes.map((change) => ({ id: memoryIn(change).id, kinds: jobsOf(change) }))
  await Promise.all([
    changeIndex(transaction, changes),
    changeKnowledge(transaction, changes),
    writeJobs(transaction, jobs, at),
  ])
}
