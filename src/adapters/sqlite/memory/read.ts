/** Reading memories: by id, by filter, counted. */
import type { ListRequest, Memories, MemoryPage } from '../../../memory/ports.ts'
import type { Memory, MemoryState } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf, orderOf } from '../../../memory/stored/memory.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { both, type Condition, matching, oneOf, readableBy } from './conditions.ts'

type Readers = Pick<Memories, 'get' | 'list' | 'categories' | 'counts'>

function selectMemories(db: Database, condition: Condition, ids: readonly MemoryId[]): Memory[] {
  const wanted = both(condition, { sql: "m.state <> 'deleted'", values: [] }, oneOf('m.id', ids))
  const rows = db.all<MemoryRow>(`SELECT m.* FROM memory AS m WHERE ${wanted.sql}`, ...wanted.values)
  const byId = new Map(rows.map((row) => [row.id, memoryOf(row)]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

export function createReaders(db: Database): Readers {
  function list(ownerId: OwnerId, appId: ClientId, request: ListRequest): MemoryPage {
    const wanted = both(readableBy(db, ownerId, appId), matching(ownerId, request.filter))
    const { total } = db.get<{ total: number }>(
      `SELECT count(*) AS total FROM memory AS m WHERE ${wanted.sql}`,
      ...wanted.values,
    ) ?? { total: 0 }
    const from: Condition =
      request.after === undefined
        ? wanted
        : both(wanted, {
            sql: `(m.created_at, m.id) ${request.descending ? '<' : '>'} (?, ?)`,
            values: [request.after.createdAt, request.after.id],
          })
    const order = orderOf(request)
    const select = <Row>(columns: string, limit: number) =>
      db.all<Row>(
        `SELECT ${columns} FROM memory AS m WHERE ${from.sql} ORDER BY ${order} LIMIT ? OFFSET ?`,
        ...from.values,
        limit,
        request.offset ?? 0,
      )
    const { bytes, limit } = request
    // How long a text is stands beside it: none is read for this.
    const few = bytes === undefined ? limit : upTo(bytes, select<{ bytes: number }>(`${bytesOf} AS bytes`, limit))
    const rows = select<MemoryRow>('m.*', few)
    return { items: rows.map(memoryOf), total }
  }

  return {
    get: async (ownerId, appId, ids) => selectMemories(db, readableBy(db, ownerId, appId), ids),
    list: async (ownerId, appId, request) => list(ownerId, appId, request),
    async categories(ownerId, appId, limit) {
      const seen = readableBy(db, ownerId, appId)
      return db.all<{ name: string; count: number }>(
        `SELECT c.name AS name, count(*) AS count FROM memory_category AS c
           JOIN memory AS m ON m.owner_id = c.owner_id AND m.id = c.memory_id
          WHERE c.owner_id = ? AND m.state IN ('active', 'paused') AND ${seen.sql}
          GROUP BY c.name ORDER BY count(*) DESC, c.name LIMIT ?`,
        ownerId,
        ...seen.values,
        limit,
      )
    },
    async counts(ownerId, appId) {
      const seen = readableBy(db, ownerId, appId)
      // One row of four counts: groups would be sorted, which for few memories costs more than counting them.
      const counts = db.get<Record<MemoryState, number>>(
        `SELECT ${countOf('active')}, ${countOf('paused')}, ${countOf('archived')}, ${countOf('deleted')}
           FROM memory AS m WHERE ${seen.sql}`,
        ...seen.values,
      )
      return { active: 0, paused: 0, archived: 0, deleted: 0, ...counts }
    },
  }
}

const bytesOf = 'octet_length(m.content) + octet_length(m.metadata) + octet_length(m.annotations)'

/** How many rows it takes to come to so many bytes; all of them where they are fewer. */
function upTo(most: number, rows: readonly { readonly bytes: number }[]): number {
  let sum = 0
  for (const [at, { bytes }] of rows.entries()) {
    sum += bytes
    if (sum >= most) return at + 1
  }
  return rows.length
}

const countOf = (state: MemoryState): string => `count(*) FILTER (WHERE m.state = '${state}') AS ${state}`
