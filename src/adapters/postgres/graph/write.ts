/**
 * Keeps entities, mentions and relations with the memory: called within the transaction of every write, behind the statements
 * that change the memories. What they are is said by memory/graph/knowledge.
 */
import { setImmediate } from 'node:timers/promises'
import { isRetold, isReworded, type MemoryChanged } from '../../../memory/change/set.ts'
import { knowledgeOf, knowledgeVersion, linkedMentions } from '../../../memory/graph/knowledge.ts'
import type { Extraction, Knowledge } from '../../../memory/graph/schema.ts'
import type { Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import type { MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database, OwnerSql, Sql, Transaction } from '../database.ts'
import { deleteInPages } from '../delete-in-pages.ts'

/** Brings what is known of memories to how they are. */
export async function changeKnowledge(transaction: Transaction, changes: readonly MemoryChanged[]): Promise<void> {
  const told = changes.filter(isRetold)
  // Derived anew just now, from the memories as they are.
  if (!(await isCurrent(transaction)) || told.length === 0) return
  const { sql, ownerId } = transaction
  const known = told.flatMap(({ before }) => before?.id ?? [])
  const reworded = told.flatMap((change) => (change.before && isReworded(change) ? [change.before.id] : []))
  if (reworded.length > 0) {
    await sql`DELETE FROM extraction WHERE memory IN (SELECT seq FROM memory
      WHERE owner_id = ${ownerId} AND id = ANY(${reworded}::text[]))`
  }
  const named = known.length === 0 ? [] : await forget(transaction, known)
  await remember(
    transaction,
    told.flatMap(({ after }) => after ?? []),
    known,
  )
  await dropUnnamed(sql, named)
}

/** Writes what is known of one memory anew, after what a model derived of it has changed. */
export async function refreshKnowledge(transaction: Transaction, memory: Memory): Promise<void> {
  if (!(await isCurrent(transaction))) return
  const named = await forget(transaction, [memory.id])
  await remember(transaction, [memory], [memory.id])
  await dropUnnamed(transaction.sql, named)
}

async function knowledgeIsCurrent(sql: Sql, ownerId: OwnerId): Promise<boolean> {
  const [row] = await sql<{ version: number }[]>`SELECT version FROM entity_owner WHERE owner_id = ${ownerId}`
  return row?.version === knowledgeVersion
}

/** Derives the owner's entities anew where another version of the rules did it or nobody yet. Returns whether they were current. */
export async function isCurrent(transaction: Transaction): Promise<boolean> {
  const current = await knowledgeIsCurrent(transaction.sql, transaction.ownerId)
  if (!current) await rebuildKnowledge(transaction)
  return current
}

/** The same for whoever only reads: a write of the owner begins where there is something to derive. */
export async function makeCurrent(db: Database, ownerId: OwnerId): Promise<void> {
  if (await db.run((sql) => knowledgeIsCurrent(sql, ownerId))) return
  await db.write(ownerId, isCurrent)
}

const page = 500

/** What models derived stays. */
async function rebuildKnowledge(transaction: Transaction): Promise<void> {
  const { sql, ownerId } = transaction
  await dropKnowledge(transaction)
  await sql`INSERT INTO entity_owner (owner_id, version) VALUES (${ownerId}, ${knowledgeVersion})`
  for (let after = 0; ; ) {
    const rows = await sql<MemoryRow[]>`SELECT * FROM memory
      WHERE owner_id = ${ownerId} AND seq > ${after} AND state <> 'deleted' ORDER BY seq LIMIT ${page}`
    const memories = rows.map(memoryOf)
    await remember(
      transaction,
      memories,
      memories.map(({ id }) => id),
    )
    after = rows.at(-1)?.seq ?? after
    if (rows.length < page) return
    transaction.goesOn()
  }
}

/** Removes what is known of the owner's memories, besides what models derived. */
export async function dropKnowledge(transaction: Transaction): Promise<void> {
  const { sql, ownerId } = transaction
  const entities = sql`SELECT id FROM entity WHERE owner_id = ${ownerId}`
  const naming = sql`SELECT n.memory FROM mention AS n JOIN entity AS e ON e.id = n.entity WHERE e.owner_id = ${ownerId}`
  await deleteInPages(transaction, 'relation', sql`memory IN (${naming})`)
  await deleteInPages(transaction, 'mention', sql`entity IN (${entities})`)
  await deleteInPages(transaction, 'entity', sql`owner_id = ${ownerId}`)
  await deleteInPages(transaction, 'mention_unsaid', sql`owner_id = ${ownerId}`)
  await sql`DELETE FROM entity_owner WHERE owner_id = ${ownerId}`
}

/** What models derived of memories, by id. */
export async function extractionsOf(
  { sql, ownerId }: OwnerSql,
  ids: readonly MemoryId[],
): Promise<ReadonlyMap<MemoryId, Extraction>> {
  if (ids.length === 0) return new Map()
  const rows = await sql<{ id: MemoryId; body: string }[]>`
    SELECT m.id, x.body FROM memory AS m JOIN extraction AS x ON x.memory = m.seq
     WHERE m.owner_id = ${ownerId} AND m.id = ANY(${ids}::text[])`
  return new Map(rows.map(({ id, body }) => [id, JSON.parse(body)]))
}

/** Long texts that are read without a look at what else the process has to do: some 50 ms. */
const textsAtOnce = 100

/** `extracted`: those of which a model may have derived something. */
async function remember(
  transaction: Transaction,
  memories: readonly Memory[],
  extracted: readonly MemoryId[],
): Promise<void> {
  const { sql, ownerId } = transaction
  const extractions = await extractionsOf(transaction, extracted)
  const known: ({ readonly memory: Memory; readonly id: MemoryId } & Knowledge)[] = []
  for (const [n, memory] of memories.entries()) {
    if (n > 0 && n % textsAtOnce === 0) await setImmediate()
    known.push({ memory, id: memory.id, ...knowledgeOf(memory, extractions.get(memory.id)) })
  }
  const mentions = known.flatMap(({ id, mentions: all }) => all.map((mention) => ({ id, ...mention })))
  const relations = known.flatMap(({ id, relations: all }) => all.map((relation) => ({ id, ...relation })))
  if (mentions.length === 0) return
  const linked = known.flatMap(({ id, memory, mentions: all }) =>
    linkedMentions(memory, all).map(({ key }) => ({ id, key })),
  )
  const keys = [...new Set(mentions.map(({ key }) => key))]
  await Promise.all([
    sql`INSERT INTO entity (owner_id, key) SELECT ${ownerId}, unnest(${keys}::text[])
      ON CONFLICT (owner_id, key) DO NOTHING`.execute(),
    sql`INSERT INTO mention (entity, memory, name, kind, origin)
      SELECT e.id, m.seq, x.name, x.kind, x.origin
        FROM json_to_recordset(${JSON.stringify(mentions)}::text::json)
          AS x (id text, key text, name text, kind text, origin text)
        JOIN memory AS m ON m.owner_id = ${ownerId} AND m.id = x.id
        JOIN entity AS e ON e.owner_id = ${ownerId} AND e.key = x.key`.execute(),
    ...(linked.length === 0
      ? []
      : [
          sql`INSERT INTO mention_unsaid (owner_id, key, memory)
            SELECT ${ownerId}, x.key, m.seq
              FROM json_to_recordset(${JSON.stringify(linked)}::text::json) AS x (id text, key text)
              JOIN memory AS m ON m.owner_id = ${ownerId} AND m.id = x.id`.execute(),
        ]),
    ...(relations.length === 0
      ? []
      : [
          sql`INSERT INTO relation (memory, subject, predicate, object, origin)
            SELECT m.seq, s.id, x.predicate, o.id, x.origin
              FROM json_to_recordset(${JSON.stringify(relations)}::text::json)
                AS x (id text, subject text, predicate text, object text, origin text)
              JOIN memory AS m ON m.owner_id = ${ownerId} AND m.id = x.id
              JOIN entity AS s ON s.owner_id = ${ownerId} AND s.key = x.subject
              JOIN entity AS o ON o.owner_id = ${ownerId} AND o.key = x.object`.execute(),
        ]),
  ])
}

/** Takes out what memories name, and returns the entities that may have no other. */
async function forget({ sql, ownerId }: Transaction, ids: readonly MemoryId[]): Promise<readonly number[]> {
  const these = sql`SELECT seq FROM memory WHERE owner_id = ${ownerId} AND id = ANY(${ids}::text[])`
  const [, named] = await Promise.all([
    sql`DELETE FROM relation WHERE memory IN (${these})`.execute(),
    sql<{ entity: number }[]>`DELETE FROM mention WHERE memory IN (${these}) RETURNING entity`.execute(),
    sql`DELETE FROM mention_unsaid WHERE memory IN (${these})`.execute(),
  ])
  return [...new Set(named.map(({ entity }) => entity))]
}

async function dropUnnamed(sql: Sql, entities: readonly number[]): Promise<void> {
  if (entities.length === 0) return
  await sql`DELETE FROM entity AS e WHERE e.id = ANY(${entities}::bigint[])
    AND NOT EXISTS (SELECT 1 FROM mention WHERE entity = e.id)`
}
