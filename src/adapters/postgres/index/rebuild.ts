/** Making indexes of words anew: see memory/rank/rebuilding. Each portion is a transaction of the owner. */
import type { IndexRebuild } from '../../../memory/rank/ports.ts'
import {
  atOnce,
  isOutdated,
  isToBegin,
  isUnfinished,
  newGenerations,
  portion,
  sideInUse,
  sideOf,
} from '../../../memory/rank/rebuilding.ts'
import { packTerms } from '../../../memory/rank/tail.ts'
import { analyzerVersion } from '../../../memory/text/analyze.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database, Sql, Transaction } from '../database.ts'
import { analyzeItem } from './append.ts'
import { existingOwner, findOwner, type OwnerRow } from './owner.ts'
import { addPostings, clearSide, clearSome, packTail } from './postings.ts'
import { nothingWaits } from './schema.ts'

export function postgresIndexRebuild(db: Database): IndexRebuild {
  let last = 0
  const next = (after: number) =>
    db.run(async (sql) => {
      const [owner] = await sql<{ key: number; owner_id: OwnerId }[]>`
        SELECT key, owner_id FROM index_owner WHERE unfinished = 1 AND key > ${after} ORDER BY key LIMIT 1`
      return owner
    })
  return {
    begin: () =>
      db.transaction(async (sql) => {
        await sql`UPDATE index_owner SET unfinished = 1 WHERE analyzer <> ${analyzerVersion} AND unfinished = 0`
        // From owner to owner: what lies between is not read.
        await sql`
          WITH RECURSIVE o (id) AS (
              SELECT min(owner_id) FROM memory
              UNION ALL SELECT (SELECT min(owner_id) FROM memory WHERE owner_id > o.id) FROM o WHERE o.id IS NOT NULL)
          INSERT INTO index_owner (owner_id, ${fresh(sql).columns})
            SELECT id, ${fresh(sql).values} FROM o WHERE id IS NOT NULL AND id NOT IN (SELECT owner_id FROM index_owner)
          ON CONFLICT (owner_id) DO NOTHING`
      }),
    async goOn() {
      // One after the other, so that nobody waits for a large one to be done.
      const found = (await next(last)) ?? (await next(0))
      if (found === undefined) return false
      last = found.key
      await db.write(found.owner_id, async (transaction) => {
        const owner = await findOwner(transaction.sql, found.owner_id, true)
        if (owner !== undefined) {
          await goOn(transaction, isToBegin(owner) ? await beginRebuild(transaction, owner) : owner)
        }
      })
      return true
    },
  }
}

/**
 * The owner's row; made, and the index begun anew, where there is none of this program's analyzer. `written`: the memories that this
 * transaction writes, whose words its caller sees to.
 */
export async function ownerOf(transaction: Transaction, written: readonly MemoryId[] = []): Promise<OwnerRow> {
  const { sql, ownerId } = transaction
  const owner = (await findOwner(sql, ownerId, true)) ?? (await createOwner(transaction, written))
  return isToBegin(owner) ? await beginRebuild(transaction, owner) : owner
}

/** The same, and done where the owner has few memories. */
export async function settledOwner(transaction: Transaction): Promise<OwnerRow> {
  const owner = await ownerOf(transaction)
  return isUnfinished(owner) && (await isShort(transaction.sql, transaction.ownerId))
    ? await finishRebuild(transaction, owner)
    : owner
}

/** All that is left to do, at once. */
export async function finishRebuild(transaction: Transaction, owner: OwnerRow): Promise<OwnerRow> {
  let now = owner
  while (isUnfinished(now)) {
    now = await goOn(transaction, now)
    transaction.goesOn()
  }
  return now
}

/** Whether an owner has so little that its index is made while a request waits. */
export async function isShort(sql: Sql, ownerId: OwnerId): Promise<boolean> {
  const [size] = await sql<{ memories: number; characters: number }[]>`
    SELECT count(*) AS memories, coalesce(sum(length(content)), 0) AS characters
      FROM (SELECT content FROM memory WHERE owner_id = ${ownerId} LIMIT ${atOnce.memories + 1}) AS m`
  return size !== undefined && size.memories <= atOnce.memories && size.characters <= atOnce.characters
}

