/** Adding and changing memories, each call one transaction. What each comes to is said by memory/change. */
import { assertWriter } from '../../../memory/access.ts'
import { adding, mostRecalled, mostSameTexts } from '../../../memory/change/add.ts'
import { erasable, erasing, movingTo, updating } from '../../../memory/change/update.ts'
import type { Memories, MemoryFilter } from '../../../memory/ports.ts'
import type { AccessRule, Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import { analyzeAhead } from '../../../memory/text/analyze-ahead.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { both, type Condition, changeable, findRule, matching, oneOf } from './conditions.ts'
import { assertNotErasedSince } from './erasure.ts'
import { find, writeChanges } from './record.ts'

export type Writers = Pick<Memories, 'add' | 'update' | 'setState' | 'delete' | 'deleteAll'>

/** Of all that a person has, so many texts are read before they are erased: beyond, reading is not what takes longest. */
const mostReadAhead = 5_000

export const createWriters = (db: Database, flush: (ownerId: OwnerId) => void): Writers => ({
  async add(ownerId, appId, drafts, policy) {
    const read = await analyzeAhead(drafts.map(textOf))
    return db.transaction(() => {
      flush(ownerId)
      const known = {
        rule: writer(db, ownerId, appId, policy.at),
        recalled: recentlyRecalled(db, ownerId, policy.recalledSince),
        newestOfApp: () => newestOfApp(db, ownerId, appId),
        sameText: (hash: string) => sameText(db, ownerId, hash),
        firstFree: (threadId: string) => firstFree(db, ownerId, threadId),
      }
      const { outcomes, changes } = adding(known, { ownerId, appId }, drafts, policy)
      writeChanges(db, ownerId, changes, read)
      return outcomes
    })
  },

  update: async (ownerId, appId, id, change, options) =>
    db.transaction(() => {
      const rule = writer(db, ownerId, appId, options.at)
      const { memory, changes } = updating(find(db, ownerId, id), rule, { ownerId, appId }, change, options)
      writeChanges(db, ownerId, changes)
      return memory
    }),

  setState: async (ownerId, appId, which, state, options) =>
    db.transaction(() => {
      const moving = both(selected(ownerId, writer(db, ownerId, appId, options.at), which), {
        sql: "m.state <> ? AND m.state <> 'deleted'",
        values: [state],
      })
      const memories = selectAll(db, moving)
      writeChanges(db, ownerId, movingTo(state, memories, { ownerId, appId }, options))
      return memories.length
    }),

  async delete(ownerId, appId, ids, options) {
    const these = () => {
      const rule = writer(db, ownerId, appId, options.at)
      return erasable(ids, (id) => find(db, ownerId, id), rule, options)
    }
    const read = ids.length > 1 ? await analyzeAhead(db.snapshot(these).map(textOf)) : undefined
    return db.erase(() => {
      flush(ownerId)
      const memories = these()
      writeChanges(db, ownerId, erasing(memories, { ownerId, appId }, options), read)
      return memories.map(({ id }) => id)
    })
  },

  async deleteAll(ownerId, appId, options) {
    const these = (limit?: number) => {
      const rule = writer(db, ownerId, appId, options.at)
      return selectAll(db, both(changeable(ownerId, rule), { sql: "m.state <> 'deleted'", values: [] }), limit)
    }
    const read = await analyzeAhead(db.snapshot(() => these(mostReadAhead)).map(textOf))
    return db.erase(() => {
      flush(ownerId)
      const memories = these()
      writeChanges(db, ownerId, erasing(memories, { ownerId, appId }, options), read)
      return memories.length
    })
  },
})

const textOf = ({ content }: Pick<Memory, 'content'>): string => content

/** The rule of an app that may write what was asked for at `at`. @throws Fault `forbidden`, `conflict` */
export function writer(db: Database, ownerId: OwnerId, appId: ClientId, at: number): AccessRule {
  assertNotErasedSince(db, ownerId, at)
  const rule = findRule(db, ownerId, appId)
  assertWriter(rule)
  return rule
}

/** `limit`: how many at most; all unless given. */
const selectAll = (db: Database, condition: Condition, limit = -1): Memory[] =>
  db
    .all<MemoryRow>(`SELECT m.* FROM memory AS m WHERE ${condition.sql} LIMIT ?`, ...condition.values, limit)
    .map(memoryOf)

const selected = (ownerId: OwnerId, rule: AccessRule, which: readonly MemoryId[] | MemoryFilter): Condition =>
  both(changeable(ownerId, rule), 'states' in which ? matching(ownerId, which) : oneOf('m.id', which))

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
