/** Adding: what a batch has to be compared with is read at once, the batch is judged here, what is new is written at once. */

import { assertWriter, mayRead } from '../../../memory/access.ts'
import { recalledFor, runningThread } from '../../../memory/change.ts'
import { noAnnotations } from '../../../memory/graph/schema.ts'
import type { AddOutcome, AddPolicy, Draft } from '../../../memory/ports.ts'
import type { AccessRule, Memory } from '../../../memory/schema.ts'
import { type MemoryRow, memoryOf } from '../../../memory/stored.ts'
import type { ClientId } from '../../../shared/brand.ts'
import type { Transaction } from '../database.ts'
import { findRule } from './conditions.ts'
import { insertAll, recordEvents } from './record.ts'

export async function addAll(
  transaction: Transaction,
  appId: ClientId,
  drafts: readonly Draft[],
  policy: AddPolicy,
): Promise<readonly AddOutcome[]> {
  const named = [...new Set(drafts.flatMap(({ threadId }) => threadId ?? []))]
  const hashes = drafts.map(({ contentHash }) => contentHash)
  const [rule, known, recalled, last, positions] = await Promise.all([
    findRule(transaction.sql, transaction.ownerId, appId),
    findDuplicates(transaction, hashes),
    recentlyRecalled(transaction, policy.recalledSince),
    lastOfApp(transaction, appId),
    nextPositions(transaction, named),
  ])
  assertWriter(rule)
  const echoes = recalledFor(rule, recalled)
  const threads = createThreads(last, positions, policy)
  const made: Memory[] = []
  const outcomes = drafts.map((draft): AddOutcome => {
    const same = firstReadable(known.get(draft.contentHash), rule)
    if (same !== undefined) return { status: 'duplicate', memory: same }
    if (policy.isEcho(draft.content, echoes)) return { status: 'recalled', memory: undefined }
    const { threadId, position } = threads.next(draft)
    const memory = newMemory(transaction, appId, draft, { threadId, position, at: policy.at })
    made.push(memory)
    known.set(draft.contentHash, [...(known.get(draft.contentHash) ?? []), memory])
    return { status: 'added', memory }
  })
  await Promise.all([
    insertAll(transaction, made, policy.at),
    recordEvents(
      transaction,
      made.map(({ id }) => ({ id, kind: 'created', appId, at: policy.at })),
    ),
  ])
  return outcomes
}

/** A memory as a draft says, active and open. */
export const newMemory = (
  { ownerId }: Transaction,
  appId: ClientId,
  draft: Draft,
  { threadId, position, at }: { readonly threadId: string; readonly position: number; readonly at: number },
): Memory => ({
  id: draft.id,
  ownerId,
  appId,
  speaker: draft.speaker,
  content: draft.content,
  contentHash: draft.contentHash,
  state: 'active',
  categories: draft.categories,
  metadata: draft.metadata,
  annotations: draft.annotations ?? noAnnotations,
  threadId,
  position,
  occurredAt: draft.occurredAt,
  validFrom: draft.validFrom ?? at,
  validTo: undefined,
  supersedes: undefined,
  source: draft.source,
  createdAt: at,
  updatedAt: at,
  version: 1,
})

/** Of memories that say the same the first that the app may read: one that it may not read must not show by this. */
export const firstReadable = (memories: readonly Memory[] | undefined, rule: AccessRule): Memory | undefined =>
  memories?.find((memory) => mayRead(rule, memory))

/** By hash the memories that say it and still hold, the oldest first, at most 100 of each. */
export async function findDuplicates(
  { sql, ownerId }: Transaction,
  hashes: readonly string[],
): Promise<Map<string, readonly Memory[]>> {
  const rows = await sql<MemoryRow[]>`
    SELECT m.* FROM (SELECT DISTINCT unnest(${hashes}::text[]) COLLATE "C" AS hash) AS h CROSS JOIN LATERAL (
      SELECT * FROM memory WHERE owner_id = ${ownerId} AND content_hash = h.hash AND valid_to IS NULL
       ORDER BY created_at, id LIMIT 100) AS m ORDER BY m.created_at, m.id`
  return Map.groupBy(rows.map(memoryOf), ({ contentHash }) => contentHash)
}

async function recentlyRecalled({ sql, ownerId }: Transaction, since: number): Promise<Memory[]> {
  const rows = await sql<MemoryRow[]>`
    SELECT m.* FROM (SELECT memory_id FROM access_log WHERE owner_id = ${ownerId} AND at >= ${since}
        GROUP BY memory_id ORDER BY max(at) DESC LIMIT 200) AS a
      JOIN memory AS m ON m.owner_id = ${ownerId} AND m.id = a.memory_id WHERE m.state <> 'deleted'`
  return rows.map(memoryOf)
}

interface LastOfApp {
  readonly threadId: string
  readonly createdAt: number
  /** The next place in that thread. */
  readonly next: number
}

async function lastOfApp({ sql, ownerId }: Transaction, appId: ClientId): Promise<LastOfApp | undefined> {
  const [row] = await sql<LastOfApp[]>`
    SELECT last.thread_id AS "threadId", last.created_at AS "createdAt",
        (SELECT max(position) + 1 FROM memory WHERE owner_id = ${ownerId} AND thread_id = last.thread_id) AS next
      FROM (SELECT thread_id, created_at FROM memory WHERE owner_id = ${ownerId} AND app_id = ${appId}
             ORDER BY created_at DESC, id DESC LIMIT 1) AS last`
  return row
}

/** The next free places of threads that have any. */
export async function nextPositions(
  { sql, ownerId }: Transaction,
  threadIds: readonly string[],
): Promise<Map<string, number>> {
  if (threadIds.length === 0) return new Map()
  const rows = await sql<{ thread: string; next: number | null }[]>`
    SELECT t.id AS thread, (SELECT max(position) + 1 FROM memory WHERE owner_id = ${ownerId} AND thread_id = t.id) AS next
      FROM (SELECT unnest(${threadIds}::text[]) COLLATE "C" AS id) AS t`
  return new Map(rows.flatMap(({ thread, next }) => (next === null ? [] : [[thread, next] as const])))
}

/** Gives each draft of one call its thread and its place in it. */
function createThreads(last: LastOfApp | undefined, positions: Map<string, number>, policy: AddPolicy) {
  if (last !== undefined && !positions.has(last.threadId)) positions.set(last.threadId, last.next)
  let running: string | undefined
  return {
    next(draft: Draft): { threadId: string; position: number } {
      running = draft.threadId === undefined ? (running ?? runningThread(last, draft, policy)) : running
      const threadId = draft.threadId ?? running ?? ''
      const position = positions.get(threadId) ?? 0
      positions.set(threadId, position + 1)
      return { threadId, position }
    },
  }
}
