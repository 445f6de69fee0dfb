import { assertReader } from '../../../memory/access.ts'
import type { ListRequest, Memories } from '../../../memory/ports.ts'
import { MemoryState } from '../../../memory/schema.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database, Value } from '../database.ts'
import { both, matching, readable, readRule } from './conditions.ts'
import { type MemoryRow, memoryColumns, toMemory } from './rows.ts'

/** Reading memories: the app's rule is part of every query. */
export function readFrom(database: Database): Pick<Memories, 'get' | 'list' | 'categories' | 'counts'> {
  const readableBy = (ownerId: OwnerId, appId: ClientId) => {
    const rule = readRule(database, ownerId, appId)
    assertReader(rule)
    return both({ sql: 'owner_id = ?', values: [ownerId] }, readable(rule))
  }
  return {
    async get(ownerId, appId, ids) {
      const allowed = readableBy(ownerId, appId)
      const rows = database.all<MemoryRow>(
        `SELECT ${memoryColumns} FROM memory
          WHERE id IN (SELECT value FROM json_each(?)) AND state <> 'deleted' AND ${allowed.sql}`,
        JSON.stringify(ids),
        ...allowed.values,
      )
      const byId = new Map(rows.map((row) => [row.id, toMemory(row)]))
      return ids.flatMap((id: MemoryId) => byId.get(id) ?? [])
    },
    async list(ownerId, appId, request) {
      const where = both(readableBy(ownerId, appId), matching(request.filter))
      const total = database.get<{ total: number }>(
        `SELECT count(*) AS total FROM memory WHERE ${where.sql}`,
        ...where.values,
      )
      const page = pageOf(request)
      const items = database.all<MemoryRow>(
        `SELECT ${memoryColumns} FROM memory WHERE ${where.sql}${page.sql}`,
        ...where.values,
        ...page.values,
      )
      return { items: items.map(toMemory), total: total?.total ?? 0 }
    },
    async categories(ownerId, appId, limit) {
      const where = readableBy(ownerId, appId)
      return database.all<{ name: string; count: number }>(
        `SELECT category.value AS name, count(*) AS count FROM memory, json_each(memory.categories) AS category
          WHERE ${where.sql} AND state IN ('active', 'paused') GROUP BY name ORDER BY count DESC, name LIMIT ?`,
        ...where.values,
        limit,
      )
    },
    async counts(ownerId, appId) {
      const where = readableBy(ownerId, appId)
      const rows = database.all<{ state: MemoryState; count: number }>(
        `SELECT state, count(*) AS count FROM memory WHERE ${where.sql} GROUP BY state`,
        ...where.values,
      )
      const counts = Object.fromEntries(MemoryState.anyOf.map((state) => [state.const, 0])) as Record<
        MemoryState,
        number
      >
      for (const { state, count } of rows) counts[state] = count
      return counts
    },
  }
}

const sortedBy: Readonly<Record<ListRequest['sort'], string>> = {
  createdAt: 'created_at',
  content: 'content COLLATE NOCASE',
  app: 'app_id',
  categories: 'categories',
}

/** Order, page and cursor. The id settles ties, so that a page never shows one memory twice. */
function pageOf({ sort, descending, limit, offset, after }: ListRequest): { sql: string; values: readonly Value[] } {
  const direction = descending ? 'DESC' : 'ASC'
  const order = ` ORDER BY ${sortedBy[sort]} ${direction}, id ${direction} LIMIT ? OFFSET ?`
  if (after === undefined) return { sql: order, values: [limit, offset ?? 0] }
  return {
    sql: ` AND (created_at, id) ${descending ? '<' : '>'} (?, ?)${order}`,
    values: [after.createdAt, after.id, limit, 0],
  }
}
