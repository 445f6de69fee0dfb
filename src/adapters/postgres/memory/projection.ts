/** Keeps index, entities and outbox with the table: called within the transaction of every write, behind the memories' own rows. */
import type { Transaction } from '../database.ts'
import { changeKnowledge, type MemoryChanged } from '../graph/write.ts'
import { changeIndex } from '../index/write.ts'
import { writeJobs } from './outbox.ts'

/** Brings what is derived of memories from how they were to how they are. */
export async function project(transaction: Transaction, changes: readonly MemoryChanged[], at: number): Promise<void> {
  const jobs = changes.flatMap(({ before, after }) => {
    const id = (after ?? before)?.id
    const rewritten = after !== undefined && before?.content !== after.content
    return id === undefined ? [] : [{ id, kinds: rewritten ? (['graph', 'extract'] as const) : (['graph'] as const) }]
  })
  const texts = changes.flatMap(({ before, after }) => {
    const id = (after ?? before)?.id
    return id === undefined ? [] : [{ id, before: before?.content, after: after?.content }]
  })
  await Promise.all([
    changeIndex(transaction, texts),
    changeKnowledge(transaction, changes),
    writeJobs(transaction, jobs, at),
  ])
}
