/** Removing all that is kept of a person, tombstones and history too. */
import type { Accounts } from '../../../memory/ports.ts'
import { wholeOwner } from '../../../memory/stored/job.ts'
import { ownedTables } from '../../../memory/stored/tables.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { dropKnowledge } from '../graph/write.ts'
import { dropIndex } from '../index/owner.ts'
import { markErased } from './erasure.ts'
import { dropJobs, writeJobs } from './outbox.ts'

export const createAccounts = (db: Database, flush: (ownerId: OwnerId) => void): Accounts => ({
  eraseOwner: async (ownerId, at) =>
    db.erase(() => {
      flush(ownerId)
      const count = (sql: string) => db.get<{ count: number }>(sql, ownerId)?.count ?? 0
      const counts = {
        memories: count("SELECT count(*) AS count FROM memory WHERE owner_id = ? AND state <> 'deleted'"),
        events: count('SELECT count(*) AS count FROM memory_event WHERE owner_id = ?'),
        readings: count('SELECT count(*) AS count FROM access_log WHERE owner_id = ?'),
        rules: count('SELECT count(*) AS count FROM access_rule WHERE owner_id = ?'),
      }
      dropIndex(db, ownerId)
      db.run('DELETE FROM extraction WHERE memory IN (SELECT seq FROM memory WHERE owner_id = ?)', ownerId)
      dropKnowledge(db, ownerId)
      dropJobs(db, ownerId)
      for (const table of ownedTables) db.run(`DELETE FROM ${table} WHERE owner_id = ?`, ownerId)
      // The whole owner: what a graph elsewhere has of them goes too, now or when it answers again.
      writeJobs(db, ownerId, wholeOwner, ['graph'], at)
      markErased(db, ownerId, at)
      return counts
    }),
})
