/** Superseding, merging and taking back. What each comes to is said by memory/change/correct. */
import { merging, superseding, undoable, undoing } from '../../../memory/change/correct.ts'
import type { Corrections } from '../../../memory/ports.ts'
import type { MemoryEvent } from '../../../memory/schema.ts'
import { type EventRow, eventOf } from '../../../memory/stored/history.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { firstFree, sameText } from './add.ts'
import { find, writeChanges } from './record.ts'
import { writer } from './write.ts'

export const createCorrections = (db: Database): Corrections => ({
  supersede: async (ownerId, appId, id, draft, options) =>
    db.transaction(() => {
      const known = {
        rule: writer(db, ownerId, appId, options.at),
        sameText: sameText(db, ownerId, draft.contentHash),
        firstFree: (threadId: string) => firstFree(db, ownerId, threadId),
      }
      const before = find(db, ownerId, id)
      const { changes, ...result } = superseding(known, { ownerId, appId }, before, draft, options)
      writeChanges(db, ownerId, changes)
      return result
    }),

  merge: async (ownerId, appId, id, otherId, change, options) =>
    db.transaction(() => {
      const known = { rule: writer(db, ownerId, appId, options.at), find: (one: MemoryId) => find(db, ownerId, one) }
      const { changes, memory } = merging(known, { ownerId, appId }, [id, otherId], change, options)
      writeChanges(db, ownerId, changes)
      return memory
    }),

  undo: async (ownerId, appId, id, options) =>
    db.transaction(() => {
      const known = {
        rule: writer(db, ownerId, appId, options.at),
        find: (one: MemoryId) => find(db, ownerId, one),
        newestChange: (one: MemoryId) => newestChange(db, ownerId, one),
      }
      const { changes, memory } = undoing(known, { ownerId, appId }, id, options)
      writeChanges(db, ownerId, changes)
      return memory
    }),
})

const undoableKinds = undoable.map((kind) => `'${kind}'`).join(', ')

function newestChange(db: Database, ownerId: OwnerId, id: MemoryId): MemoryEvent | undefined {
  const row = db.get<EventRow>(
    `SELECT * FROM memory_event AS e WHERE owner_id = ? AND memory_id = ? AND kind IN (${undoableKinds})
        AND NOT EXISTS (SELECT 1 FROM memory_event AS u WHERE u.owner_id = e.owner_id AND u.memory_id = e.memory_id AND u.undoes = e.seq)
      ORDER BY seq DESC LIMIT 1`,
    ownerId,
    id,
  )
  return row === undefined ? undefined : eventOf(row)
}
