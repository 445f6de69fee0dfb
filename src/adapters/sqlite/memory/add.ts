/** Adding: what drafts have to be compared with is read row by row as memory/change/add asks for it, and what it makes of them is written. */
import { adding, mostRecalled, mostSameTexts } from '../../../memory/change/add.ts'
import type { Writing } from '../../../memory/change/set.ts'
import type { AddOutcome, AddPolicy, Draft } from '../../../memory/ports.ts'
import type { Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import type { Analyze } from '../../../memory/text/analyze-ahead.ts'
import type { ClientId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { findRuleToWrite } from './conditions.ts'
import { writeChanges } from './record.ts'

/** `read`: see `changeIndex`. */
export function addAll(
  db: Database,
  writing: Writing,
  drafts: readonly Draft[],
  policy: AddPolicy,
  read: Analyze,
): readonly AddOutcome[] {
  const { ownerId, appId } = writing
  const known = {
    rule: findRuleToWrite(db, ownerId, appId, policy.at),
    recalled: recentlyRecalled(db, ownerId, policy.recalledSince),
    newestOfApp: () => newestOfApp(db, ownerId, appId),
    sameText: (hash: string) => sameText(db, ownerId, hash),
    firstFree: (threadId: string) => firstFree(db, ownerId, threadId),
  }
  const { outcomes, changes } = adding(known, writing, drafts, policy)
  writeChanges(db, ownerId, changes, read)
  return outcomes
}

/** The memories that say it and still hold, the oldest first. */
export function sameText(db: Database, ownerId: OwnerId, hash: string): Memory[] {
  const rows = db.all<MemoryRow>(
    // Left alone, SQLite walks the owner's memories by time for the order's sake: every write would cost more than the last.
    `SELECT * FROM memory INDEXED BY memory_by_hash
      WHERE owner_id = ? AND content_hash = ? AND valid_to IS NULL ORDER BY created_at, id LIMIT ${mostSameTexts}`,
    ownerId,
    hash,
  )
  return rows.map(memoryOf)
}

export function recentlyRecalled(db: Database, ownerId: OwnerId, since: number): Memory[] {
  const rows = db.all<MemoryRow>(
    // By time and then by id, which is said twice over: left alone, SQLite reads all that was ever logged of the owner for the
    // order's sake, and all of their memories for the join's, and every write costs more than the last.
    `SELECT m.* FROM (SELECT memory_id, max(at) AS at FROM access_log INDEXED BY access_log_by_time WHERE owner_id = ? AND at >= ?
        GROUP BY memory_id ORDER BY max(at) DESC LIMIT ${mostRecalled}) AS a
       CROSS JOIN memory AS m ON m.owner_id = ? AND m.id = a.memory_id WHERE m.state <> 'deleted'`,
    ownerId,
    since,
    ownerId,
  )
  return rows.map(memoryOf)
}

const newestOfApp = (db: Database, ownerId: OwnerId, appId: ClientId) =>
  db.get<{ threadId: string; createdAt: number }>(
    `SELECT thread_id AS threadId, created_at AS createdAt FROM memory
      WHERE owner_id = ? AND app_id = ? ORDER BY created_at DESC, id DESC LIMIT 1`,
    ownerId,
    appId,
  )

/** The place in a thread behind which nobody stands. */
export const firstFree = (db: Database, ownerId: OwnerId, threadId: string): number =>
  db.get<{ next: number }>(
    'SELECT coalesce(max(position) + 1, 0) AS next FROM memory WHERE owner_id = ? AND thread_id = ?',
    ownerId,
    threadId,
  )?.next ?? 0
