/** Superseding, merging and taking back. What each comes to is said by memory/change/correct. */
import { merging, superseding, undoable, undoing } from '../../../memory/change/correct.ts'
import type { Corrections } from '../../../memory/ports.ts'
import type { MemoryEvent } from '../../../memory/schema.ts'
import { type EventRow, eventOf } from '../../../memory/stored/history.ts'
import type { MemoryId } from '../../../shared/brand.ts'
import type { Database, Transaction } from '../database.ts'
import { sameTexts } from './add.ts'
import { findAll, writeChanges } from './record.ts'
import { writer } from './write.ts'

export const createCorrections = (db: Database): Corrections => ({
  supersede: (ownerId, appId, id, draft, options) =>
    db.write(ownerId, async (transaction) => {
      const [rule, found, same, free] = await Promise.all([
        writer(transaction, appId, options.at),
        findAll(transaction, [id]),
        sameTexts(transaction, [draft.contentHash]),
        firstFreeBeside(transaction, id, draft.threadId),
      ])
      const known = { rule, sameText: same.get(draft.contentHash) ?? [], firstFree: () => free }
      const { changes, ...result } = superseding(known, { ownerId, appId }, found.get(id), draft, options)
      await writeChanges(transaction, changes)
      return result
    }),

  merge: (ownerId, appId, id, otherId, change, options) =>
    db.write(ownerId, async (transaction) => {
      const [rule, found] = await Promise.all([
        writer(transaction, appId, options.at),
        findAll(transaction, [id, otherId]),
      ])
      const known = { rule, find: (one: MemoryId) => found.get(one) }
      const { changes, memory } = merging(known, { ownerId, appId }, [id, otherId], change, options)
      await writeChanges(transaction, changes)
      return memory
    }),

  undo: (ownerId, appId, id, options) =>
    db.write(ownerId, async (transaction) => {
      const [rule, event] = await Promise.all([writer(transaction, appId, options.at), newestChange(transaction, id)])
      const otherId = event?.otherId
      const [found, counterpart] = await Promise.all([
        findAll(transaction, otherId === undefined ? [id] : [id, otherId]),
        otherId === undefined ? undefined : newestChange(transaction, otherId),
      ])
      const known = {
        rule,
        find: (one: MemoryId) => found.get(one),
        newestChange: (one: MemoryId) => (one === id ? event : counterpart),
      }
      const { changes, memory } = undoing(known, { ownerId, appId }, id, options)
      await writeChanges(transaction, changes)
      return memory
    }),
})

/** The first free place of the thread, or of the one in which a memory stands. */
async function firstFreeBeside(
  { sql, ownerId }: Transaction,
  id: MemoryId,
  threadId: string | undefined,
): Promise<number> {
  const [row] = await sql<{ free: number }[]>`
    SELECT coalesce(max(position) + 1, 0) AS free FROM memory WHERE owner_id = ${ownerId} AND thread_id =
      coalesce(${threadId ?? null}, (SELECT thread_id FROM memory WHERE owner_id = ${ownerId} AND id = ${id}))`
  return row?.free ?? 0
}

async function newestChange({ sql, ownerId }: Transaction, id: MemoryId): Promise<MemoryEvent | undefined> {
  const [row] = await sql<EventRow[]>`
    SELECT * FROM memory_event AS e WHERE owner_id = ${ownerId} AND memory_id = ${id} AND kind = ANY(${undoable}::text[])
       AND NOT EXISTS (SELECT 1 FROM memory_event AS u
         WHERE u.owner_id = e.owner_id AND u.memory_id = e.memory_id AND u.undoes = e.seq)
     ORDER BY seq DESC LIMIT 1`
  return row === undefined ? undefined : eventOf(row)
}