/** An index of nothing yet, whose side in use is the one that is written. */
const fresh = (sql: Sql) => ({
  columns: sql`analyzer, next_analyzer, version, next_ordinal, packed_to, tail_terms, filled_to, rebuilt_to, unfinished`,
  values: sql`${analyzerVersion}::integer, ${analyzerVersion}::integer, 0, 0, 0, 0, 0, 0, 1`,
})

async function createOwner(transaction: Transaction, written: readonly MemoryId[]): Promise<OwnerRow> {
  const { sql, ownerId } = transaction
  await sql`INSERT INTO index_owner (owner_id, ${fresh(sql).columns}) VALUES (${ownerId}, ${fresh(sql).values})
    ON CONFLICT (owner_id) DO NOTHING`
  await sql`UPDATE index_owner SET filled_to = NULL, rebuilt_to = NULL, unfinished = 0 WHERE owner_id = ${ownerId} AND NOT EXISTS (
    SELECT 1 FROM memory WHERE owner_id = ${ownerId} AND state <> 'deleted' AND id <> ALL(${written}::text[]))`
  return await existingOwner(transaction)
}

/**
 * Begins to make an index anew; what there is stays in use, the words that wait in the tail too. One that was being made already
 * begins again, on the other side if that is empty.
 */
export async function beginRebuild(transaction: Transaction, owner: OwnerRow): Promise<OwnerRow> {
  const { sql } = transaction
  await packTail(sql, owner)
  const { generation, next } = newGenerations(owner)
  await sql`UPDATE index_owner SET rebuilt_to = 0, generation = ${generation}, next_generation = ${next},
      next_analyzer = ${analyzerVersion}, leftovers = 1, unfinished = 1, packed_to = next_ordinal, tail_terms = 0,
      version = version + 1 WHERE key = ${owner.key}`
  return await existingOwner(transaction)
}

/** Sees again which memories are in it, and begins. */
export async function renewIndex(transaction: Transaction): Promise<void> {
  const owner = await findOwner(transaction.sql, transaction.ownerId, true)
  if (owner === undefined) return
  await beginRebuild(transaction, owner)
  await transaction.sql`UPDATE index_owner SET filled_to = 0 WHERE key = ${owner.key}`
}

/**
 * What this program cannot take a text out of goes at once: postings of another analyzer, whose words for it are not known, and what
 * is left of an earlier side. The owner's words are found again as they are read.
 */
export async function leaveOnlyReadable(transaction: Transaction, owner: OwnerRow): Promise<OwnerRow> {
  const { sql } = transaction
  if (owner.leftovers === 1) await clearSide(sql, sideOf(owner.key, owner.generation + 1))
  if (isOutdated(owner)) await clearSide(sql, sideInUse(owner))
  await sql`UPDATE index_owner SET leftovers = 0, unfinished = ${unfinished(sql)},
      generation = CASE WHEN analyzer = ${analyzerVersion} THEN generation ELSE next_generation END,
      analyzer = ${analyzerVersion}, version = version + 1 WHERE key = ${owner.key}`
  return await existingOwner(transaction)
}

const unfinished = (sql: Sql) => sql`CASE WHEN filled_to IS NULL AND rebuilt_to IS NULL THEN 0 ELSE 1 END`

/** Does one portion. */
async function goOn(transaction: Transaction, owner: OwnerRow): Promise<OwnerRow> {
  const { sql } = transaction
  if (owner.leftovers === 1) await clear(sql, owner)
  else if (owner.filled_to !== null) await fill(transaction, owner, owner.filled_to)
  else if (owner.rebuilt_to !== null) await read(sql, owner, owner.rebuilt_to)
  await sql`UPDATE index_owner SET unfinished = CASE WHEN leftovers = 1 THEN 1 ELSE ${unfinished(sql)} END
    WHERE key = ${owner.key}`
  return await existingOwner(transaction)
}

async function clear(sql: Sql, { key, generation }: OwnerRow): Promise<void> {
  if (!(await clearSome(sql, sideOf(key, generation + 1), portion.cleared))) return
  await sql`UPDATE index_owner SET leftovers = 0 WHERE key = ${key}`
}

