/**
 * The items nearest to a question in Postgres. Which they are is found by their 1-bit codes, kept in the process and scanned, as in
 * SQLite, so that both engines find the same; for an owner with very many, by an HNSW index of their own in the server. Either
 * way the cosines that count are exact, of the whole vectors.
 */
import { likenessToBytes, mostAlike, wordsOf } from '../../../memory/index/codes.ts'
import type { CodeRow, KeptCodes } from '../../../memory/index/kept-codes.ts'
import type { Likenesses, NearestRequest } from '../../../memory/index/ports.ts'
import type { Database } from '../database.ts'
import { vectorAsText } from './extension.ts'
import { nearestByIndex } from './hnsw.ts'
import type { OwnerRow } from './owner.ts'

export type Nearest = (owner: OwnerRow, codes: KeptCodes, request: NearestRequest) => Promise<Likenesses>

export const createNearest =
  (db: Database, pgvector: boolean): Nearest =>
  async (owner, codes, request) => {
    if (owner.space !== request.space) return { cosines: new Map() }
    const indexed = pgvector && owner.near === request.vector.length
    const compare = (ordinals: readonly number[]) => likenesses(db, pgvector, owner.key, request, ordinals)
    const first = await compare(
      indexed ? await nearestByIndex(db, owner, request) : await nearestByCode(db, owner, codes, request),
    )
    const near = [...mostAlike(first, request.count), ...request.also, ...request.sample]
    const wanted = [...new Set([...near, ...near.flatMap((one) => request.beside(one))])].filter(request.accept)
    const [others] = await Promise.all([
      compare(wanted.filter((ordinal) => !first.has(ordinal))),
      // Who has an index of their own has too many codes to keep.
      indexed ? readPassages(db, owner.key, codes, request, wanted) : undefined,
    ])
    const cosines = new Map(
      wanted.flatMap((one) => {
        const likeness = first.get(one) ?? others.get(one)
        return likeness === undefined ? [] : [[one, likeness] as const]
      }),
    )
    return { cosines }
  }

async function nearestByCode(
  db: Database,
  owner: OwnerRow,
  codes: KeptCodes,
  { vector, space, count, accept }: NearestRequest,
): Promise<readonly number[]> {
  codes.begin(space)
  if (codes.version < owner.version) {
    const rows = await db.run(
      (sql) => sql<CodeRow[]>`
        SELECT ordinal, code, passage FROM index_code WHERE owner = ${owner.key} AND version > ${codes.version}`,
    )
    // Another search may have been here meanwhile: the same codes again change nothing, an older version would.
    if (codes.space === space) codes.bringForward(Math.max(codes.version, owner.version), rows)
  }
  const { table } = codes
  return table === undefined || table.words !== wordsOf(vector.length) ? [] : table.nearest(vector, count, accept)
}

async function readPassages(
  db: Database,
  key: number,
  codes: KeptCodes,
  { space, ends }: NearestRequest,
  items: readonly number[],
): Promise<void> {
  const all = [...new Set(items.flatMap((one) => ends(one)))]
  codes.begin(space)
  const rows = await db.run(
    (sql) => sql<{ ordinal: number; passage: Uint8Array }[]>`
      SELECT ordinal, passage FROM index_code
       WHERE owner = ${key} AND ordinal = ANY(${all}::integer[]) AND passage IS NOT NULL`,
  )
  codes.setPassages(all, new Map(rows.map(({ ordinal, passage }) => [ordinal, passage])))
}

/** With pgvector the server compares; without it the process does, having read the vectors. */
const likenesses = (
  db: Database,
  pgvector: boolean,
  key: number,
  { vector }: NearestRequest,
  ordinals: readonly number[],
): Promise<ReadonlyMap<number, number>> =>
  db.run(async (sql) => {
    if (ordinals.length === 0) return new Map()
    // In a subquery: the server would plan anew for each list, which takes longer than to look its thousand places up.
    const these = sql`FROM index_vector WHERE owner = ${key} AND ordinal = ANY((SELECT ${ordinals}::integer[])::integer[])`
    if (pgvector) {
      // One value: the driver takes longer to read a thousand rows than the server to compare them.
      const [row] = await sql<{ likenesses: readonly (readonly [ordinal: number, likeness: number])[] | null }[]>`
        SELECT json_agg(json_build_array(ordinal, -(vector <#> ${vectorAsText(vector)}::vector))) AS likenesses ${these}`
      return new Map(row?.likenesses ?? [])
    }
    const rows = await sql<{ ordinal: number; vector: Uint8Array }[]>`SELECT ordinal, vector ${these}`
    return new Map(rows.map((row) => [row.ordinal, likenessToBytes(vector, row.vector)]))
  })
