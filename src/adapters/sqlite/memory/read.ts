/** Reading memories: by id, by filter, counted. */
import type { ListRequest, Memories, MemoryFilter, MemoryPage } from '../../../memory/ports.ts'
import type { Memory, MemoryState } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf, orderOf } from '../../../memory/stored/memory.ts'
import { bytesOf, type SizedRow, upTo } from '../../../memory/stored/texts.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database, Value } from '../database.ts'
import { both, type Condition, matching, oneOf, readableBy } from './conditions.ts'
import { forEachPortion, inPortion } from './portions.ts'
import { memoriesOf, sizedColumns, sizedValues } from './texts.ts'

type Readers = Pick<Memories, 'get' | 'list' | 'categories' | 'counts'>

function selectMemories(db: Database, condition: Condition, ids: readonly MemoryId[]): Memory[] {
  const wanted = both(condition, { sql: "m.state <> 'deleted'", values: [] }, oneOf('m.id', ids))
  const rows = db.all<MemoryRow>(`SELECT m.* FROM memory AS m WHERE ${wanted.sql}`, ...wanted.values)
  const byId = new Map(rows.map((row) => [row.id, memoryOf(row)]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/**
 * So much text is looked through at once: where nearly everything in it matches the beginning of what is looked for, 20 ns a byte are
 * taken, however short that is.
 */
const lookedThrough = { memories: 1_000, bytes: 256 * 1024 }

export function createReaders(db: Database): Readers {
  /** Which memories a filter matches that looks into their texts, as a condition. Between portions of them others have their turn. */
  async function containing(ownerId: OwnerId, appId: ClientId, filter: MemoryFilter): Promise<Condition> {
    const found: number[] = []
    await forEachPortion(db, ownerId, lookedThrough, (among) => {
      const { sql, values } = both(readableBy(db, ownerId, appId), among, matching(ownerId, filter))
      const rows = db.all<{ seq: number }>(`SELECT m.seq AS seq FROM memory AS m ${inPortion} WHERE ${sql}`, ...values)
      for (const { seq } of rows) found.push(seq)
    })
    return { sql: 'm.seq IN (SELECT value FROM json_each(?))', values: [JSON.stringify(found)] }
  }

  async function list(ownerId: OwnerId, appId: ClientId, request: ListRequest): Promise<MemoryPage> {
    const { contains, ...beside } = request.filter
    if (contains === undefined) return listOf(ownerId, appId, request, matching(ownerId, beside))
    const found = await containing(ownerId, appId, request.filter)
    return listOf(ownerId, appId, request, both(matching(ownerId, beside), found))
  }

  function listOf(ownerId: OwnerId, appId: ClientId, request: ListRequest, filtered: Condition): MemoryPage {
    const wanted = both(readableBy(db, ownerId, appId), filtered)
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
    const select = <Row>(columns: string, count: number, values: readonly Value[] = []) =>
      db.all<Row>(
        `SELECT ${columns} FROM memory AS m WHERE ${from.sql} ORDER BY ${order} LIMIT ? OFFSET ?`,
        ...values,
        ...from.values,
        count,
        request.offset ?? 0,
      )
    const { bytes, limit, texts } = request
    if (texts === undefined) {
      const few = bytes === undefined ? limit : upTo(bytes, select<{ bytes: number }>(`${bytesOf} AS bytes`, limit))
      return { items: select<MemoryRow>('m.*', few).map(memoryOf), total }
    }
    const sized = select<SizedRow>(sizedColumns, limit, sizedValues(texts))
    return { ...memoriesOf(db, sized.slice(0, bytes === undefined ? limit : upTo(bytes, sized)), texts), total }
  }

  return {
    get: async (ownerId, appId, ids) => selectMemories(db, readableBy(db, ownerId, appId), ids),
    list,
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

const countOf = (state: MemoryState): string => `count(*) FILTER (WHERE m.state = '${state}') AS ${state}`
