/** The questions of memory/graph/ports.ts in SQL. */
import {
  type Entity,
  type EntityUse,
  type GraphStore,
  memoriesPerEntity,
  type TimelineEntry,
} from '../../../memory/graph/ports.ts'
import type { AccessRule } from '../../../memory/schema.ts'
import { knownKind, type LinkRow, linksOf, type Named, namedOf, sharedOf } from '../../../memory/stored/graph.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { both, type Condition, readable } from '../memory/conditions.ts'
import { makeCurrent } from './write.ts'

const best = `max(iif(n.kind = 'other', 0, ${knownKind}) + n.memory)`
const active: Condition = { sql: "m.state = 'active'", values: [] }

const holding = (ownerId: OwnerId, rule: AccessRule, asOf: number): Condition =>
  both(readable(ownerId, rule), active, {
    sql: 'm.valid_from <= ? AND (m.valid_to IS NULL OR m.valid_to > ?)',
    values: [asOf, asOf],
  })

export function sqliteGraphStore(db: Database): GraphStore {
  const entityId = (ownerId: OwnerId, key: string): number | undefined =>
    db.get<{ id: number }>('SELECT id FROM entity WHERE owner_id = ? AND key = ?', ownerId, key)?.id

  /** The entity as those memories name it that may be read at that time. */
  function named(ids: readonly number[], seen: Condition): Named {
    const rows = db.all<Entity & { id: number }>(
      `SELECT e.id AS id, e.key AS key, n.name AS name, n.kind AS kind, ${best} AS best
         FROM mention AS n JOIN memory AS m ON m.seq = n.memory JOIN entity AS e ON e.id = n.entity
        WHERE n.entity IN (SELECT value FROM json_each(?)) AND ${seen.sql} GROUP BY n.entity`,
      JSON.stringify([...new Set(ids)]),
      ...seen.values,
    )
    return namedOf(rows)
  }

  return {
    async entities(ownerId, rule, { asOf, limit, keys, contains }) {
      makeCurrent(db, ownerId)
      const seen = holding(ownerId, rule, asOf)
      const wanted: Condition[] = []
      if (keys !== undefined) {
        wanted.push({ sql: 'e.key IN (SELECT value FROM json_each(?))', values: [JSON.stringify(keys)] })
      }
      if (contains !== undefined) wanted.push({ sql: 'instr(e.key, ?) > 0', values: [contains] })
      const which = both({ sql: 'e.owner_id = ?', values: [ownerId] }, ...wanted, seen)
      const rows = db.all<EntityUse>(
        `SELECT e.key AS key, n.name AS name, n.kind AS kind, ${best} AS best, count(*) AS memories
           FROM entity AS e JOIN mention AS n ON n.entity = e.id JOIN memory AS m ON m.seq = n.memory
          WHERE ${which.sql} GROUP BY e.id ORDER BY memories DESC, e.key LIMIT ?`,
        ...which.values,
        limit,
      )
      return rows.map(({ key, name, kind, memories }) => ({ key, name, kind, memories }))
    },

    async shared(ownerId, rule, id, asOf) {
      makeCurrent(db, ownerId)
      const seen = holding(ownerId, rule, asOf)
      const mentioned = db.all<{ id: number; seq: number }>(
        `SELECT e.id AS id, m.seq AS seq FROM memory AS m JOIN mention AS n ON n.memory = m.seq JOIN entity AS e ON e.id = n.entity
          WHERE m.owner_id = ? AND m.id = ? ORDER BY e.key`,
        ownerId,
        id,
      )
      const others = mentioned.flatMap((entity) =>
        db
          .all<{ id: MemoryId; seq: number }>(
            `SELECT m.id AS id, m.seq AS seq FROM mention AS n JOIN memory AS m ON m.seq = n.memory
              WHERE n.entity = ? AND n.memory <> ? AND ${seen.sql} ORDER BY n.memory DESC LIMIT ${memoriesPerEntity}`,
            entity.id,
            entity.seq,
            ...seen.values,
          )
          .map((memory) => ({ entity: entity.id, ...memory })),
      )
      const names = others.map(({ entity }) => entity)
      return sharedOf(others, named(names, seen))
    },

    async links(ownerId, rule, keys, asOf) {
      makeCurrent(db, ownerId)
      const seen = holding(ownerId, rule, asOf)
      const rows = keys.flatMap((from) => {
        const id = entityId(ownerId, from)
        return id === undefined ? [] : linkRows(id, seen).map((row) => ({ from, ...row }))
      })
      const names = rows.map(({ entity }) => entity)
      return linksOf(rows, named(names, seen))
    },

    async timeline(ownerId, rule, key, { from, to, limit, descending }) {
      makeCurrent(db, ownerId)
      const id = entityId(ownerId, key)
      if (id === undefined) return []
      const at = 'coalesce(m.occurred_at, m.valid_from)'
      const within = both(
        readable(ownerId, rule),
        active,
        ...(from === undefined ? [] : [{ sql: `${at} >= ?`, values: [from] }]),
        ...(to === undefined ? [] : [{ sql: `${at} <= ?`, values: [to] }]),
      )
      const direction = descending ? 'DESC' : 'ASC'
      return db.all<TimelineEntry>(
        `SELECT m.id AS memoryId, ${at} AS at FROM mention AS n JOIN memory AS m ON m.seq = n.memory
          WHERE n.entity = ? AND ${within.sql} ORDER BY at ${direction}, m.seq ${direction} LIMIT ?`,
        id,
        ...within.values,
        limit,
      )
    },
  }

  function linkRows(id: number, seen: Condition) {
    return db.all<Omit<LinkRow, 'from'>>(
      `WITH near AS (
         SELECT n.memory AS seq, m.id AS id FROM mention AS n JOIN memory AS m ON m.seq = n.memory
          WHERE n.entity = ?1 AND ${numbered(seen.sql, 2)} ORDER BY n.memory DESC LIMIT ${memoriesPerEntity}
       ), beside AS (
         SELECT o.entity AS entity, max(near.seq) AS seq, near.id AS memory
           FROM near JOIN mention AS o ON o.memory = near.seq WHERE o.entity <> ?1 GROUP BY o.entity
       )
       SELECT beside.entity AS entity, beside.memory AS memory,
              (SELECT min(predicate) FROM relation AS r WHERE r.memory = beside.seq AND r.subject = ?1 AND r.object = beside.entity) AS forwards,
              (SELECT min(predicate) FROM relation AS r WHERE r.memory = beside.seq AND r.subject = beside.entity AND r.object = ?1) AS backwards
         FROM beside JOIN entity AS e ON e.id = beside.entity ORDER BY beside.seq DESC, e.key`,
      id,
      ...seen.values,
    )
  }
}

/** Placeholders with their numbers, so that they can stand beside one that is used several times. */
function numbered(sql: string, first: number): string {
  let next = first
  return sql.replaceAll('?', () => `?${next++}`)
}
