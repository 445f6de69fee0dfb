/** Keeps the index with the table: called within the transaction of every write of a memory. */
import type { Memory } from '../../../memory/schema.ts'
import type { Database } from '../database.ts'
import { indexItem, removeItem, touchItem } from '../index/write.ts'

/** Brings the index from how a memory was (undefined: not there) to how it is (undefined: gone). */
export function project(db: Database, before: Memory | undefined, after: Memory | undefined): void {
  if (before !== undefined && after !== undefined && before.content === after.content) {
    touchItem(db, after.ownerId, after.id)
    return
  }
  if (before !== undefined) removeItem(db, before.ownerId, before.id, before.content)
  if (after !== undefined) indexItem(db, after.ownerId, after.id, after.content)
}
