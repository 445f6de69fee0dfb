/** Vectors of items in Postgres: which items wait for theirs, and keeping those that were made. See `VectorIndex`. */
import { codeOf, toBytes } from '../../../memory/index/codes.ts'
import type { EmbeddingClaim, VectorIndex } from '../../../memory/index/ports.ts'
import { claimOf, type EmbeddingMark, goesOnAt } from '../../../memory/index/vector-marks.ts'
import { vectorTables } from '../../../memory/stored/tables.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Database, Fragment, Sql } from '../database.ts'
import { vectorAsText } from './extension.ts'
import { dropHnswIndex, hasHnswIndex, makeHnswIndex } from './hnsw.ts'
import { findOwner } from './owner.ts'
import { claimPassages, extendPassages, leasePassages, passagesAt, placesOf, settlePassages } from './passages.ts'
import { bytesAsText } from './postings.ts'
import { renewIndex } from './rebuild.ts'
import { nothingWaits } from './schema.ts'
import { vectorsBehind } from './vectors-behind.ts'

/** Of an owner whose items wait for their vectors. */
interface WaitingRow extends EmbeddingMark {
  /** How long the vectors of the owner's own HNSW index are; 0 where there is none. */
  readonly near: number
}

export interface VectorOptions {
  readonly pgvector: boolean
  /** An owner with more items than this has an HNSW index. */
  readonly scannedUpTo: number
}

export function postgresVectorIndex(db: Database, { pgvector, scannedUpTo }: VectorOptions): VectorIndex {
  return {
    async claim(space, count, at, leaseMs) {
      for (;;) {
        const claimed = await db.transaction((sql) => claimNext(sql, space, count, at, leaseMs))
        if (claimed === undefined || !('outdated' in claimed)) return claimed
        if (!(await dropHnswIndex(db, claimed.outdated))) return undefined
      }
    },
    async keep(claim, vectors, passages = []) {
      const ownerId = await db.run((sql) => ownerIdOf(sql, claim.owner))
      if (ownerId === undefined) return
      const { to = 0 } = claim
      const done = await db.write(ownerId, async ({ sql }) => {
        const [owner] = await sql<(WaitingRow & { version: number })[]>`
          UPDATE index_owner SET version = version + 1, embedded_to = greatest(embedded_to, ${to}), vectors_to = greatest(vectors_to, ${to}),
              leased_until = CASE WHEN ${claim.to === undefined} THEN leased_until
                WHEN greatest(embedded_to, ${to}) < next_ordinal THEN 0 ELSE ${nothingWaits}::bigint END
           WHERE key = ${claim.owner} AND space = ${claim.space}
          RETURNING key, space, embedded_to, next_ordinal, near, version`
        if (owner !== undefined) await put(sql, owner, claim, { vectors, passages }, pgvector)
        return owner
      })
      const dimensions = vectors.find((vector) => vector !== undefined)?.length ?? 0
      if (!pgvector || done === undefined || dimensions === 0) return
      const isDue = done.near === 0 && done.embedded_to >= done.next_ordinal && done.embedded_to > scannedUpTo
      if (isDue) await makeHnswIndex(db, done.key, dimensions)
    },
    extend: (claim, at, leaseMs) =>
      db.run(async (sql) => {
        if (claim.to === undefined) await extendPassages(sql, claim, at, leaseMs)
        else
          await sql`UPDATE index_owner SET leased_until = ${at + leaseMs}
            WHERE key = ${claim.owner} AND leased_until > ${at} AND leased_until < ${at + leaseMs}`
      }),
    release: (claim, at) =>
      db.run(async (sql) => {
        if (claim.to === undefined) await leasePassages(sql, claim, at)
        else await sql`UPDATE index_owner SET leased_until = ${at} WHERE key = ${claim.owner}`
      }),
    async renew(what, ownerId, at) {
      const owners = await db.run(
        (sql) => sql<{ owner_id: OwnerId }[]>`
          SELECT owner_id FROM index_owner WHERE ${ownerId ?? null}::text IS NULL OR owner_id = ${ownerId ?? null}`,
      )
      for (const { owner_id } of owners) {
        await db.write(owner_id, async (transaction) => {
          if (what === 'index') return await renewIndex(transaction)
          const owner = await findOwner(transaction.sql, owner_id, true)
          if (owner !== undefined) await beginSpace(transaction.sql, owner.key, '', at)
        })
      }
      return owners.length
    },
    behind: (space) => db.run((sql) => vectorsBehind(sql, space)),
  }
}

/** The next items that wait, or whose index of vectors of another model has to go before there can be others, outside of a transaction. */
async function claimNext(
  sql: Sql,
  space: string,
  count: number,
  at: number,
  leaseMs: number,
): Promise<EmbeddingClaim | undefined | { readonly outdated: number }> {
  const owner = await waitingOwner(sql, space, at)
  if (owner === undefined) return claimPassages(sql, space, count, at, leaseMs)
  if (owner.space !== space) {
    if (await hasHnswIndex(sql, owner.key)) return { outdated: owner.key }
    await beginSpace(sql, owner.key, space, at)
  }
  await sql`UPDATE index_owner SET leased_until = ${at + leaseMs} WHERE key = ${owner.key}`
  const rows = await sql<{ ordinal: number; text: string; thread_id: string; position: number }[]>`
    SELECT i.ordinal AS ordinal, m.content AS text, m.thread_id, m.position
      FROM index_item AS i JOIN memory AS m ON m.seq = i.memory
     WHERE i.owner = ${owner.key} AND i.ordinal >= ${goesOnAt(owner, space)} ORDER BY i.ordinal LIMIT ${count}`
  const passages = await passagesAt(sql, owner.key, rows)
  const items = rows.map(({ ordinal, text }) => ({ ordinal, text, passage: passages.get(ordinal) }))
  return claimOf(owner, space, items, count)
}

