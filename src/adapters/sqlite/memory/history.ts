/** What happened to memories, and who read them. */
import { eventFor, othersToJudge, visible } from '../../../memory/change/permitted.ts'
import type { History } from '../../../memory/ports.ts'
import {
  type AccessDayRow,
  type AccessRow,
  accessDayOf,
  accessOf,
  dayOfReading,
  type EventRow,
  eventOf,
  readingRowsOf,
} from '../../../memory/stored/history.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Log } from '../../../shared/log.ts'
import { createWriteBehind, lostAtEnd, unwritten } from '../../../shared/write-behind.ts'
import type { Database } from '../database.ts'
import { findRule } from './conditions.ts'
import { find } from './record.ts'

type ReadingRow = Omit<AccessRow, 'seq'>

export interface SqliteHistory extends History {
  /** Writes the owner's readings that wait; inside a transaction as a part of it. */
  flush(ownerId: OwnerId): void
  /** Writes what waits, if it can: whoever closes must not fail for it. */
  stop(): void
}

/**
 * So many readings in one transaction, or an eighth of what waits where that is more, and the rest of the last question's: each takes
 * 20 us, and requests wait meanwhile.
 */
const fewestAtOnce = 64
const shareAtOnce = 1 / 8

export function createHistory(db: Database, log?: Log): SqliteHistory {
  const waiting = createWriteBehind<OwnerId, ReadingRow>(flushInTurns, unwritten('readings', log))

  /** Lets what is asked meanwhile go between. */
  async function flushInTurns(owners: readonly OwnerId[]): Promise<void> {
    const waits = () => owners.reduce((sum, ownerId) => sum + waiting.of(ownerId).length, 0)
    // What comes meanwhile is flushed next time, so that this one ends.
    for (let left = waits(); left > 0; ) {
      const written = flushSome(owners, Math.max(fewestAtOnce, Math.ceil(waits() * shareAtOnce)))
      if (written === 0) return
      left -= written
      if (left > 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Writes about so many, in one transaction. Returns how many. */
  function flushSome(owners: readonly OwnerId[], count: number): number {
    let written = 0
    db.transaction(() => {
      for (const ownerId of owners) {
        if (written >= count) break
        const readings = waiting.of(ownerId).slice(0, count - written)
        keep(ownerId, readings)
        written += readings.length
      }
    })
    return written
  }

  const flush = (ownerId: OwnerId): void => keep(ownerId, waiting.of(ownerId))

  function keep(ownerId: OwnerId, readings: readonly ReadingRow[]): void {
    if (readings.length === 0) return
    db.transaction(() => {
      keepReadings(db, ownerId, readings)
      db.afterCommit(() => waiting.written(ownerId, readings))
    })
  }

  function seen(ownerId: OwnerId, appId: ClientId, id: MemoryId) {
    const rule = findRule(db, ownerId, appId)
    return { rule, memory: visible(find(db, ownerId, id), rule) }
  }

  const countOf = (row: { total: number } | undefined): number => row?.total ?? 0

  return {
    flush,
    stop() {
      waiting.stop()
      try {
        db.transaction(() => waiting.keys().forEach(flush))
      } catch (error) {
        lostAtEnd('readings', log)(error, waiting.count())
      }
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
      const items = rows.map(eventOf)
      const others = new Map(othersToJudge(rule, items).map((other) => [other, find(db, ownerId, other)]))
      return {
        items: items.map((event) => eventFor(rule, memory, event, event.otherId && others.get(event.otherId))),
        total: countOf(total),
      }
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
      waiting.add(ownerId, readingRowsOf(appId, readings, at))
    },
    async accessLog(ownerId, appId, id, { limit, offset }) {
      seen(ownerId, appId, id)
      flush(ownerId)
      const rows = db.all<AccessRow>(
        `SELECT * FROM access_log WHERE owner_id = ? AND memory_id = ?
          ORDER BY ${dayOfReading} DESC, at DESC, seq DESC LIMIT ? OFFSET ?`,
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
    async accessDays(ownerId, appId, id, { limit, offset }) {
      seen(ownerId, appId, id)
      flush(ownerId)
      const days = `FROM access_log WHERE owner_id = ? AND memory_id = ? GROUP BY ${dayOfReading}, app_id`
      const rows = db.all<AccessDayRow>(
        `SELECT app_id, max(at) AS at, count(*) AS count ${days} ORDER BY max(at) DESC, app_id LIMIT ? OFFSET ?`,
        ownerId,
        id,
        limit,
        offset,
      )
      const total = db.get<{ total: number }>(`SELECT count(*) AS total FROM (SELECT 1 ${days}) AS part`, ownerId, id)
      return { items: rows.map(accessDayOf), total: countOf(total) }
    },
  }
}

/** Only those of a memory that is still there: a deletion takes its readings along, whichever comes first. */
function keepReadings(db: Database, ownerId: OwnerId, readings: readonly ReadingRow[]): void {
  const found = db.all<{ id: MemoryId }>(
    "SELECT id FROM memory WHERE owner_id = ? AND state <> 'deleted' AND id IN (SELECT value FROM json_each(?))",
    ownerId,
    JSON.stringify([...new Set(readings.map(({ memory_id }) => memory_id))]),
  )
  const there = new Set(found.map(({ id }) => id))
  for (const one of readings) {
    if (!there.has(one.memory_id)) continue
    db.run(
      'INSERT INTO access_log (owner_id, memory_id, app_id, kind, score, at) VALUES (?, ?, ?, ?, ?, ?)',
      ownerId,
      one.memory_id,
      one.app_id,
      one.kind,
      one.score,
      one.at,
    )
  }
}
