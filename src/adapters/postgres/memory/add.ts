/** Adding: what a batch has to be compared with is read at once, what memory/change/add makes of it is written at once. */
import { adding, mostRecalled, mostSameTexts } from '../../../memory/change/add.ts'
import type { AddOutcome, AddPolicy, Draft } from '../../../memory/ports.ts'
import type { Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored/memory.ts'
import type { ClientId } from '../../../shared/brand.ts'
import type { Transaction } from '../database.ts'
import { findRuleToWrite } from './conditions.ts'
import { writeChanges } from './record.ts'

export async function addAll(
  transaction: Transaction,
  appId: ClientId,
  drafts: readonly Draft[],
  policy: AddPolicy,
): Promise<readonly AddOutcome[]> {
  const { ownerId } = transaction
  const named = [...new Set(drafts.flatMap(({ threadId }) => threadId ?? []))]
  const hashes = drafts.map(({ contentHash }) => contentHash)
  const [rule, sameText, recalled, newest, free] = await Promise.all([
    findRuleToWrite(transaction, appId, policy.at),
    sameTexts(transaction, hashes),
    recentlyRecalled(transaction, policy.recalledSince),
    newestOfApp(transaction, appId),
    firstFree(transaction, named),
  ])
  const known = {
    rule,
    recalled,
    newestOfApp: () => newest,
    sameText: (hash: string) => sameText.get(hash) ?? [],
    firstFree: (threadId: string) => free.get(threadId) ?? (threadId === newest?.threadId ? newest.free : 0),
  }
  const { outcomes, changes } = adding(known, { ownerId, appId }, drafts, policy)
  await writeChanges(transaction, changes)
  return outcomes
}

/** By hash the memories that say it and still hold, the oldest first. */
export async function sameTexts(
  { sql, ownerId }: Transaction,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, readonly Memory[]>> {
  const rows = await sql<MemoryRow[]>`
    SELECT m.* FROM (SELECT DISTINCT unnest(${hashes}::text[]) COLLATE "C" AS hash) AS h CROSS JOIN LATERAL (
      SELECT * FROM memory WHERE owner_id = ${ownerId} AND content_hash = h.hash AND valid_to IS NULL
       ORDER BY created_at, id LIMIT ${mostSameTexts}) AS m ORDER BY m.created_at, m.id`
  return Map.groupBy(rows.map(memoryOf), ({ contentHash }) => contentHash)
}

async function recentlyRecalled({ sql, ownerId }: Transaction, since: number): Promise<Memory[]> {
  const rows = await sql<MemoryRow[]>`
    SELECT m.* FROM (SELECT memory_id FROM access_log WHERE owner_id = ${ownerId} AND at >= ${since}
        GROUP BY memory_id ORDER BY max(at) DESC LIMIT ${mostRecalled}) AS a
      JOIN memory AS m ON m.owner_id = ${ownerId} AND m.id = a.memory_id WHERE m.state <> 'deleted'`
  return rows.map(memoryOf)
}

interface NewestOfApp {
  readonly threadId: string
  readonly createdAt: number
  /** The first free place of that thread. */
  readonly free: number
}

async function newestOfApp({ sql, ownerId }: Transaction, appId: ClientId): Promise<NewestOfApp | undefined> {
  const [row] = await sql<NewestOfApp[]>`
    SELECT last.thread_id AS "threadId", last.created_at AS "createdAt",
        (SELECT max(position) + 1 FROM memory WHERE owner_id = ${ownerId} AND thread_id = last.thread_id) AS free
      FROM (SELECT thread_id, created_at FROM memory WHERE owner_id = ${ownerId} AND app_id = ${appId}
             ORDER BY created_at DESC, id DESC LIMIT 1) AS last`
  return row
}

/** The places behind which nobody stands, of threads in which anybody does. */
export async function firstFree(
  { sql, ownerId }: Transaction,
  threadIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (threadIds.length === 0) return new Map()
  const rows = await sql<{ thread: string; free: number | null }[]>`
    SELECT t.id AS thread, (SELECT max(position) + 1 FROM memory WHERE owner_id = ${ownerId} AND thread_id = t.id) AS free
      FROM (SELECT unnest(${threadIds}::text[]) COLLATE "C" AS id) AS t`
  return new Map(rows.flatMap(({ thread, free }) => (free === null ? [] : [[thread, free] as const])))
}