/** Who waits longest for vectors of new items; else, after a change of the space, anybody whose vectors are of another. */
async function waitingOwner(sql: Sql, space: string, at: number): Promise<WaitingRow | undefined> {
  // The row is the lease: another process looks past it instead of waiting.
  const one = async (waits: Fragment) => {
    const [owner] = await sql<WaitingRow[]>`
      SELECT key, space, embedded_to, next_ordinal, near FROM index_owner WHERE ${waits} LIMIT 1 FOR UPDATE SKIP LOCKED`
    return owner
  }
  const free = sql`(leased_until <= ${at} OR leased_until = ${nothingWaits})`
  return (
    (await one(sql`leased_until <= ${at} AND (space <> ${space} OR embedded_to < next_ordinal)
      ORDER BY leased_until`)) ??
    // In an order: the server cannot know that there are hardly any, and would read the whole table for the first.
    (await one(sql`space < ${space} AND ${free} ORDER BY space`)) ??
    (await one(sql`space > ${space} AND ${free} ORDER BY space`))
  )
}

async function ownerIdOf(sql: Sql, key: number): Promise<OwnerId | undefined> {
  const [row] = await sql<{ owner_id: OwnerId }[]>`SELECT owner_id FROM index_owner WHERE key = ${key}`
  return row?.owner_id
}

/**
 * Vectors of another model cannot be compared: they go, and search does without until the new ones are there. Who had none has waited
 * since what waits was written.
 */
async function beginSpace(sql: Sql, key: number, space: string, at: number): Promise<void> {
  for (const table of vectorTables) {
    await sql`DELETE FROM ${sql(table)} WHERE owner = ${key}`
  }
  await sql`UPDATE index_owner SET space = ${space}, embedded_to = 0, vectors_to = 0, near = 0, version = version + 1,
      begun_at = CASE WHEN space = '' THEN begun_at ELSE ${at} END WHERE key = ${key}`
}

const coded = (vector: Float32Array): string => bytesAsText(toBytes(codeOf(vector)))

/** Keeps vectors and codes of the items that are still there, and says which passages are to be made once more. */
async function put(
  sql: Sql,
  owner: { readonly key: number; readonly version: number },
  { items }: EmbeddingClaim,
  { vectors, passages }: Record<'vectors' | 'passages', readonly (Float32Array | undefined)[]>,
  pgvector: boolean,
): Promise<void> {
  const ends = items.filter(({ text, passage }) => text === undefined || passage !== undefined)
  const places = await placesOf(sql, owner.key, ordinalsOf(ends))
  // A memory in a passage may have changed while it was embedded.
  const now = await passagesAt(sql, owner.key, places)
  const there = new Set(ordinalsOf(places))
  const changed = new Set(
    ordinalsOf(ends.filter(({ ordinal, passage }) => there.has(ordinal) && passage !== now.get(ordinal))),
  )
  await settlePassages(sql, owner.key, ordinalsOf(ends), changed)
  const rows = items.flatMap(({ ordinal, passage }, i) => {
    const vector = vectors[i]
    if (vector === undefined) return []
    const whole = pgvector ? vectorAsText(vector) : bytesAsText(toBytes(vector))
    const around = passage === undefined || changed.has(ordinal) ? undefined : passages[i]
    return [{ ordinal, vector: whole, code: coded(vector), passage: around === undefined ? null : coded(around) }]
  })
  const alone = items.flatMap(({ ordinal, text }, i) => {
    const around = text !== undefined || changed.has(ordinal) ? undefined : passages[i]
    return around === undefined ? [] : [{ ordinal, passage: coded(around) }]
  })
  if (alone.length > 0) {
    await sql`UPDATE index_code AS c SET passage = x.passage, version = ${owner.version}
      FROM json_to_recordset(${JSON.stringify(alone)}::text::json) AS x (ordinal integer, passage bytea)
     WHERE c.owner = ${owner.key} AND c.ordinal = x.ordinal`
  }
  if (rows.length === 0) return
  const column = sql.unsafe(pgvector ? 'vector' : 'bytea')
  await sql`
    WITH r AS (SELECT x.* FROM json_to_recordset(${JSON.stringify(rows)}::text::json)
          AS x (ordinal integer, vector ${column}, code bytea, passage bytea)
        JOIN index_item AS i ON i.owner = ${owner.key} AND i.ordinal = x.ordinal AND i.memory IS NOT NULL),
      coded AS (INSERT INTO index_code (owner, ordinal, version, code, passage)
        SELECT ${owner.key}, ordinal, ${owner.version}, code, passage FROM r
        ON CONFLICT (owner, ordinal)
          DO UPDATE SET version = excluded.version, code = excluded.code, passage = excluded.passage)
    INSERT INTO index_vector (owner, ordinal, vector) SELECT ${owner.key}, ordinal, vector FROM r
    ON CONFLICT (owner, ordinal) DO UPDATE SET vector = excluded.vector`
}

const ordinalsOf = (items: readonly { readonly ordinal: number }[]): number[] => items.map(({ ordinal }) => ordinal)
