/**
 * HNSW indexes (Malkov and Yashunin, 2016) of pgvector, one for each owner who has very many vectors: a partial index on their
 * rows alone. One index over all owners would answer "mine among everybody's" and so grow slower, and less exact, with whoever
 * else is in the database. Half precision, as it only chooses which vectors are compared exactly.
 */
import type { NearestRequest } from '../../../memory/index/ports.ts'
import type { Connection } from '../connection.ts'
import type { Database, Sql } from '../database.ts'
import { vectorAsText } from './extension.ts'
import type { OwnerRow } from './owner.ts'

/** HNSW of pgvector takes halfvecs of at most this length. */
const longest = 4_000
/** Asked for this many times what is wanted, as some may not be accepted; then for more and more. */
const firstFactor = 2
const nextFactor = 4
const mostAsked = 20_000

/** The name of an owner's HNSW index. */
const hnswIndexOf = (key: number | string): string => `index_vector_near_${key}`

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
    if (!(await tryLock(sql, db.schema, key))) return
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
    const { count } = await sql`UPDATE index_owner SET near = ${dimensions}, version = version + 1 WHERE key = ${key}`
    // The account was erased meanwhile.
    if (count === 0) await drop(sql, key)
  })
}

/** So long a dropping waits at most for another index that is being made: it is left for the next time then. */
const dropWaitMs = 20_000

/**
 * Drops the HNSW indexes of owners who are no more; those of an owner whose index is being made are their maker's. Nobody waits for it:
 * within a transaction it would keep everybody from the table of vectors until that ends. So it comes behind the one that erased them,
 * and what a process leaves that ends in between, the next erasure finds.
 */
export async function dropHnswIndexesOfNobody(db: Database): Promise<void> {
  const keys = await db.run(
    (sql) => sql<{ key: number }[]>`
      SELECT n.key FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid,
          LATERAL (SELECT substring(c.relname FROM ${`^${hnswIndexOf('([0-9]+)')}$`}::text)::bigint AS key) AS n
       WHERE i.indrelid = 'index_vector'::regclass AND n.key IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM index_owner AS o WHERE o.key = n.key)`,
  )
  if (keys.length === 0) return
  await db.alone(async (sql) => {
    await sql.unsafe(`SET lock_timeout = ${dropWaitMs}`)
    for (const { key } of keys) {
      if (await tryLock(sql, db.schema, key)) await drop(sql, key)
    }
  })
}

/** Whether there is an index of the owner's vectors, finished or not: it takes vectors of one length only. */
export async function hasHnswIndex(sql: Sql, key: number): Promise<boolean> {
  const [named] = await sql<{ there: boolean }[]>`SELECT to_regclass(${hnswIndexOf(key)}) IS NOT NULL AS there`
  return named?.there === true
}

/** Drops it, which nobody who reads vectors waits for; false where somebody is making it. From then on the owner's codes are scanned. */
export async function dropHnswIndex(db: Database, key: number): Promise<boolean> {
  await db.run((sql) => sql`UPDATE index_owner SET near = 0, version = version + 1 WHERE key = ${key} AND near > 0`)
  return await db.alone(async (sql) => {
    const isFree = await tryLock(sql, db.schema, key)
    if (isFree) await drop(sql, key)
    return isFree
  })
}

/** Of those who would make or drop an owner's index one does. Held until its connection ends. */
async function tryLock(sql: Connection, schema: string, key: number): Promise<boolean> {
  const [lock] = await sql<{ taken: boolean }[]>`
    SELECT pg_try_advisory_lock(hashtextextended(${`${schema} near ${key}`}, 0)) AS taken`
  return lock?.taken === true
}

const drop = (sql: Connection, key: number) => sql.unsafe(`DROP INDEX CONCURRENTLY IF EXISTS ${hnswIndexOf(key)}`)
