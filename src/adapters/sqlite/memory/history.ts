/** What happened to memories, and who read them. */
import { eventFor, visible } from '../../../memory/change.ts'
import type { History, Reading } from '../../../memory/ports.ts'
import { type AccessRow, accessOf, type EventRow, eventOf } from '../../../memory/stored.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import { Fault } from '../../../shared/fault.ts'
import type { Database } from '../database.ts'
import { findRule } from './conditions.ts'
import { find } from './record.ts'

/** Readings wait this long, so that a search costs no write of its own. */
const flushAfterMs = 200
const maxWaiting = 1_000

interface Waiting {
  readonly ownerId: OwnerId
  readonly appId: ClientId
  readonly reading: Reading
  readonly at: number
}

export interface SqliteHistory extends History {
  /** Writes the readings that wait; inside a transaction as a part of it. */
  flush(): void
  stop(): void
}

export function createHistory(db: Database): SqliteHistory {
  let waiting: Waiting[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    const batch = waiting
    if (batch.length === 0) return
    db.transaction(() => {
      // Only of a memory that is still there: a deletion takes its readings along, whichever comes first; and a question that
      // found one that another process has erased meanwhile is not kept with the others either.
      const [kept, gone] = [batch.filter(isThere), batch.filter((one) => !isThere(one))]
      const unkept = new Set(gone.map(questionOf))
      for (const one of kept) {
        const { ownerId, appId, reading, at } = one
        db.run(
          'INSERT INTO access_log (owner_id, memory_id, app_id, kind, query, score, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
          ownerId,
          reading.memoryId,
          appId,
          reading.kind,
          unkept.has(questionOf(one)) ? null : (reading.query ?? null),
          reading.score ?? null,
          at,
        )
      }
    })
    waiting = waiting.slice(batch.length)
  }

  const isThere = ({ ownerId, reading }: Waiting): boolean =>
    db.get("SELECT 1 FROM memory WHERE owner_id = ? AND id = ? AND state <> 'deleted'", ownerId, reading.memoryId) !==
    undefined

  const questionOf = ({ ownerId, reading, at }: Waiting): string => JSON.stringify([ownerId, at, reading.query])

  /** A busy file keeps the readings waiting: the next flush writes them. */
  function flushQuietly(): void {
    try {
      flush()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (waiting.length > 10 * maxWaiting) waiting = waiting.slice(-maxWaiting)
    }
  }

  function seen(ownerId: OwnerId, appId: ClientId, id: MemoryId) {
    const rule = findRule(db, ownerId, appId)
    return { rule, memory: visible(find(db, ownerId, id), rule) }
  }

  const countOf = (row: { total: number } | undefined): number => row?.total ?? 0

  return {
    flush,
    stop() {
      flush()
      clearTimeout(timer)
    },
    async events(ownerId, appId, id, { limit, offset }) {
      const { rule, memory } = seen(ownerId, appId, id)
      const rows = db.all<EventRow>(
        'SELECT * FROM memory_event WHERE owner_id = ? AND memory_id = ? ORDER BY seq DESC LIMIT ? OFFSET ?',
        ownerId,
        id,
        limit,
        offset,
      )
      const total = db.get<{ total: number }>(
        'SELECT count(*) AS total FROM memory_event WHERE owner_id = ? AND memory_id = ?',
        ownerId,
        id,
      )
      return { items: rows.map((row) => eventFor(rule, memory, eventOf(row))), total: countOf(total) }
    },
    async eventsAfter(ownerId, seq, limit) {
      const rows = db.all<EventRow>(
        'SELECT * FROM memory_event WHERE owner_id = ? AND seq > ? ORDER BY seq LIMIT ?',
        ownerId,
        seq,
        limit,
      )
      return rows.map(eventOf)
    },
    async lastEvent(ownerId) {
      const row = db.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM memory_event WHERE owner_id = ?', ownerId)
      return row?.seq ?? 0
    },
    logAccess(ownerId, appId, readings, at) {
      for (const reading of readings) waiting.push({ ownerId, appId, reading, at })
      if (waiting.length >= maxWaiting) flushQuietly()
      else if (waiting.length > 0 && timer === undefined) {
        timer = setTimeout(flushQuietly, flushAfterMs)
        if (typeof timer === 'object') timer.unref()
      }
    },
    async accessLog(ownerId, appId, id, { limit, offset }) {
      seen(ownerId, appId, id)
      flush()
      const rows = db.all<AccessRow>(
        'SELECT * FROM access_log WHERE owner_id = ? AND memory_id = ? ORDER BY at DESC, seq DESC LIMIT ? OFFSET ?',
        ownerId,
        id,
        limit,
        offset,
      )
      const total = db.get<{ total: number }>(
        'SELECT count(*) AS total FROM access_log WHERE owner_id = ? AND memory_id = ?',
        ownerId,
        id,
      )
      return { items: rows.map(accessOf), total: countOf(total) }
    },
  }
}
