/**
 * Carries out what a write comes to (memory/change), for any number of memories and within the caller's transaction: rows with
 * their categories, their events and their places in the index, so that the table, the history and the index cannot disagree.
 * Rows travel as one JSON value: the statement is the same for one as for a thousand. Statements are sent in the order in which
 * they stand here (`execute`) and answered together.
 */
import { type ChangeSet, memoriesChanged, type Rewriting } from '../../../memory/change/set.ts'
import type { Memory } from '../../../memory/schema.ts'
import { eventColumns, eventRowOf } from '../../../memory/stored/history.ts'
import {
  changingColumns,
  type MemoryRow,
  memoryColumns,
  memoryOf,
  rowOf,
  tombstone,
} from '../../../memory/stored/memory.ts'
import type { MemoryId } from '../../../shared/brand.ts'
import type { OwnerSql, Transaction } from '../database.ts'
import { forgetResults } from './onces.ts'
import { project } from './projection.ts'

/** Those of the ids that the owner has, tombstones too. */
export async function findAll(
  { sql, ownerId }: OwnerSql,
  ids: readonly MemoryId[],
): Promise<ReadonlyMap<MemoryId, Memory>> {
  const rows = await sql<MemoryRow[]>`SELECT * FROM memory WHERE owner_id = ${ownerId} AND id = ANY(${ids}::text[])`
  return new Map(rows.map((row) => [row.id, memoryOf(row)]))
}

export async function writeChanges(transaction: Transaction, changes: ChangeSet): Promise<void> {
  const { rewritten = [], made = [], erased = [], at } = changes
  const changed = memoriesChanged(changes)
  await Promise.all([
    ...(rewritten.length === 0 ? [] : update(transaction, rewritten)),
    ...(made.length === 0 ? [] : insert(transaction, made)),
    ...(erased.length === 0 ? [] : erase(transaction, erased, at)),
    ...(changes.events.length === 0 ? [] : [recordEvents(transaction, changes)]),
    ...(changed.length === 0 ? [] : [project(transaction, changed, at)]),
  ])
}

const memoryColumnList = memoryColumns.join(', ')
const eventColumnList = eventColumns.join(', ')
/** What is long and stays is not sent. */
const long: readonly string[] = ['content', 'metadata']
const assignments = changingColumns
  .map((column) => `${column} = ${long.includes(column) ? `coalesce(r.${column}, m.${column})` : `r.${column}`}`)
  .join(', ')

const insert = (transaction: Transaction, memories: readonly Memory[]) => {
  const { sql } = transaction
  return [
    sql`INSERT INTO memory (${sql.unsafe(memoryColumnList)}) SELECT ${sql.unsafe(memoryColumnList)}
      FROM json_populate_recordset(NULL::memory, ${JSON.stringify(memories.map(rowOf))}::text::json)`.execute(),
    ...insertCategories(transaction, memories),
  ]
}

const update = (transaction: Transaction, rewritten: readonly Rewriting[]) => {
  const { sql, ownerId } = transaction
  const rows = rewritten.map(({ before, after }) => {
    const { content, metadata, ...row } = rowOf(after)
    return {
      ...row,
      ...(before.content === after.content ? {} : { content }),
      ...(before.metadata === after.metadata ? {} : { metadata }),
    }
  })
  const moved = rewritten.flatMap(({ before, after }) => (before.categories === after.categories ? [] : after))
  return [
    sql`UPDATE memory AS m SET ${sql.unsafe(assignments)}
        FROM json_populate_recordset(NULL::memory, ${JSON.stringify(rows)}::text::json) AS r
        WHERE m.owner_id = ${ownerId} AND m.id = r.id`.execute(),
    ...(moved.length === 0 ? [] : [deleteCategories(transaction, idsOf(moved))]),
    ...insertCategories(transaction, moved),
  ]
}

/** Erases memories' texts everywhere and leaves tombstones. */
const erase = (transaction: Transaction, memories: readonly Memory[], at: number) => {
  const { sql, ownerId } = transaction
  const ids = idsOf(memories)
  return [
    sql`UPDATE memory SET ${sql(tombstone(at))}, thread_id = id, version = version + 1
        WHERE owner_id = ${ownerId} AND id = ANY(${ids}::text[])`.execute(),
    deleteCategories(transaction, ids),
    sql`UPDATE memory_event SET before = NULL
        WHERE owner_id = ${ownerId} AND memory_id = ANY(${ids}::text[]) AND before IS NOT NULL`.execute(),
    sql`DELETE FROM access_log WHERE owner_id = ${ownerId} AND memory_id = ANY(${ids}::text[])`.execute(),
    forgetResults(transaction).execute(),
  ]
}

const recordEvents = ({ sql, ownerId }: Transaction, changes: ChangeSet) => {
  const rows = changes.events.map((event) => eventRowOf(changes, event))
  return sql`INSERT INTO memory_event (owner_id, ${sql.unsafe(eventColumnList)})
    SELECT ${ownerId}, ${sql.unsafe(eventColumnList)}
      FROM json_populate_recordset(NULL::memory_event, ${JSON.stringify(rows)}::text::json)`.execute()
}

const idsOf = (memories: readonly Memory[]): MemoryId[] => memories.map(({ id }) => id)

const deleteCategories = ({ sql, ownerId }: Transaction, ids: readonly MemoryId[]) =>
  sql`DELETE FROM memory_category WHERE owner_id = ${ownerId} AND memory_id = ANY(${ids}::text[])`.execute()

const insertCategories = ({ sql, ownerId }: Transaction, memories: readonly Memory[]) => {
  const rows = memories.flatMap(({ id, categories }) => categories.map((name) => ({ name, memory_id: id })))
  if (rows.length === 0) return []
  return [
    sql`INSERT INTO memory_category (owner_id, name, memory_id) SELECT ${ownerId}, name, memory_id
      FROM json_populate_recordset(NULL::memory_category, ${JSON.stringify(rows)}::text::json)`.execute(),
  ]
}
