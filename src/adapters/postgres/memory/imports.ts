/** Memories that come back from an export. What becomes of each is said by memory/change/import. */
import { importing } from '../../../memory/change/import.ts'
import { type Place, placeKey } from '../../../memory/change/places.ts'
import type { ImportedMemory, Imports } from '../../../memory/ports.ts'
import type { MemoryId } from '../../../shared/brand.ts'
import type { Database, Transaction } from '../database.ts'
import { firstFree } from './add.ts'
import { findRuleToWrite } from './conditions.ts'
import { findAll, writeChanges } from './record.ts'

export const createImports = (db: Database): Imports => ({
  importAll: (ownerId, appId, memories, mode, at) =>
    db.write(ownerId, async (transaction) => {
      const ids = memories.map(({ id }) => id)
      const threads = [...new Set(memories.flatMap(({ threadId }) => threadId ?? []))]
      const [rule, found, taken, free] = await Promise.all([
        findRuleToWrite(transaction, appId, at),
        findAll(transaction, ids),
        takenPlaces(transaction, memories),
        firstFree(transaction, threads),
      ])
      const known = {
        rule,
        find: (id: MemoryId) => found.get(id),
        firstFree: (threadId: string) => free.get(threadId) ?? 0,
        isTaken: taken,
      }
      const { statuses, changes } = importing(known, { ownerId, appId }, memories, mode, at)
      await writeChanges(transaction, changes)
      return statuses
    }),
})

/** Whether another memory stands where one of these did. */
async function takenPlaces({ sql, ownerId }: Transaction, memories: readonly ImportedMemory[]) {
  const wanted = memories.flatMap(({ threadId, position }) =>
    threadId === undefined || position === undefined ? [] : [{ threadId, position }],
  )
  const rows = await sql<Place[]>`
    SELECT m.thread_id AS "threadId", m.position
      FROM unnest(${wanted.map(({ threadId }) => threadId)}::text[], ${wanted.map(({ position }) => position)}::integer[])
        AS r (thread_id, position)
      JOIN memory AS m ON m.owner_id = ${ownerId} AND m.thread_id = r.thread_id AND m.position = r.position`
  const taken = new Set(rows.map(placeKey))
  return (place: Place) => taken.has(placeKey(place))
}
