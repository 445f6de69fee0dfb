/** Adding and changing memories, each call one transaction. */
import { assertWriter, mayRead } from '../../../memory/access.ts'
import {
  assertChange,
  changeable as changeableNow,
  changesOf,
  recalledFor,
  runningThread,
} from '../../../memory/change.ts'
import type { AddOutcome, AddPolicy, Draft, Memories, MemoryFilter, WriteOptions } from '../../../memory/ports.ts'
import type { AccessRule, Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { both, type Condition, changeable, findRule, matching, oneOf } from './conditions.ts'
import { erase, find, insert, recordEvent, rewrite } from './record.ts'

export type Writers = Pick<Memories, 'add' | 'update' | 'setState' | 'delete' | 'deleteAll'>

export function createWriters(db: Database, flushAccessLog: () => void): Writers {
  function writer(ownerId: OwnerId, appId: ClientId): AccessRule {
    const rule = findRule(db, ownerId, appId)
    assertWriter(rule)
    return rule
  }

  function add(ownerId: OwnerId, appId: ClientId, drafts: readonly Draft[], policy: AddPolicy): AddOutcome[] {
    const rule = writer(ownerId, appId)
    flushAccessLog()
    const recalled = recalledFor(rule, recentlyRecalled(db, ownerId, policy.recalledSince))
    const threads = createThreads(db, ownerId, appId, policy)
    return drafts.map((draft): AddOutcome => {
      const known = findDuplicate(db, ownerId, rule, draft.contentHash)
      if (known !== undefined) return { status: 'duplicate', memory: known }
      if (policy.isEcho(draft.content, recalled)) return { status: 'recalled', memory: undefined }
      const memory = insert(db, ownerId, {
        draft,
        appId,
        ...threads.next(draft),
        state: 'active',
        supersedes: undefined,
        validTo: undefined,
        createdAt: policy.at,
        updatedAt: policy.at,
      })
      recordEvent(db, memory, { kind: 'created', appId, at: policy.at })
      return { status: 'added', memory }
    })
  }

  function deleteThese(
    ownerId: OwnerId,
    appId: ClientId,
    memories: readonly Memory[],
    { at }: WriteOptions,
  ): readonly MemoryId[] {
    for (const memory of memories) {
      erase(db, memory, at)
      recordEvent(db, memory, { kind: 'deleted', appId, at })
    }
    if (memories.length > 0) forgetResults(db, ownerId)
    return memories.map(({ id }) => id)
  }

  return {
    add: async (ownerId, appId, drafts, policy) => db.transaction(() => add(ownerId, appId, drafts, policy)),

    update: async (ownerId, appId, id, change, options) =>
      db.transaction(() => {
        const before = changeableMemory(db, ownerId, writer(ownerId, appId), id, options)
        const after = rewrite(db, before, changesOf(change), options.at)
        recordEvent(db, after, { kind: 'updated', appId, at: options.at, before })
        return after
      }),

    setState: async (ownerId, appId, which, state, { at }) =>
      db.transaction(() => {
        const moving = both(selected(ownerId, writer(ownerId, appId), which), {
          sql: "m.state <> ? AND m.state <> 'deleted'",
          values: [state],
        })
        const memories = selectAll(db, moving)
        for (const before of memories) {
          const after = rewrite(db, before, { state }, at)
          recordEvent(db, after, { kind: 'state_changed', appId, at, before })
        }
        return memories.length
      }),

    delete: async (ownerId, appId, ids, options) =>
      erasing(db, () => {
        flushAccessLog()
        const rule = writer(ownerId, appId)
        const memories = [...new Set(ids)].flatMap((id) => {
          const memory = find(db, ownerId, id)
          if (memory === undefined || memory.state === 'deleted' || !mayRead(rule, memory)) return []
          assertChange(rule, memory, options)
          return [memory]
        })
        return deleteThese(ownerId, appId, memories, options)
      }),

    deleteAll: async (ownerId, appId, options) =>
      erasing(db, () => {
        flushAccessLog()
        const rule = writer(ownerId, appId)
        const all = both(changeable(ownerId, rule), { sql: "m.state <> 'deleted'", values: [] })
        return deleteThese(ownerId, appId, selectAll(db, all), options).length
      }),
  }
}

/**
 * A transaction that erases texts. Earlier pages of them are still in the write-ahead log: it is written back and cut to
 * nothing, as far as no other process reads; the next deletion, and closing, try again.
 */
export function erasing<T>(db: Database, work: () => T): T {
  const result = db.transaction(work)
  db.get('PRAGMA wal_checkpoint(TRUNCATE)')
  return result
}

const selectAll = (db: Database, condition: Condition): Memory[] =>
  db.all<MemoryRow>(`SELECT m.* FROM memory AS m WHERE ${condition.sql}`, ...condition.values).map(memoryOf)

const selected = (ownerId: OwnerId, rule: AccessRule, which: readonly MemoryId[] | MemoryFilter): Condition =>
  both(changeable(ownerId, rule), 'states' in which ? matching(ownerId, which) : oneOf('m.id', which))

/** @throws Fault `not_found`, `forbidden`, `precondition_failed` */
export const changeableMemory = (
  db: Database,
  ownerId: OwnerId,
  rule: AccessRule,
  id: MemoryId,
  options: WriteOptions,
): Memory => changeableNow(find(db, ownerId, id), rule, options)

/** A memory that says the same, still holds and may be read by the app: one that it may not read must not show by this. */
export function findDuplicate(db: Database, ownerId: OwnerId, rule: AccessRule, hash: string): Memory | undefined {
  const rows = db.all<MemoryRow>(
    // Left alone, SQLite walks the owner's memories by time for the order's sake: every write would cost more than the last.
    `SELECT * FROM memory INDEXED BY memory_by_hash
      WHERE owner_id = ? AND content_hash = ? AND valid_to IS NULL ORDER BY created_at, id LIMIT 100`,
    ownerId,
    hash,
  )
  return rows.map(memoryOf).find((memory) => mayRead(rule, memory))
}

export function recentlyRecalled(db: Database, ownerId: OwnerId, since: number): Memory[] {
  const rows = db.all<MemoryRow>(
    // By time and then by id, which is said twice over: left alone, SQLite reads all that was ever logged of the owner for the
    // order's sake, and all of their memories for the join's, and every write costs more than the last.
    `SELECT m.* FROM (SELECT memory_id, max(at) AS at FROM access_log INDEXED BY access_log_by_time WHERE owner_id = ? AND at >= ?
        GROUP BY memory_id ORDER BY max(at) DESC LIMIT 200) AS a
       CROSS JOIN memory AS m ON m.owner_id = ? AND m.id = a.memory_id WHERE m.state <> 'deleted'`,
    ownerId,
    since,
    ownerId,
  )
  return rows.map(memoryOf)
}

interface Place {
  readonly threadId: string
  readonly position: number
}

/** Gives each draft of one call its thread and its place in it. */
function createThreads(db: Database, ownerId: OwnerId, appId: ClientId, policy: AddPolicy) {
  const nextPositions = new Map<string, number>()
  let running: string | undefined

  function runningThreadFor(draft: Draft): string {
    if (running !== undefined) return running
    const last = db.get<{ thread_id: string; created_at: number }>(
      'SELECT thread_id, created_at FROM memory WHERE owner_id = ? AND app_id = ? ORDER BY created_at DESC, id DESC LIMIT 1',
      ownerId,
      appId,
    )
    running = runningThread(last && { threadId: last.thread_id, createdAt: last.created_at }, draft, policy)
    return running
  }

  return {
    next(draft: Draft): Place {
      const threadId = draft.threadId ?? runningThreadFor(draft)
      const position = nextPositions.get(threadId) ?? nextPosition(db, ownerId, threadId)
      nextPositions.set(threadId, position + 1)
      return { threadId, position }
    },
  }
}

export const nextPosition = (db: Database, ownerId: OwnerId, threadId: string): number =>
  db.get<{ next: number }>(
    'SELECT coalesce(max(position) + 1, 0) AS next FROM memory WHERE owner_id = ? AND thread_id = ?',
    ownerId,
    threadId,
  )?.next ?? 0

/** Results kept for idempotency hold texts, and which they hold is not worth knowing. Of one app, or of all. */
export const forgetResults = (db: Database, ownerId: OwnerId, appId?: ClientId): number =>
  db.run(
    "UPDATE once SET state = 'erased', result = NULL WHERE owner_id = ? AND app_id = coalesce(?, app_id) AND state = 'done'",
    ownerId,
    appId ?? null,
  )
