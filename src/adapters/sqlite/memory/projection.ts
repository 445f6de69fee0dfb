/** Keeps the index with the table: called within the transaction of every write of a memory. */
import type { Memory } from '../../../memory/schema.ts'
import type { Database } from '../database.ts'
import { indexMemory, unindexMemory } from '../index/write.ts'

/** Brings the index from how a memory was (undefined: not there) to how it is (undefined: gone). */
export function project(db: Database, before: Memory | undefined, after: Memory | undefined): void {
  if (before?.content === after?.content) return
  if (before !== undefined) unindexMemory(db, before.ownerId, before.id, before.content)
  if (after !== undefined) indexMemory(db, after.ownerId, after.id, after.content)
}
