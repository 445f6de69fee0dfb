/** Apps as their user sees them: what they wrote and read, and what they may. */
import { openRule } from '../../../memory/access.ts'
import type { Apps, AppUse } from '../../../memory/ports.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored.ts'
import type { ClientId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { findRule, readableBy, ruleOf } from './conditions.ts'
import { forgetResults } from './onces.ts'

const maxApps = 1_000

interface UseRow {
  readonly app_id: ClientId
  readonly created: number
  readonly accessed: number
  readonly first: number | null
  readonly last: number | null
}

export function createApps(db: Database, flush: (ownerId: OwnerId) => void): Apps {
  function uses(ownerId: OwnerId, appId?: ClientId): AppUse[] {
    flush(ownerId)
    const one = appId === undefined ? '' : 'AND app_id = ?'
    const values = appId === undefined ? [ownerId] : [ownerId, appId]
    const rows = db.all<UseRow>(
      `WITH wrote AS (SELECT app_id, count(*) AS created FROM memory WHERE owner_id = ? ${one} AND state <> 'deleted' GROUP BY app_id),
            gave AS (SELECT app_id, count(DISTINCT memory_id) AS accessed, min(at) AS first, max(at) AS last
                       FROM access_log WHERE owner_id = ? ${one} GROUP BY app_id),
            known AS (SELECT app_id FROM wrote UNION SELECT app_id FROM gave
                      UNION SELECT app_id FROM access_rule WHERE owner_id = ? ${one})
       SELECT known.app_id, coalesce(wrote.created, 0) AS created, coalesce(gave.accessed, 0) AS accessed, gave.first, gave.last
         FROM known LEFT JOIN wrote USING (app_id) LEFT JOIN gave USING (app_id) ORDER BY known.app_id LIMIT ${maxApps}`,
      ...values,
      ...values,
      ...values,
    )
    const rules = new Map(
      db
        .all<Parameters<typeof ruleOf>[0]>('SELECT * FROM access_rule WHERE owner_id = ? LIMIT ?', ownerId, maxApps)
        .map((row) => [row.app_id, ruleOf(row)]),
    )
    return rows.map((row) => ({
      appId: row.app_id,
      rule: rules.get(row.app_id) ?? openRule(row.app_id),
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
      flush(ownerId)
      const seen = readableBy(db, ownerId, readerId)
      const from = `FROM (SELECT memory_id, count(*) AS count FROM access_log WHERE owner_id = ? AND app_id = ? GROUP BY memory_id) AS a
         JOIN memory AS m ON m.owner_id = ? AND m.id = a.memory_id WHERE m.state <> 'deleted' AND ${seen.sql}`
      const values = [ownerId, appId, ownerId, ...seen.values]
      const rows = db.all<MemoryRow & { count: number }>(
        `SELECT m.*, a.count AS count ${from} ORDER BY a.count DESC, m.id DESC LIMIT ? OFFSET ?`,
        ...values,
        limit,
        offset,
      )
      const total = db.get<{ total: number }>(`SELECT count(*) AS total ${from}`, ...values)?.total ?? 0
      return { items: rows.map((row) => ({ memory: memoryOf(row), count: row.count })), total }
    },
    rule: async (ownerId, appId) => findRule(db, ownerId, appId),
    setRule: async (ownerId, rule) =>
      db.transaction(() => {
        // What the app was given before it may not see again.
        forgetResults(db, ownerId, rule.appId)
        db.run(
          `INSERT INTO access_rule (owner_id, app_id, paused, read, write, categories) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (owner_id, app_id) DO UPDATE SET paused = excluded.paused, read = excluded.read,
           write = excluded.write, categories = excluded.categories`,
          ownerId,
          rule.appId,
          rule.paused ? 1 : 0,
          rule.read,
          rule.write,
          rule.categories === undefined ? null : JSON.stringify(rule.categories),
        )
      }),
  }
}
