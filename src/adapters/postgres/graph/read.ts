/** The questions of memory/graph/ports.ts in SQL, each one or two statements. */
import {
  type Entity,
  type EntityUse,
  type GraphStore,
  memoriesPerEntity,
  type TimelineEntry,
} from '../../../memory/graph/ports.ts'
import type { AccessRule } from '../../../memory/schema.ts'
import { knownKind, type LinkRow, linksOf, namedOf, type SharedRow, sharedOf } from '../../../memory/stored/graph.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database, Fragment, Sql } from '../database.ts'
import { all, givenRule, readable } from '../memory/conditions.ts'
import { makeCurrent } from './write.ts'

const readableNow = (sql: Sql, ownerId: OwnerId, rule: AccessRule): Fragment =>
  sql`${readable(sql, ownerId, rule.appId)} AND m.state = 'active'`

const holding = (sql: Sql, ownerId: OwnerId, rule: AccessRule, asOf: number): Fragment =>
  sql`${readableNow(sql, ownerId, rule)} AND m.valid_from <= ${asOf} AND (m.valid_to IS NULL OR m.valid_to > ${asOf})`

/** Entities with their names, as those memories name them that `condition` lets count. */
const namedEntities = (sql: Sql, rule: AccessRule, condition: Fragment, limit: Fragment): Fragment => sql`
  SELECT g.id, g.key, g.memories, named.name, named.kind FROM (
    SELECT e.id, e.key, count(*) AS memories, max(CASE WHEN n.kind = 'other' THEN 0 ELSE ${knownKind}::bigint END + n.memory) AS best
      FROM ${givenRule(sql, rule)} CROSS JOIN entity AS e JOIN mention AS n ON n.entity = e.id JOIN memory AS m ON m.seq = n.memory
     WHERE ${condition} GROUP BY e.id, e.key ORDER BY memories DESC, e.key ${limit}) AS g
  JOIN mention AS named ON named.entity = g.id AND named.memory = g.best % ${knownKind}::bigint`

export function postgresGraphStore(db: Database): GraphStore {
  const named = (ids: readonly number[], seen: (sql: Sql) => Fragment, rule: AccessRule) =>
    db.run(async (sql) => {
      if (ids.length === 0) return namedOf([])
      const condition = sql`e.id = ANY(${[...new Set(ids)]}::bigint[]) AND ${seen(sql)}`
      const rows = await sql<(Entity & { id: number })[]>`${namedEntities(sql, rule, condition, sql``)}`
      return namedOf(rows)
    })

  return {
    async entities(ownerId, rule, { asOf, limit, keys, contains }) {
      await makeCurrent(db, ownerId)
      return await db.run(async (sql) => {
        const parts = [sql`e.owner_id = ${ownerId}`, holding(sql, ownerId, rule, asOf)]
        if (keys !== undefined) parts.push(sql`e.key = ANY(${keys}::text[])`)
        if (contains !== undefined) parts.push(sql`strpos(e.key, ${contains}) > 0`)
        const rows = await sql<EntityUse[]>`
          ${namedEntities(sql, rule, all(sql, parts), sql`LIMIT ${limit}`)} ORDER BY g.memories DESC, g.key`
        return rows.map(({ key, name, kind, memories }) => ({ key, name, kind, memories }))
      })
    },

    async shared(ownerId, rule, id, asOf) {
      await makeCurrent(db, ownerId)
      const seen = (sql: Sql) => holding(sql, ownerId, rule, asOf)
      const others = await db.run(
        (sql) => sql<SharedRow[]>`
          SELECT e.id AS entity, near.id, near.seq
            FROM memory AS mine JOIN mention AS n ON n.memory = mine.seq JOIN entity AS e ON e.id = n.entity
           CROSS JOIN ${givenRule(sql, rule)} CROSS JOIN LATERAL (
             SELECT m.id, m.seq FROM mention AS o JOIN memory AS m ON m.seq = o.memory
              WHERE o.entity = e.id AND o.memory <> mine.seq AND ${seen(sql)}
              ORDER BY o.memory DESC LIMIT ${memoriesPerEntity}) AS near
           WHERE mine.owner_id = ${ownerId} AND mine.id = ${id} ORDER BY e.key, near.seq DESC`,
      )
      const names = others.map(({ entity }) => entity)
      return sharedOf(others, await named(names, seen, rule))
    },

    async links(ownerId, rule, keys, asOf) {
      await makeCurrent(db, ownerId)
      const seen = (sql: Sql) => holding(sql, ownerId, rule, asOf)
      const rows = await db.run((sql) => findLinks(sql, ownerId, rule, keys, seen(sql)))
      const names = rows.map(({ entity }) => entity)
      return linksOf(rows, await named(names, seen, rule))
    },

    async timeline(ownerId, rule, key, { from, to, limit, descending }) {
      await makeCurrent(db, ownerId)
      return await db.run(async (sql) => {
        const at = sql`coalesce(m.occurred_at, m.valid_from)`
        const parts = [readableNow(sql, ownerId, rule)]
        if (from !== undefined) parts.push(sql`${at} >= ${from}`)
        if (to !== undefined) parts.push(sql`${at} <= ${to}`)
        const direction = descending ? sql`DESC` : sql`ASC`
        const rows = await sql<TimelineEntry[]>`
          SELECT m.id AS "memoryId", ${at} AS at
            FROM ${givenRule(sql, rule)} CROSS JOIN entity AS e JOIN mention AS n ON n.entity = e.id
            JOIN memory AS m ON m.seq = n.memory
           WHERE e.owner_id = ${ownerId} AND e.key = ${key} AND ${all(sql, parts)}
           ORDER BY at ${direction}, m.seq ${direction} LIMIT ${limit}`
        return rows.map((row) => ({ memoryId: row.memoryId, at: row.at }))
      })
    },
  }
}

const findLinks = (sql: Sql, ownerId: OwnerId, rule: AccessRule, keys: readonly string[], seen: Fragment) => sql<
  LinkRow[]
>`
  SELECT k.key AS from, b.* FROM unnest(${keys}::text[]) WITH ORDINALITY AS k (key, place)
    JOIN entity AS e ON e.owner_id = ${ownerId} AND e.key = k.key
   CROSS JOIN ${givenRule(sql, rule)} CROSS JOIN LATERAL (
    WITH near AS (
      SELECT n.memory AS seq, m.id AS id FROM mention AS n JOIN memory AS m ON m.seq = n.memory
       WHERE n.entity = e.id AND ${seen} ORDER BY n.memory DESC LIMIT ${memoriesPerEntity}
    ), beside AS (
      SELECT DISTINCT ON (o.entity) o.entity AS entity, near.seq AS seq, near.id AS memory
        FROM near JOIN mention AS o ON o.memory = near.seq WHERE o.entity <> e.id ORDER BY o.entity, near.seq DESC
    )
    SELECT beside.entity, beside.memory, beside.seq, o.key AS "to",
        (SELECT min(predicate) FROM relation AS r
          WHERE r.memory = beside.seq AND r.subject = e.id AND r.object = beside.entity) AS forwards,
        (SELECT min(predicate) FROM relation AS r
          WHERE r.memory = beside.seq AND r.subject = beside.entity AND r.object = e.id) AS backwards
      FROM beside JOIN entity AS o ON o.id = beside.entity) AS b
   ORDER BY k.place, b.seq DESC, b."to"`
