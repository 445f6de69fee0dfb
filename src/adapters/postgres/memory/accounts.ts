/** Removing all that is kept of a person, tombstones and history too. */
import type { Accounts } from '../../../memory/ports.ts'
import { wholeOwner } from '../../../memory/stored/job.ts'
import { ownedTables } from '../../../memory/stored/tables.ts'
import { Finding, failureCode } from '../../../shared/error-record.ts'
import type { Log } from '../../../shared/log.ts'
import type { Database } from '../database.ts'
import { deleteInPages } from '../delete-in-pages.ts'
import { dropKnowledge } from '../graph/write.ts'
import { dropHnswIndexesOfNobody } from '../index/hnsw.ts'
import { dropIndex } from '../index/owner.ts'
import { markErased } from './erasure.ts'
import { dropJobs, writeJobs } from './outbox.ts'
import type { FlushReadings } from './write.ts'

export const createAccounts = (db: Database, flush: FlushReadings, log?: Log): Accounts => ({
  async eraseOwner(ownerId, at) {
    const erased = await db.write(ownerId, async (transaction) => {
      const { sql } = transaction
      await flush(transaction)
      const [counts] = await sql<{ memories: number; events: number; readings: number; rules: number }[]>`
        SELECT (SELECT count(*) FROM memory WHERE owner_id = ${ownerId} AND state <> 'deleted') AS memories,
               (SELECT count(*) FROM memory_event WHERE owner_id = ${ownerId}) AS events,
               (SELECT count(*) FROM access_log WHERE owner_id = ${ownerId}) AS readings,
               (SELECT count(*) FROM access_rule WHERE owner_id = ${ownerId}) AS rules`
      await dropIndex(transaction)
      const theirs = sql`SELECT seq FROM memory WHERE owner_id = ${ownerId}`
      await deleteInPages(transaction, 'extraction', sql`memory IN (${theirs})`)
      await dropKnowledge(transaction)
      await dropJobs(transaction)
      for (const table of ownedTables) await deleteInPages(transaction, table, sql`owner_id = ${ownerId}`)
      // The whole owner: what a graph elsewhere has of them goes too, now or when it answers again.
      await writeJobs(transaction, [{ id: wholeOwner, kinds: ['graph'] }], at)
      await markErased(transaction, at)
      if (counts === undefined) throw new Finding('Counts are always one row.')
      return counts
    })
    try {
      await dropHnswIndexesOfNobody(db)
    } catch (error) {
      // All of theirs is gone: it has no rows.
      log?.warn({ reason: failureCode(error) }, 'the vector index of an erased account is left to the next erasure')
    }
    return erased
  },
})
