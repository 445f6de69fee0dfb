/** Apps as their user sees them: what they wrote and read, and what they may. */
import type { Apps, AppUse } from '../../../memory/ports.ts'
import { categoriesToRow, maxApps, type UseRow, useOf } from '../../../memory/stored/app.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import { setForgotten } from '../../../memory/stored/once.ts'
import type { ClientId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import {
  assertReaderIn,
  findRule,
  findRuleToWrite,
  type RuleColumns,
  readable,
  ruleColumns,
  ruleOf,
} from './conditions.ts'
import { cutIn, withTexts } from './texts.ts'

export function createApps(db: Database, flushReadings: (ownerId: OwnerId) => Promise<void>): Apps {
  async function uses(ownerId: OwnerId, appId?: ClientId): Promise<readonly AppUse[]> {
    await flushReadings(ownerId)
    return await db.run(async (sql) => {
      const one = appId === undefined ? sql`` : sql`AND app_id = ${appId}`
      const rows = await sql<UseRow[]>`
        WITH wrote AS (SELECT app_id, count(*) AS created FROM memory
                        WHERE owner_id = ${ownerId} ${one} AND state <> 'deleted' GROUP BY app_id),
             gave AS (SELECT app_id, count(DISTINCT memory_id) AS accessed, min(at) AS first, max(at) AS last
                        FROM access_log WHERE owner_id = ${ownerId} ${one} GROUP BY app_id),
             ruled AS (SELECT app_id, paused, read, write, categories FROM access_rule WHERE owner_id = ${ownerId} ${one}),
             known AS (SELECT app_id FROM wrote UNION SELECT app_id FROM gave UNION SELECT app_id FROM ruled)
        SELECT known.app_id, coalesce(wrote.created, 0) AS created, coalesce(gave.accessed, 0) AS accessed,
            gave.first, gave.last, ruled.paused, ruled.read, ruled.write, ruled.categories
          FROM known LEFT JOIN wrote USING (app_id) LEFT JOIN gave USING (app_id) LEFT JOIN ruled USING (app_id)
         ORDER BY known.app_id LIMIT ${maxApps}`
      return rows.map(useOf)
    })
  }

  return {
    apps: (ownerId) => uses(ownerId),
    app: async (ownerId, appId) => (await uses(ownerId, appId))[0],
    async accessedBy(ownerId, readerId, appId, { limit, offset, texts }) {
      await flushReadings(ownerId)
      return await db.run(async (sql) => {
        const from = sql`
          (SELECT memory_id, count(*) AS count FROM access_log
            WHERE owner_id = ${ownerId} AND app_id = ${appId} GROUP BY memory_id) AS a
          JOIN memory AS m ON m.owner_id = ${ownerId} AND m.id = a.memory_id
         WHERE m.state <> 'deleted' AND ${readable(sql, ownerId, readerId)}`
        const page = sql`SELECT m.*, row_number() OVER (ORDER BY m.count DESC, m.id DESC) AS place
          FROM (SELECT m.*, a.count FROM ${from} ORDER BY a.count DESC, m.id DESC LIMIT ${limit} OFFSET ${offset}) AS m`
        const given = withTexts(sql, page, texts, sql`m.place, m.count`)
        const rows = await sql<(RuleColumns & MemoryRow & { count: number | null; total: number; is_cut: boolean })[]>`
          SELECT ${ruleColumns(sql)}, (SELECT count(*) FROM ${from}) AS total, given.*
            FROM ${ruleOf(sql, ownerId, readerId)} LEFT JOIN LATERAL (${given}) AS given ON true ORDER BY given.place`
        assertReaderIn(rows, readerId)
        const items = rows.flatMap((row) => (row.count === null ? [] : [{ memory: memoryOf(row), count: row.count }]))
        return { items, total: rows[0]?.total ?? 0, cut: cutIn(rows) }
      })
    },
    rule: (ownerId, appId) => db.run((sql) => findRule(sql, ownerId, appId)),
    // As a write of the owner: what was begun under the old rule is done before this is.
    changeRule: (ownerId, appId, change, at) =>
      db.write(ownerId, async (transaction) => {
        const { sql } = transaction
        const rule = change(await findRuleToWrite(transaction, appId, at))
        await sql`
          WITH forgotten AS (UPDATE once SET ${sql.unsafe(setForgotten)}
            WHERE owner_id = ${ownerId} AND app_id = ${appId} AND state <> 'erased')
          INSERT INTO access_rule (owner_id, app_id, paused, read, write, categories)
          VALUES (${ownerId}, ${appId}, ${rule.paused}, ${rule.read}, ${rule.write}, ${categoriesToRow(rule)})
          ON CONFLICT (owner_id, app_id) DO UPDATE SET paused = excluded.paused, read = excluded.read,
            write = excluded.write, categories = excluded.categories`
        return rule
      }),
  }
}
