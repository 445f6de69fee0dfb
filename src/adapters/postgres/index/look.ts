/**
 * What a search begins with, of one moment and in one statement: where the owner's index stands, what changed of it since the
 * process last looked, the packed postings it has not read yet, and what is linked to entities that the question may name.
 *
 * What depends on how far the process is stands in subqueries of its own (`(SELECT $1)`) and behind LIMIT: the server cannot see
 * the values, so it plans once for all of them and not for each search, which took longer than answering it; and whatever its
 * statistics say, the plan is the one by the index.
 */
import type { IndexedRow, KeptIndex, TailRow } from '../../../memory/index/kept-index.ts'
import { type Linked, type LinkedRequest, mostLinked } from '../../../memory/index/ports.ts'
import type { PackedBlock, PackedPostings } from '../../../memory/index/postings.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database, Fragment, Sql } from '../database.ts'
import { matching, readable, ruleOf } from '../memory/conditions.ts'
import { itemColumns } from './items.ts'
import { type OwnerRow, ownerColumns } from './owner.ts'

/** More changed items than these are read as rows. */
const mostChanged = 2_000

export interface Look {
  readonly owner: OwnerRow
  /** What changed since; undefined where that has to be read by itself: it is much, or another index. */
  readonly changed: { readonly items: readonly IndexedRow[]; readonly tail: readonly TailRow[] } | undefined
  /** The terms whose packed postings were read, and these. */
  readonly read: ReadonlySet<string>
  readonly blocks: PackedPostings
  readonly linked: Linked
}

interface LookRow extends OwnerRow {
  readonly items: readonly IndexedRow[] | null
  readonly tail: readonly TailRow[] | null
  readonly postings: readonly PostingRow[] | null
  readonly linked: readonly LinkedRow[] | null
}

/** Of a term, its block, and its bytes in hex. */
type PostingRow = readonly [term: string, block: number, data: string]

type LinkedRow = readonly [key: string, ordinal: number]

const nothing: Pick<KeptIndex, 'key' | 'generation' | 'version' | 'packedTo' | 'tailTo'> = {
  ...{ key: 0, generation: 0, version: 0, packedTo: 0, tailTo: 0 },
}

/** `known`: what the process has. Undefined where the owner has no index yet. Of `terms` it is given those that it has not, or has no more. */
export const look = (
  db: Database,
  ownerId: OwnerId,
  known: KeptIndex | undefined,
  terms: readonly string[],
  entities: LinkedRequest | undefined,
): Promise<Look | undefined> =>
  db.run(async (sql) => {
    const { key, generation, version, packedTo, tailTo } = known ?? nothing
    const isSame = sql`key = (SELECT ${key}::bigint) AND generation = (SELECT ${generation}::integer)`
    const unread = known?.unread(terms) ?? terms
    const [row] = await sql<LookRow[]>`
      SELECT ${sql.unsafe(ownerColumns)},
          CASE WHEN ${isSame} AND version > (SELECT ${version}::bigint) THEN (
            SELECT json_agg(x ORDER BY x.ordinal) FROM (
              SELECT ${sql.unsafe(itemColumns)} FROM (
                SELECT * FROM index_item WHERE owner = o.key AND version > (SELECT ${version}::bigint)
                 ORDER BY version LIMIT ${mostChanged + 1}) AS i
              LEFT JOIN LATERAL (SELECT * FROM memory WHERE seq = i.memory LIMIT 1) AS m ON true) AS x) END AS items,
          CASE WHEN ${isSame} AND version > (SELECT ${version}::bigint) THEN (
            SELECT json_agg(x ORDER BY x.ordinal) FROM (
              SELECT ordinal, terms FROM index_tail WHERE owner = o.key AND ordinal >=
                CASE WHEN packed_to = (SELECT ${packedTo}::integer) THEN (SELECT ${tailTo}::integer) ELSE packed_to END) AS x) END AS tail,
          ${packedOf(
            sql,
            sql`CASE WHEN ${isSame} AND packed_to = (SELECT ${packedTo}::integer)
              THEN (SELECT ${unread}::text[]) ELSE (SELECT ${terms}::text[]) END`,
          )} AS postings,
          ${linkedTo(sql, ownerId, entities)} AS linked
        FROM index_owner AS o WHERE owner_id = ${ownerId}`
    if (row === undefined) return undefined
    const { items, tail, postings, linked, ...owner } = row
    const isAnother = owner.key !== key || owner.generation !== generation
    const isMuch = isAnother || (items?.length ?? 0) > mostChanged
    return {
      owner,
      changed: isMuch ? undefined : { items: items ?? [], tail: tail ?? [] },
      read: new Set(!isAnother && owner.packed_to === packedTo ? unread : terms),
      blocks: blocksOf(postings ?? []),
      linked: linkedOf(linked ?? []),
    }
  })

