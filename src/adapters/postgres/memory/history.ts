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
import { Fault } from '../../../shared/fault.ts'
import type { Log } from '../../../shared/log.ts'
import { createWriteBehind, lostAtEnd, unwritten } from '../../../shared/write-behind.ts'
import type { Database, Transaction } from '../database.ts'
import { failure } from '../errors.ts'
import { findRule } from './conditions.ts'
import { findAll } from './record.ts'

export interface PostgresHistory extends History {
  /** Writes the owner's readings that wait, as a part of a transaction of theirs, which goes on where they are refused: then they wait on. */
  flush(transaction: Transaction): Promise<void>
  /** Writes them now. */
  flushNow(ownerId: OwnerId): Promise<void>
  /** Writes what waits, if it can: whoever closes must not fail for it. */
  stop(): Promise<void>
}

export function createHistory(db: Database, log?: Log): PostgresHistory {
  const waiting = createWriteBehind<OwnerId, Omit<AccessRow, 'seq'>>(
    async (owners) => {
      const flushed = await Promise.allSettled(owners.map(flushOwner))
      const failed = flushed.find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw failed.reason
    },
    unwritten('readings', log),
  )

  async function flush(transaction: Transaction): Promise<void> {
    if (waiting.of(transaction.ownerId).length === 0) return
    try {
      await transaction.aside((sql) => writeReadings({ ...transaction, sql }))
    } catch (error) {
      const told = failure(error)
      if (told instanceof Fault && told.kind === 'unavailable') throw error
    }
  }

  async function writeReadings(transaction: Transaction): Promise<void> {
    const { sql, ownerId } = transaction
    const readings = waiting.of(ownerId)
    if (readings.length === 0) return
    // Only of a memory that is still there: a deletion takes its readings along, whichever comes first.
    await sql`
      INSERT INTO access_log (owner_id, memory_id, app_id, kind, score, at)
      SELECT ${ownerId}, x.memory_id, x.app_id, x.kind, x.score, x.at
        FROM ROWS FROM (json_to_recordset(${JSON.stringify(readings)}::text::json)
            AS (memory_id text, app_id text, kind text, score double precision, at bigint)) WITH ORDINALITY
          AS x (memory_id, app_id, kind, score, at, place)
        JOIN memory AS m ON m.owner_id = ${ownerId} AND m.id = x.memory_id
       WHERE m.state <> 'deleted' ORDER BY x.place`
    transaction.afterCommit(() => waiting.written(ownerId, readings))
  }

  const flushOwner = (ownerId: OwnerId) => db.write(ownerId, writeReadings)

  async function flushNow(ownerId: OwnerId): Promise<void> {
    if (waiting.of(ownerId).length > 0) await flushOwner(ownerId)
  }

  async function seen(ownerId: OwnerId, appId: ClientId, id: MemoryId) {
    const [rule, found] = await db.run((sql) =>
      Promise.all([findRule(sql, ownerId, appId), findAll({ sql, ownerId }, [id])]),
    )
    return { rule, memory: visible(found.get(id), rule) }
  }

  return {
    flush,
    flushNow,
    async stop() {
      waiting.stop()
      try {
        await Promise.all(waiting.keys().map(flushOwner))
      } catch (error) {
        lostAtEnd('readings', log)(error, waiting.count())
      }
    },
    async events(ownerId, appId, id, { limit, offset }) {
      const { rule, memory } = await seen(ownerId, appId, id)
      const [rows, [counted]] = await db.run((sql) =>
        Promise.all([
          sql<EventRow[]>`SELECT * FROM memory_event WHERE owner_id = ${ownerId} AND memory_id = ${id}
            ORDER BY seq DESC LIMIT ${limit} OFFSET ${offset}`,
          sql<{ total: number }[]>`
            SELECT count(*) AS total FROM memory_event WHERE owner_id = ${ownerId} AND memory_id = ${id}`,
        ]),
      )
      const items = rows.map(eventOf)
      const judged = othersToJudge(rule, items)
      const others = judged.length === 0 ? undefined : await db.run((sql) => findAll({ sql, ownerId }, judged))
      return {
        items: items.map((event) => eventFor(rule, memory, event, event.otherId && others?.get(event.otherId))),
        total: counted?.total ?? 0,
      }
    },
    eventsAfter: (ownerId, seq, limit) =>
      db.run(async (sql) => {
        const rows = await sql<EventRow[]>`
          SELECT * FROM memory_event WHERE owner_id = ${ownerId} AND seq > ${seq} ORDER BY seq LIMIT ${limit}`
        return rows.map(eventOf)
      }),
    lastEvent: (ownerId) =>
      db.run(async (sql) => {
        const [row] = await sql<{ seq: number | null }[]>`
          SELECT max(seq) AS seq FROM memory_event WHERE owner_id = ${ownerId}`
        return row?.seq ?? 0
      }),
    logAccess(ownerId, appId, readings, at) {
      waiting.add(ownerId, readingRowsOf(appId, readings, at))
    },
    async accessLog(ownerId, appId, id, { limit, offset }) {
      await seen(ownerId, appId, id)
      await flushNow(ownerId)
      const [rows, [counted]] = await db.run((sql) =>
        Promise.all([
          sql<AccessRow[]>`SELECT * FROM access_log WHERE owner_id = ${ownerId} AND memory_id = ${id}
            ORDER BY ${sql.unsafe(dayOfReading)} DESC, at DESC, seq DESC LIMIT ${limit} OFFSET ${offset}`,
          sql<{ total: number }[]>`
            SELECT count(*) AS total FROM access_log WHERE owner_id = ${ownerId} AND memory_id = ${id}`,
        ]),
      )
      return { items: rows.map(accessOf), total: counted?.total ?? 0 }
    },
    async accessDays(ownerId, appId, id, { limit, offset }) {
      await seen(ownerId, appId, id)
      await flushNow(ownerId)
      const [rows, [counted]] = await db.run((sql) => {
        const days = sql`FROM access_log WHERE owner_id = ${ownerId} AND memory_id = ${id}
          GROUP BY ${sql.unsafe(dayOfReading)}, app_id`
        return Promise.all([
          sql<AccessDayRow[]>`SELECT app_id, max(at) AS at, count(*) AS count ${days}
            ORDER BY max(at) DESC, app_id LIMIT ${limit} OFFSET ${offset}`,
          sql<{ total: number }[]>`SELECT count(*) AS total FROM (SELECT 1 ${days}) AS d`,
        ])
      })
      return { items: rows.map(accessDayOf), total: counted?.total ?? 0 }
    },
  }
}
