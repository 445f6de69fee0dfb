/** Reading memories: by id, by filter, counted. Each is one statement, the app's rule included. */
import type { ListRequest, Memories, MemoryPage } from '../../../memory/ports.ts'
import type { Memory, MemoryState } from '../../../memory/schema.ts'
import { countsOf, type MemoryRow, memoryOf, orderOf } from '../../../memory/stored/memory.ts'
import { bytesOf } from '../../../memory/stored/texts.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { assertReaderIn, matching, type RuleColumns, readable, ruleColumns, ruleOf } from './conditions.ts'
import { cutIn, sumBefore, withTexts } from './texts.ts'

type Readers = Pick<Memories, 'get' | 'list' | 'categories' | 'counts'>

/** A row of an outer join: the rule always, the rest where there is any. */
type Joined<Row> = RuleColumns & { readonly [Column in keyof Row]: Row[Column] | null }

/** The rows that have more than the rule. */
const present = <Row extends object>(rows: readonly Joined<Row>[], column: keyof Row): readonly Row[] =>
  rows.filter((row) => row[column] !== null) as unknown as readonly Row[]

export function createReaders(db: Database): Readers {
  const get = (ownerId: OwnerId, appId: ClientId, ids: readonly MemoryId[]): Promise<Memory[]> =>
    db.run(async (sql) => {
      const rows = await sql<Joined<MemoryRow>[]>`
        SELECT ${ruleColumns(sql)}, m.* FROM ${ruleOf(sql, ownerId, appId)} LEFT JOIN memory AS m
          ON ${readable(sql, ownerId, appId)} AND m.state <> 'deleted' AND m.id = ANY(${ids}::text[])`
      assertReaderIn(rows, appId)
      const byId = new Map(present<MemoryRow>(rows, 'id').map((row) => [row.id, memoryOf(row)]))
      return ids.flatMap((id) => byId.get(id) ?? [])
    })

  const list = (ownerId: OwnerId, appId: ClientId, request: ListRequest): Promise<MemoryPage> =>
    db.run(async (sql) => {
      const { after, limit, bytes, texts, offset = 0 } = request
      const wanted = sql`${readable(sql, ownerId, appId)} AND ${matching(sql, ownerId, request.filter)}`
      const order = sql.unsafe(orderOf(request))
      const from =
        after === undefined
          ? wanted
          : sql`${wanted} AND (m.created_at, m.id) ${request.descending ? sql`<` : sql`>`} (${after.createdAt}, ${after.id})`
      const page = sql`SELECT m.*, row_number() OVER (ORDER BY ${order}) AS place
        FROM (SELECT m.* FROM memory AS m WHERE ${from} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}) AS m`
      const bounded =
        bytes === undefined
          ? page
          : sql`SELECT m.* FROM (SELECT m.*, ${sumBefore(sql, sql.unsafe(bytesOf))} AS bytes_before FROM (${page}) AS m) AS m
                 WHERE m.bytes_before < ${bytes}`
      const rows = await sql<Joined<MemoryRow & { total: number; is_cut: boolean }>[]>`
        SELECT ${ruleColumns(sql)}, (SELECT count(*) FROM memory AS m WHERE ${wanted}) AS total, m.*
          FROM ${ruleOf(sql, ownerId, appId)} LEFT JOIN LATERAL (${withTexts(sql, bounded, texts)}) AS m ON true
         ORDER BY m.place`
      assertReaderIn(rows, appId)
      const found = present<MemoryRow & { is_cut: boolean }>(rows, 'id')
      return { items: found.map(memoryOf), cut: cutIn(found), total: rows[0]?.total ?? 0 }
    })

  return {
    get,
    list,
    categories: (ownerId, appId, limit) =>
      db.run(async (sql) => {
        const rows = await sql<Joined<{ name: string; count: number }>[]>`
          SELECT ${ruleColumns(sql)}, used.* FROM ${ruleOf(sql, ownerId, appId)} LEFT JOIN LATERAL (
            SELECT c.name AS name, count(*) AS count FROM memory_category AS c
              JOIN memory AS m ON m.owner_id = c.owner_id AND m.id = c.memory_id
             WHERE c.owner_id = ${ownerId} AND m.state IN ('active', 'paused') AND ${readable(sql, ownerId, appId)}
             GROUP BY c.name ORDER BY count(*) DESC, c.name LIMIT ${limit}) AS used ON true
           ORDER BY used.count DESC, used.name`
        assertReaderIn(rows, appId)
        return present<{ name: string; count: number }>(rows, 'name').map(({ name, count }) => ({ name, count }))
      }),
    counts: (ownerId, appId) =>
      db.run(async (sql) => {
        const rows = await sql<Joined<{ state: MemoryState; count: number }>[]>`
          SELECT ${ruleColumns(sql)}, counted.* FROM ${ruleOf(sql, ownerId, appId)} LEFT JOIN LATERAL (
            SELECT m.state AS state, count(*) AS count FROM memory AS m
             WHERE ${readable(sql, ownerId, appId)} GROUP BY m.state) AS counted ON true`
        assertReaderIn(rows, appId)
        return countsOf(present<{ state: MemoryState; count: number }>(rows, 'state'))
      }),
  }
}