/** Most owners have none: then no key is looked for. What may not be seen is left out before the bound: else it could fill it. */
const linkedTo = (sql: Sql, ownerId: OwnerId, entities: LinkedRequest | undefined) =>
  entities === undefined
    ? sql`NULL::json`
    : sql`
  CASE WHEN EXISTS (SELECT 1 FROM mention_unsaid WHERE owner_id = o.owner_id) THEN (
    SELECT json_agg(json_build_array(k.key, i.ordinal))
      FROM ${ruleOf(sql, ownerId, entities.appId)} CROSS JOIN unnest((SELECT ${entities.keys()}::text[])) AS k (key)
     CROSS JOIN LATERAL (
       SELECT n.memory FROM mention_unsaid AS n CROSS JOIN LATERAL (
         SELECT FROM memory AS m WHERE m.seq = n.memory AND ${readable(sql, ownerId, entities.appId)}
            AND ${matching(sql, ownerId, entities.filter)} LIMIT 1) AS seen
        WHERE n.owner_id = o.owner_id AND n.key = k.key
        ORDER BY n.memory DESC LIMIT ${sql.unsafe(String(mostLinked))}) AS u
     CROSS JOIN LATERAL (SELECT ordinal FROM index_item WHERE memory = u.memory LIMIT 1) AS i) END`

/** The same by itself, of an index that was begun since. */
export const readLinked = (db: Database, ownerId: OwnerId, entities: LinkedRequest | undefined): Promise<Linked> =>
  db.run(async (sql) => {
    const [row] = await sql<{ linked: readonly LinkedRow[] | null }[]>`
      SELECT ${linkedTo(sql, ownerId, entities)} AS linked FROM index_owner AS o WHERE owner_id = ${ownerId}`
    return linkedOf(row?.linked ?? [])
  })

function linkedOf(rows: readonly LinkedRow[]): Linked {
  const linked = new Map<string, number[]>()
  for (const [key, ordinal] of rows) {
    const known = linked.get(key)
    if (known === undefined) linked.set(key, [ordinal])
    else known.push(ordinal)
  }
  return linked
}

/** As JSON: reading rows one by one takes the process longer. */
const packedOf = (sql: Sql, terms: Fragment) => sql`(
  SELECT json_agg(json_build_array(p.term, p.block, encode(p.data, 'hex')) ORDER BY p.block)
    FROM index_posting AS p WHERE p.owner = CASE WHEN o.generation % 2 = 0 THEN o.key ELSE -o.key END AND p.term = ANY(${terms}))`

/** Blocks and the owner's row of one moment. */
export const readPostings = (db: Database, key: number, terms: readonly string[]) =>
  db.run(async (sql) => {
    const [row] = await sql<{ packed_to: number; postings: readonly PostingRow[] | null }[]>`
      SELECT packed_to, ${packedOf(sql, sql`(SELECT ${terms}::text[])::text[]`)} AS postings FROM index_owner AS o WHERE key = ${key}`
    return { packedTo: row?.packed_to ?? 0, blocks: blocksOf(row?.postings ?? []) }
  })

function blocksOf(rows: readonly PostingRow[]): PackedPostings {
  const blocks = new Map<string, PackedBlock[]>()
  for (const [term, block, hex] of rows) {
    const one = { block, data: Buffer.from(hex, 'hex') }
    const known = blocks.get(term)
    if (known === undefined) blocks.set(term, [one])
    else known.push(one)
  }
  return blocks
}
