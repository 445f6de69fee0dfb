/**
 * The steps that every write is made of, each for any number of memories and within the caller's transaction: rows with their
 * categories, their events and their places in the index, so that the table, the history and the index cannot disagree.
 * Rows travel as one JSON value: the statement is the same for one as for a thousand. Statements are sent in the order in which
 * they stand here (`execute`) and answered together.
 */
import { changed } from '../../../memory/change.ts'
import type { Memory, MemoryEventKind } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf, rowOf, snapshotOf } from '../../../memory/stored.ts'
import type { ClientId, MemoryId } from '../../../shared/brand.ts'
import type { Transaction } from '../database.ts'
import { project } from './projection.ts'

/** Those of the ids that the owner has, tombstones too. */
export async function findAll(
  { sql, ownerId }: Pick<Transaction, 'sql' | 'ownerId'>,
  ids: readonly MemoryId[],
): Promise<ReadonlyMap<MemoryId, Memory>> {
  const rows = await sql<MemoryRow[]>`SELECT * FROM memory WHERE owner_id = ${ownerId} AND id = ANY(${ids}::text[])`
  return new Map(rows.map((row) => [row.id, memoryOf(row)]))
}

export async function insertAll(transaction: Transaction, memories: readonly Memory[], at: number): Promise<void> {
  if (memories.length === 0) return
  const { sql } = transaction
  await Promise.all([
    sql`INSERT INTO memory (owner_id, id, app_id, content, content_hash, state, categories, metadata, annotations, thread_id, position,
          speaker_kind, speaker_name, occurred_at, valid_from, valid_to, supersedes, source, created_at, updated_at, version)
        SELECT owner_id, id, app_id, content, content_hash, state, categories, metadata, annotations, thread_id, position,
          speaker_kind, speaker_name, occurred_at, valid_from, valid_to, supersedes, source, created_at, updated_at, version
          FROM json_populate_recordset(NULL::memory, ${JSON.stringify(memories.map(rowOf))}::text::json)`.execute(),
    insertCategories(transaction, memories),
    project(
      transaction,
      memories.map((after) => ({ before: undefined, after })),
      at,
    ),
  ])
}

export interface Rewriting {
  readonly before: Memory
  readonly after: Memory
}

/** What a change makes of a memory, one version on. */
export const rewritten = (before: Memory, change: Partial<Memory>, at: number): Rewriting => ({
  before,
  after: changed(before, change, at),
})

export async function rewriteAll(transaction: Transaction, rewritings: readonly Rewriting[]): Promise<void> {
  const at = rewritings[0]?.after.updatedAt
  if (at === undefined) return
  const { sql, ownerId } = transaction
  // What is long and stays is not sent.
  const rows = rewritings.map(({ before, after }) => {
    const { content, metadata, ...row } = rowOf(after)
    return {
      ...row,
      ...(before.content === after.content ? {} : { content }),
      ...(before.metadata === after.metadata ? {} : { metadata }),
    }
  })
  const moved = rewritings.filter(({ before, after }) => before.categories !== after.categories)
  await Promise.all([
    sql`UPDATE memory AS m SET content = coalesce(r.content, m.content), content_hash = r.content_hash, state = r.state,
          categories = r.categories, metadata = coalesce(r.metadata, m.metadata), annotations = r.annotations, occurred_at = r.occurred_at,
          valid_to = r.valid_to, updated_at = r.updated_at, version = r.version
        FROM json_populate_recordset(NULL::memory, ${JSON.stringify(rows)}::text::json) AS r
        WHERE m.owner_id = ${ownerId} AND m.id = r.id`.execute(),
    ...(moved.length === 0
      ? []
      : [
          deleteCategories(transaction, idsOf(moved.map(({ after }) => after))),
          insertCategories(
            transaction,
            moved.map(({ after }) => after),
          ),
        ]),
    project(transaction, rewritings, at),
  ])
}

/** Erases memories' texts everywhere and leaves tombstones. */
export async function eraseAll(transaction: Transaction, memories: readonly Memory[], at: number): Promise<void> {
  if (memories.length === 0) return
  const { sql, ownerId } = transaction
  const ids = idsOf(memories)
  await Promise.all([
    sql`UPDATE memory SET content = '', content_hash = NULL, state = 'deleted', categories = '[]', metadata = '{}', annotations = '{}',
          speaker_name = NULL, occurred_at = NULL, thread_id = id, position = 0, updated_at = ${at}, version = version + 1
        WHERE owner_id = ${ownerId} AND id = ANY(${ids}::text[])`.execute(),
    deleteCategories(transaction, ids),
    sql`UPDATE memory_event SET before = NULL
        WHERE owner_id = ${ownerId} AND memory_id = ANY(${ids}::text[]) AND before IS NOT NULL`.execute(),
    // A question that found one may quote it: it goes from the readings of other memories too.
    sql`UPDATE access_log SET query = NULL WHERE owner_id = ${ownerId} AND query IS NOT NULL AND at IN (
          SELECT at FROM access_log WHERE owner_id = ${ownerId} AND memory_id = ANY(${ids}::text[]))`.execute(),
    sql`DELETE FROM access_log WHERE owner_id = ${ownerId} AND memory_id = ANY(${ids}::text[])`.execute(),
    project(
      transaction,
      memories.map((before) => ({ before, after: undefined })),
      at,
    ),
  ])
}

export interface NewEvent {
  readonly id: MemoryId
  readonly kind: MemoryEventKind
  readonly appId: ClientId
  readonly at: number
  readonly before?: Memory
  readonly otherId?: MemoryId
  readonly undoes?: number
}

/** Keeps events in their order. */
export async function recordEvents({ sql, ownerId }: Transaction, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const rows = events.map(({ id, kind, appId, at, before, otherId, undoes }) => ({
    memory_id: id,
    kind,
    app_id: appId,
    at,
    before: before && JSON.stringify(snapshotOf(before)),
    other_id: otherId,
    undoes,
  }))
  await sql`INSERT INTO memory_event (owner_id, memory_id, kind, app_id, at, before, other_id, undoes)
    SELECT ${ownerId}, memory_id, kind, app_id, at, before, other_id, undoes
      FROM json_populate_recordset(NULL::memory_event, ${JSON.stringify(rows)}::text::json)`
}

const idsOf = (memories: readonly Memory[]): MemoryId[] => memories.map(({ id }) => id)

const deleteCategories = ({ sql, ownerId }: Transaction, ids: readonly MemoryId[]) =>
  sql`DELETE FROM memory_category WHERE owner_id = ${ownerId} AND memory_id = ANY(${ids}::text[])`.execute()

async function insertCategories({ sql, ownerId }: Transaction, memories: readonly Memory[]): Promise<void> {
  const rows = memories.flatMap(({ id, categories }) => categories.map((name) => ({ name, memory_id: id })))
  if (rows.length === 0) return
  await sql`INSERT INTO memory_category (owner_id, name, memory_id)
    SELECT ${ownerId}, name, memory_id
      FROM json_populate_recordset(NULL::memory_category, ${JSON.stringify(rows)}::text::json)`
}
