/** Memories that come back from an export. What becomes of each is said by memory/change/import. */
import { importing } from '../../../memory/change/import.ts'
import type { Place } from '../../../memory/change/places.ts'
import type { Imports } from '../../../memory/ports.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { packLongTail } from '../index/append.ts'
import { firstFree } from './add.ts'
import { findRuleToWrite } from './conditions.ts'
import { find, writeChanges } from './record.ts'

export const createImports = (db: Database): Imports => ({
  async importAll(ownerId, appId, memories, mode, at) {
    const imported = db.transaction(() => {
      const known = {
        rule: findRuleToWrite(db, ownerId, appId, at),
        find: (id: MemoryId) => find(db, ownerId, id),
        firstFree: (threadId: string) => firstFree(db, ownerId, threadId),
        isTaken: (place: Place) => isTaken(db, ownerId, place),
      }
      const { statuses, changes } = importing(known, { ownerId, appId }, memories, mode, at)
      writeChanges(db, ownerId, changes)
      return statuses
    })
    if (memories.length > 1) await packLongTail(db, ownerId)
    return imported
  },
})

const isTaken = (db: Database, ownerId: OwnerId, { threadId, position }: Place): boolean =>
  db.get('SELECT 1 FROM memory WHERE owner_id = ? AND thread_id = ? AND position = ?', ownerId, threadId, position) !==
  undefined
