import type { History, Reading } from '../../../memory/ports.ts'
import type { AccessLogEntry } from '../../../memory/schema.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { both, readable, readRule } from './conditions.ts'
import { type EventRow, toEvent } from './rows.ts'

const eventColumns = 'seq, memory_id, kind, app_id, at, before, other_id'
/** Readings wait at most so long, and at most so many: a search should not wait for its own log. */
const flushAfterMs = 200
const mostWaiting = 2_000

interface Waiting extends Reading {
  readonly ownerId: OwnerId
  readonly appId: ClientId
  readonly at: number
}

interface AccessRow {
  readonly id: number
  readonly memory_id: string
  readonly app_id: string
  readonly kind: string
  readonly query: string | null
  readonly score: number | null
  readonly at: number
}

/** Events and the access log. `flush` writes the readings that wait. */
export function historyOf(database: Database): History & { flush(): void } {
  let waiting: Waiting[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    const readings = waiting
    waiting = []
    if (readings.length === 0) return
    database.transaction(() => {
      for (const { ownerId, memoryId, appId, kind, query, score, at } of readings) {
        // Only of a memory that is still there: a deletion takes its log along, whichever comes first.
        database.run(
          `INSERT INTO access (owner_id, memory_id, app_id, kind, query, score, at)
            SELECT ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM memory WHERE id = ? AND owner_id = ? AND state <> 'deleted')`,
          ownerId,
          memoryId,
          appId,
          kind,
          query ?? null,
          score ?? null,
          at,
          memoryId,
          ownerId,
        )
      }
    })
  }

  const readsIt = (ownerId: OwnerId, appId: ClientId, id: MemoryId) => {
    const rule = readRule(database, ownerId, appId)
    const where = both({ sql: 'owner_id = ? AND id = ?', values: [ownerId, id] }, readable(rule))
    return database.get(`SELECT 1 FROM memory WHERE ${where.sql}`, ...where.values) !== undefined
  }
  const count = (table: 'event' | 'access', ownerId: OwnerId, id: MemoryId) =>
    database.get<{ total: number }>(
      `SELECT count(*) AS total FROM ${table} WHERE owner_id = ? AND memory_id = ?`,
      ownerId,
      id,
    )?.total ?? 0

  return {
    flush,
    async events(ownerId, appId, id, { limit, offset }) {
      if (!readsIt(ownerId, appId, id)) return { items: [], total: 0 }
      const rows = database.all<EventRow>(
        `SELECT ${eventColumns} FROM event WHERE owner_id = ? AND memory_id = ? ORDER BY seq DESC LIMIT ? OFFSET ?`,
        ownerId,
        id,
        limit,
        offset,
      )
      return { items: rows.map(toEvent), total: count('event', ownerId, id) }
    },
    async eventsAfter(ownerId, seq, limit) {
      return database
        .all<EventRow>(
          `SELECT ${eventColumns} FROM event WHERE owner_id = ? AND seq > ? ORDER BY seq LIMIT ?`,
          ownerId,
          seq,
          limit,
        )
        .map(toEvent)
    },
    async lastEvent(ownerId) {
      return (
        database.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM event WHERE owner_id = ?', ownerId)?.seq ?? 0
      )
    },
    logAccess(ownerId, appId, readings, at) {
      for (const reading of readings) waiting.push({ ...reading, ownerId, appId, at })
      if (waiting.length >= mostWaiting) flush()
      else timer ??= setTimeout(flush, flushAfterMs)
    },
    async accessLog(ownerId, appId, id, { limit, offset }) {
      flush()
      if (!readsIt(ownerId, appId, id)) return { items: [], total: 0 }
      const rows = database.all<AccessRow>(
        `SELECT id, memory_id, app_id, kind, query, score, at FROM access WHERE owner_id = ? AND memory_id = ?
          ORDER BY id DESC LIMIT ? OFFSET ?`,
        ownerId,
        id,
        limit,
        offset,
      )
      return { items: rows.map(toEntry), total: count('access', ownerId, id) }
    },
  }
}

const toEntry = (row: AccessRow): AccessLogEntry => ({
  id: row.id,
  memoryId: row.memory_id as AccessLogEntry['memoryId'],
  appId: row.app_id as AccessLogEntry['appId'],
  kind: row.kind as AccessLogEntry['kind'],
  query: row.query ?? undefined,
  score: row.score ?? undefined,
  at: row.at,
})
