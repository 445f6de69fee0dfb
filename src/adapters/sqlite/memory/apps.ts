import type { Apps, AppUse } from '../../../memory/ports.ts'
import type { ClientId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { both, readable, readRule } from './conditions.ts'
import { type MemoryRow, memoryColumns, toMemory } from './rows.ts'

const mostApps = 1_000

interface UseRow {
  readonly app_id: ClientId
  readonly created: number
  readonly accessed: number
  readonly first: number | null
  readonly last: number | null
}

/** The apps of an owner: what they wrote and read, and what they may. */
export function appsOf(database: Database, flush: () => void): Apps {
  const uses = (ownerId: OwnerId, appId?: ClientId): AppUse[] => {
    flush()
    const only = appId === undefined ? '' : ' AND app_id = ?'
    const values = appId === undefined ? [ownerId] : [ownerId, appId]
    return database
      .all<UseRow>(
        `SELECT app_id, sum(created) AS created, sum(accessed) AS accessed, min(first) AS first, max(last) AS last FROM (
          SELECT app_id, count(*) AS created, 0 AS accessed, NULL AS first, NULL AS last FROM memory
            WHERE owner_id = ? AND state <> 'deleted'${only} GROUP BY app_id
          UNION ALL SELECT app_id, 0, count(DISTINCT memory_id), min(at), max(at) FROM access WHERE owner_id = ?${only} GROUP BY app_id
          UNION ALL SELECT app_id, 0, 0, NULL, NULL FROM access_rule WHERE owner_id = ?${only}
        ) GROUP BY app_id ORDER BY app_id LIMIT ${mostApps}`,
        ...values,
        ...values,
        ...values,
      )
      .map((row) => ({
        appId: row.app_id,
        rule: readRule(database, ownerId, row.app_id),
        memoriesCreated: row.created,
        memoriesAccessed: row.accessed,
        firstAccessed: row.first ?? undefined,
        lastAccessed: row.last ?? undefined,
      }))
  }
  return {
    apps: async (ownerId) => uses(ownerId),
    app: async (ownerId, appId) => uses(ownerId, appId)[0],
    async accessedBy(ownerId, readerId, appId, { limit, offset }) {
      flush()
      const where = both(
        { sql: 'memory.owner_id = ?', values: [ownerId] },
        readable(readRule(database, ownerId, readerId)),
      )
      const from = `(SELECT memory_id, count(*) AS reads, max(id) AS last FROM access WHERE owner_id = ? AND app_id = ?
        GROUP BY memory_id) AS given JOIN memory ON memory.id = given.memory_id WHERE memory.state <> 'deleted' AND ${where.sql}`
      const values = [ownerId, appId, ...where.values]
      const rows = database.all<MemoryRow & { reads: number }>(
        `SELECT ${memoryColumns}, reads FROM ${from} ORDER BY reads DESC, last DESC LIMIT ? OFFSET ?`,
        ...values,
        limit,
        offset,
      )
      const total = database.get<{ total: number }>(`SELECT count(*) AS total FROM ${from}`, ...values)?.total ?? 0
      return { items: rows.map((row) => ({ memory: toMemory(row), count: row.reads })), total }
    },
    rule: async (ownerId, appId) => readRule(database, ownerId, appId),
    async setRule(ownerId, { appId, paused, read, write, categories }) {
      database.run(
        `INSERT INTO access_rule (owner_id, app_id, paused, read, write, categories) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (owner_id, app_id) DO UPDATE SET paused = excluded.paused, read = excluded.read, write = excluded.write,
            categories = excluded.categories`,
        ownerId,
        appId,
        paused ? 1 : 0,
        read,
        write,
        categories === undefined ? null : JSON.stringify(categories),
      )
    },
  }
}
