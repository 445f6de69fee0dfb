/** Removing all that is kept of a person, tombstones and history too: in portions, so that nobody else waits for all of it. */
import { setImmediate } from 'node:timers/promises'
import type { Accounts, ErasedAccount } from '../../../memory/ports.ts'
import { erasureMs } from '../../../memory/stored/erasure.ts'
import { wholeOwner } from '../../../memory/stored/job.ts'
import { ownedTables, tablesBesideItem } from '../../../memory/stored/tables.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { dropKnowledge } from '../graph/write.ts'
import { dropIndex, findOwner, nextVersion } from '../index/owner.ts'
import { clearSome } from '../index/postings.ts'
import type { Condition } from './conditions.ts'
import { markErased } from './erasure.ts'
import { dropJobs, writeJobs } from './outbox.ts'
import { forEachPortion, inPortion } from './portions.ts'

/** So many rows go in one transaction: some 30 ms. */
const memoriesAtOnce = { memories: 500, bytes: 5_000_000 }
const rowsAtOnce = 2_000

export const createAccounts = (db: Database, flush: (ownerId: OwnerId) => void): Accounts => ({
  async eraseOwner(ownerId, at) {
    const part = <T>(work: () => T) => db.withReserve(() => db.transaction(work))
    const counts = part(() => {
      flush(ownerId)
      // As if it were erased later than it will be: what somebody writes meanwhile would go with the rest.
      markErased(db, ownerId, at + erasureMs)
      return countsOf(db, ownerId)
    })
    await forEachPortion(db, ownerId, memoriesAtOnce, (among) => part(() => eraseMemories(db, ownerId, among)))
    for (const eraseSome of remains(db, ownerId)) {
      while (part(eraseSome)) await setImmediate()
    }
    db.erase(() => eraseRest(db, ownerId, at))
    return counts
  },
})

function countsOf(db: Database, ownerId: OwnerId): ErasedAccount {
  const count = (sql: string) => db.get<{ count: number }>(sql, ownerId)?.count ?? 0
  return {
    memories: count("SELECT count(*) AS count FROM memory WHERE owner_id = ? AND state <> 'deleted'"),
    events: count('SELECT count(*) AS count FROM memory_event WHERE owner_id = ?'),
    readings: count('SELECT count(*) AS count FROM access_log WHERE owner_id = ?'),
    rules: count('SELECT count(*) AS count FROM access_rule WHERE owner_id = ?'),
  }
}

/** With all that names a memory by its `seq`, which another owner's may have afterwards. Its words are left in the index, of no item. */
function eraseMemories(db: Database, ownerId: OwnerId, { sql, values }: Condition): void {
  const of = (column: string) => `SELECT m.${column} FROM memory AS m ${inPortion} WHERE m.owner_id = ? AND ${sql}`
  const theirs = [ownerId, ...values]
  const owner = findOwner(db, ownerId)
  if (owner !== undefined) {
    db.run(
      `UPDATE index_item SET memory = NULL, length = 0, traits = 0, version = ? WHERE +owner = ? AND memory IN (${of('seq')})`,
      nextVersion(db, owner.key),
      owner.key,
      ...theirs,
    )
  }
  for (const table of ['extraction', 'relation', 'mention', 'mention_unsaid']) {
    db.run(`DELETE FROM ${table} WHERE memory IN (${of('seq')})`, ...theirs)
  }
  db.run(`DELETE FROM memory_category WHERE owner_id = ? AND memory_id IN (${of('id')})`, ownerId, ...theirs)
  dropJobs(db, ownerId, { sql: `memory_id IN (${of('id')})`, values: theirs })
  db.run(`DELETE FROM memory WHERE seq IN (${of('seq')})`, ...theirs)
}

/** What an owner may have very much of besides: each erases some of it, and says whether there may be more. */
function remains(db: Database, ownerId: OwnerId): readonly (() => boolean)[] {
  /** By the order of a key, so that the next ones are found at its beginning. */
  const some = (table: string, whose: string, by: string, value: number | string) => () =>
    db.run(
      `DELETE FROM ${table} WHERE ${whose} = ?1
        AND ${by} <= (SELECT ${by} FROM ${table} WHERE ${whose} = ?1 ORDER BY ${by} LIMIT 1 OFFSET ${rowsAtOnce})`,
      value,
    ) > 0
  const key = findOwner(db, ownerId)?.key
  const ofIndex =
    key === undefined
      ? []
      : [
          ...[key, -key].map((side) => () => !clearSome(db, side, rowsAtOnce)),
          ...['index_item', ...tablesBesideItem].map((table) => some(table, 'owner', 'ordinal', key)),
        ]
  return [
    ...ofIndex,
    some('memory_event', 'owner_id', 'seq', ownerId),
    some('access_log', 'owner_id', 'at', ownerId),
    some('entity', 'owner_id', 'key', ownerId),
  ]
}

function eraseRest(db: Database, ownerId: OwnerId, at: number): void {
  dropIndex(db, ownerId)
  db.run('DELETE FROM extraction WHERE memory IN (SELECT seq FROM memory WHERE owner_id = ?)', ownerId)
  dropKnowledge(db, ownerId)
  dropJobs(db, ownerId)
  for (const table of ownedTables) db.run(`DELETE FROM ${table} WHERE owner_id = ?`, ownerId)
  // The whole owner: what a graph elsewhere has of them goes too, now or when it answers again.
  writeJobs(db, ownerId, wholeOwner, ['graph'], at)
  markErased(db, ownerId, at)
}