/** Gives items to memories that have none; their words are read afterwards. */
async function fill({ sql, ownerId }: Transaction, owner: OwnerRow, filledTo: number): Promise<void> {
  const { key } = owner
  const rows = await sql<{ seq: number; ordinal: number | null }[]>`
    SELECT m.seq, i.ordinal FROM (SELECT seq FROM memory
        WHERE owner_id = ${ownerId} AND seq > ${filledTo} AND state <> 'deleted' ORDER BY seq LIMIT ${portion.filled}) AS m
      LEFT JOIN index_item AS i ON i.memory = m.seq ORDER BY m.seq`
  const missing = rows.filter(({ ordinal }) => ordinal === null).map(({ seq }) => seq)
  const next = owner.next_ordinal + missing.length
  if (missing.length > 0) {
    await packTail(sql, owner)
    await sql`INSERT INTO index_item (owner, ordinal, memory, version, length, language, traits)
      SELECT ${key}, ${owner.next_ordinal - 1}::integer + r.place, r.seq, ${owner.version + 1}, 0, 0, 0
        FROM unnest(${missing}::bigint[]) WITH ORDINALITY AS r (seq, place)`
  }
  const filled = rows.length < portion.filled ? null : (rows.at(-1)?.seq ?? null)
  await sql`UPDATE index_owner SET filled_to = ${filled}, next_ordinal = ${next}, version = version + 1,
      packed_to = ${missing.length > 0 ? next : owner.packed_to}, tail_terms = ${missing.length > 0 ? 0 : owner.tail_terms},
      leased_until = CASE WHEN leased_until = ${nothingWaits} THEN 0 ELSE leased_until END WHERE key = ${key}`
}

/** Reads the words of the next items. */
async function read(sql: Sql, owner: OwnerRow, from: number): Promise<void> {
  const { key } = owner
  const rows = await sql<{ ordinal: number; memory: number | null; content: string | null }[]>`
    SELECT i.ordinal, i.memory, m.content FROM index_item AS i
      LEFT JOIN memory AS m ON m.seq = i.memory AND m.state <> 'deleted'
     WHERE i.owner = ${key} AND i.ordinal >= ${from} AND i.ordinal < ${owner.packed_to}
     ORDER BY i.ordinal LIMIT ${portion.items}`
  const items: { ordinal: number; length: number; language: number; traits: number; terms: string }[] = []
  const gone: number[] = []
  let terms = 0
  let to = from
  for (const { ordinal, memory, content } of rows) {
    if (terms >= portion.terms) break
    to = ordinal + 1
    if (content === null || memory === null) {
      if (memory !== null) gone.push(ordinal)
      continue
    }
    const { row, terms: its } = analyzeItem({ memory, text: content })
    terms += its.size
    items.push({ ordinal, length: row.length, language: row.language, traits: row.traits, terms: packTerms(its) })
  }
  await addPostings(sql, sideOf(key, owner.next_generation), items)
  await sql`UPDATE index_item AS i SET length = r.length, language = r.language, traits = r.traits
    FROM json_to_recordset(${JSON.stringify(items.map(({ terms: _, ...row }) => row))}::text::json)
      AS r (ordinal integer, length integer, language smallint, traits smallint)
    WHERE i.owner = ${key} AND i.ordinal = r.ordinal`
  if (gone.length > 0) await forget(sql, owner, gone)
  const isDone = rows.length < portion.items && to === (rows.at(-1)?.ordinal ?? from - 1) + 1
  if (isDone) await finish(sql, owner)
  else await sql`UPDATE index_owner SET rebuilt_to = ${to}, version = version + 1 WHERE key = ${key}`
}

/** Items whose memories are gone, which no write of ours leaves behind. */
async function forget(sql: Sql, { key, version }: OwnerRow, gone: readonly number[]): Promise<void> {
  for (const table of ['index_code', 'index_vector', 'index_passage_waiting']) {
    await sql`DELETE FROM ${sql(table)} WHERE owner = ${key} AND ordinal = ANY(${gone}::integer[])`
  }
  await sql`UPDATE index_item SET memory = NULL, version = ${version + 1}
    WHERE owner = ${key} AND ordinal = ANY(${gone}::integer[])`
}

/** The sides change places; one that was in use already stays on its own and is a later generation, so that nothing kept of it is used. */
async function finish(sql: Sql, { key, generation, next_generation }: OwnerRow): Promise<void> {
  const swaps = next_generation !== generation
  await sql`UPDATE index_owner SET rebuilt_to = NULL, analyzer = next_analyzer, generation = generation + ${swaps ? 1 : 2}::integer,
      leftovers = ${swaps ? 1 : 0}, version = version + 1 WHERE key = ${key}`
}
