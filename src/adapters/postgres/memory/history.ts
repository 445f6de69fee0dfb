/** What happened to memories, and who read them. */
import { eventFor, visible } from '../../../memory/change.ts'
import type { History, Reading } from '../../../memory/ports.ts'
import { type AccessRow, accessOf, type EventRow, eventOf } from '../../../memory/stored.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import { Fault } from '../../../shared/fault.ts'
import type { Database, Transaction } from '../database.ts'
import { findRule } from './conditions.ts'
import { findAll } from './record.ts'

/** Readings wait this long, so that a search costs no write of its own. */
const flushAfterMs = 200
/** An owner's readings beyond this go while the server does not answer, the oldest first. */
const mostWaiting = 10_000

interface Waiting {
  readonly memory_id: MemoryId
  readonly app_id: ClientId
  readonly kind: Reading['kind']
  readonly query: string | undefined
  readonly score: number | undefined
  readonly at: number
}

export interface PostgresHistory extends History {
  /** Writes the owner's readings that wait, as a part of a transaction of theirs. */
  flush(transaction: Transaction): Promise<void>
  /** Writes those of the owner, or of all, now. */
  flushNow(ownerId?: OwnerId): Promise<void>
  stop(): Promise<void>
}

export function createHistory(db: Database): PostgresHistory {
  const waiting = new Map<OwnerId, Waiting[]>()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function flush(transaction: Transaction): Promise<void> {
    const { sql, ownerId } = transaction
    const readings = waiting.get(ownerId)?.slice()
    if (readings === undefined || readings.length === 0) return
    // Only of a memory that is still there: a deletion takes its readings along, whichever comes first; and a question that
    // found one that is gone by now is not kept with the others either.
    await sql`
      WITH r AS (SELECT x.*, m.state FROM ROWS FROM (json_to_recordset(${JSON.stringify(readings)}::text::json)
              AS (memory_id text, app_id text, kind text, query text, score double precision, at bigint)) WITH ORDINALITY
                AS x (memory_id, app_id, kind, query, score, at, place)
          LEFT JOIN memory AS m ON m.owner_id = ${ownerId} AND m.id = x.memory_id)
      INSERT INTO access_log (owner_id, memory_id, app_id, kind, query, score, at)
      SELECT ${ownerId}, memory_id, app_id, kind,
          CASE WHEN EXISTS (SELECT 1 FROM r AS gone WHERE gone.at = r.at AND gone.query = r.query AND gone.state = 'deleted')
            THEN NULL ELSE query END, score, at
        FROM r WHERE state <> 'deleted' ORDER BY place`
    transaction.afterCommit(() => {
      const left = waiting.get(ownerId)?.slice(readings.length) ?? []
      if (left.length > 0) waiting.set(ownerId, left)
      else waiting.delete(ownerId)
    })
  }

  const flushOwner = (ownerId: OwnerId) => db.write(ownerId, flush)

  /** A server that does not answer keeps the readings waiting: the next flush writes them. */
  async function flushQuietly(): Promise<void> {
    timer = undefined
    const results = await Promise.allSettled([...waiting.keys()].map(flushOwner))
    for (const [ownerId, readings] of waiting) {
      if (readings.length > mostWaiting) waiting.set(ownerId, readings.slice(-mostWaiting))
    }
    const failed = results.find((result) => result.status === 'rejected' && !(result.reason instanceof Fault))
    if (failed?.status === 'rejected') throw failed.reason
    if (waiting.size > 0) schedule()
  }

  function schedule(): void {
    timer ??= setTimeout(() => void flushQuietly(), flushAfterMs)
    if (typeof timer === 'object') timer.unref()
  }

  async function flushNow(ownerId?: OwnerId): Promise<void> {
    if (ownerId === undefined) await Promise.all([...waiting.keys()].map(flushOwner))
    else if (waiting.has(ownerId)) await flushOwner(ownerId)
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
      clearTimeout(timer)
      await flushNow()
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
      return { items: rows.map((row) => eventFor(rule, memory, eventOf(row))), total: counted?.total ?? 0 }
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
      if (readings.length === 0) return
      const rows = readings.map(({ memoryId, kind, query, score }) => ({
        memory_id: memoryId,
        app_id: appId,
        kind,
        // A question may hold what Postgres cannot: it must not keep the readings of others from being written.
        query: query?.replaceAll('\0', '').toWellFormed(),
        score,
        at,
      }))
      waiting.set(ownerId, [...(waiting.get(ownerId) ?? []), ...rows])
      schedule()
    },
    async accessLog(ownerId, appId, id, { limit, offset }) {
      await seen(ownerId, appId, id)
      await flushNow(ownerId)
      const [rows, [counted]] = await db.run((sql) =>
        Promise.all([
          sql<AccessRow[]>`SELECT * FROM access_log WHERE owner_id = ${ownerId} AND memory_id = ${id}
            ORDER BY at DESC, seq DESC LIMIT ${limit} OFFSET ${offset}`,
          sql<{ total: number }[]>`
            SELECT count(*) AS total FROM access_log WHERE owner_id = ${ownerId} AND memory_id = ${id}`,
        ]),
      )
      return { items: rows.map(accessOf), total: counted?.total ?? 0 }
    },
  }
}
