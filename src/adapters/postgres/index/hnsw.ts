/**
 * HNSW indexes (Malkov and Yashunin, 2016) of pgvector, one for each owner who has very many vectors: a partial index on their
 * rows alone. One index over all owners would answer "mine among everybody's" and so grow slower, and less exact, with whoever
 * else is in the database. Half precision, as it only chooses which vectors are compared exactly.
 */
import type { NearestRequest } from '../../../memory/index/ports.ts'
import type { Database } from '../database.ts'
import { vectorAsText } from './extension.ts'
import { hnswIndexOf, type OwnerRow } from './owner.ts'

/** HNSW of pgvector takes halfvecs of at most this length. */
const longest = 4_000
/** Asked for this many times what is wanted, as some may not be accepted; then for more and more. */
const firstFactor = 2
const nextFactor = 4
const mostAsked = 20_000

/** The nearest accepted items by the owner's index, at least `count` where there are so many: all are compared exactly. */
export async function nearestByIndex(
  db: Database,
  owner: OwnerRow,
  { vector, count, accept }: NearestRequest,
): Promise<readonly number[]> {
  const dimensions = vector.length
  for (let limit = count * firstFactor; ; limit *= nextFactor) {
    // The owner stands in the statement itself: the planner must see that the index is of these rows.
    const rows = await db.run((sql) =>
      sql.unsafe<{ ordinal: number }[]>(
        `SELECT ordinal FROM index_vector WHERE owner = ${Number(owner.key)}
          ORDER BY (vector::halfvec(${dimensions})) <#> $1::halfvec(${dimensions}) LIMIT ${limit}`,
        [vectorAsText(vector)],
        { prepare: true },
      ),
    )
    const accepted = rows.map(({ ordinal }) => ordinal).filter(accept)
    if (accepted.length >= count || rows.length < limit || limit >= mostAsked) return accepted
  }
}

/**
 * Makes the index of an owner who has come to have more vectors than are scanned. Takes about a minute for 100,000; writes and
 * searches go on meanwhile. Of several processes one does it.
 */
export async function makeHnswIndex(db: Database, key: number, dimensions: number): Promise<void> {
  if (dimensions > longest) return
  await db.alone(async (sql) => {
    const [lock] = await sql<{ taken: boolean }[]>`
      SELECT pg_try_advisory_lock(hashtextextended(${`${db.schema} near ${key}`}, 0)) AS taken`
    if (lock?.taken !== true) return
    const name = hnswIndexOf(key)
    await sql`SET maintenance_work_mem = '256MB'`
    // Parallel building shares memory in /dev/shm, of which a container has 64 MB.
    await sql`SET max_parallel_maintenance_workers = 0`
    // One that was begun and not finished.
    await sql.unsafe(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
    await sql.unsafe(
      `CREATE INDEX CONCURRENTLY ${name} ON index_vector USING hnsw ((vector::halfvec(${dimensions})) halfvec_ip_ops)
        WITH (m = 16, ef_construction = 128) WHERE owner = ${Number(key)}`,
    )
    await sql`UPDATE index_owner SET near = ${dimensions}, version = version + 1 WHERE key = ${key}`
  })
}
