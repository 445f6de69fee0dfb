/** Apps as their user sees them: what they wrote and read, and what they may. */
import type { Apps, AppUse } from '../../../memory/ports.ts'
import { categoriesToRow, maxApps, type UseRow, useOf } from '../../../memory/stored/app.ts'
import { type SizedRow, wholeTexts } from '../../../memory/stored/texts.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { findRule, readableBy } from './conditions.ts'
import { assertNotErasedSince } from './erasure.ts'
import { forgetResults } from './onces.ts'
import { memoriesOf, sizedColumns, sizedValues } from './texts.ts'

export function createApps(db: Database, flush: (ownerId: OwnerId) => void): Apps {
  function uses(ownerId: OwnerId, appId?: ClientId): AppUse[] {
    flush(ownerId)
    const one = appId === undefined ? '' : 'AND app_id = ?'
    const values = appId === undefined ? [ownerId] : [ownerId, appId]
    const rows = db.all<UseRow>(
      `WITH wrote AS (SELECT app_id, count(*) AS created FROM memory WHERE owner_id = ? ${one} AND state <> 'deleted' GROUP BY app_id),
            gave AS (SELECT app_id, count(DISTINCT memory_id) AS accessed, min(at) AS first, max(at) AS last
                       FROM access_log WHERE owner_id = ? ${one} GROUP BY app_id),
            ruled AS (SELECT app_id, paused, read, write, categories FROM access_rule WHERE owner_id = ? ${one}),
            known AS (SELECT app_id FROM wrote UNION SELECT app_id FROM gave UNION SELECT app_id FROM ruled)
       SELECT known.app_id, coalesce(wrote.created, 0) AS created, coalesce(gave.accessed, 0) AS accessed,
           gave.first, gave.last, ruled.paused, ruled.read, ruled.write, ruled.categories
         FROM known LEFT JOIN wrote USING (app_id) LEFT JOIN gave USING (app_id) LEFT JOIN ruled USING (app_id)
        ORDER BY known.app_id LIMIT ${maxApps}`,
      ...values,
      ...values,
      ...values,
    )
    return rows.map(useOf)
  }

  return {
    apps: async (ownerId) => uses(ownerId),
    app: async (ownerId, appId) => uses(ownerId, appId)[0],
    async accessedBy(ownerId, readerId, appId, { limit, offset, texts = wholeTexts }) {
      flush(ownerId)
      const seen = readableBy(db, ownerId, readerId)
      const from = `FROM (SELECT memory_id, count(*) AS count FROM access_log INDEXED BY access_log_by_app
            WHERE owner_id = ? AND app_id = ? GROUP BY memory_id) AS a
         JOIN memory AS m ON m.owner_id = ? AND m.id = a.memory_id WHERE m.state <> 'deleted' AND ${seen.sql}`
      const values = [ownerId, appId, ownerId, ...seen.values]
      const sized = db.all<SizedRow & { id: MemoryId; count: number }>(
        `SELECT ${sizedColumns}, m.id, a.count AS count ${from} ORDER BY a.count DESC, m.id DESC LIMIT ? OFFSET ?`,
        ...sizedValues(texts),
        ...values,
        limit,
        offset,
      )
      const total = db.get<{ total: number }>(`SELECT count(*) AS total ${from}`, ...values)?.total ?? 0
      const { items, cut } = memoriesOf(db, sized, texts)
      const counts = new Map(sized.map(({ id, count }) => [id, count]))
      return { items: items.map((memory) => ({ memory, count: counts.get(memory.id) ?? 0 })), total, cut }
    },
    rule: async (ownerId, appId) => findRule(db, ownerId, appId),
    changeRule: async (ownerId, appId, change, at) =>
      db.transaction(() => {
        assertNotErasedSince(db, ownerId, at)
        const rule = change(findRule(db, ownerId, appId))
        // What the app was given before it may not see again.
        forgetResults(db, ownerId, appId)
        db.run(
          `INSERT INTO access_rule (owner_id, app_id, paused, read, write, categories) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (owner_id, app_id) DO UPDATE SET paused = excluded.paused, read = excluded.read,
           write = excluded.write, categories = excluded.categories`,
          ownerId,
          appId,
          rule.paused ? 1 : 0,
          rule.read,
          rule.write,
          categoriesToRow(rule),
        )
        return rule
      }),
  }
}
