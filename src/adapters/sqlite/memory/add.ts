import { assertWriter, mayRead } from '../../../memory/access.ts'
import type { AddOutcome, AddPolicy, Draft, Memories } from '../../../memory/ports.ts'
import type { AccessRule, Memory } from '../../../memory/schema.ts'
import type { ClientId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { indexMemory } from '../index/write.ts'
import { readRule } from './conditions.ts'
import { insertEvent, insertMemory, type MemoryRow, memoryColumns, toMemory } from './rows.ts'

const mostRecalled = 200

/** Writes drafts in their order, in one transaction with their index and their events. */
export const addTo =
  (database: Database, flushReadings: () => void): Memories['add'] =>
  async (ownerId, appId, drafts, policy) =>
    database.transaction(() => {
      flushReadings()
      const rule = readRule(database, ownerId, appId)
      assertWriter(rule)
      const recalled = recentlyRecalled(database, ownerId, policy.recalledSince)
      return drafts.map((draft) => addOne(database, ownerId, appId, draft, { ...policy, rule, recalled }))
    })

interface Judgement extends AddPolicy {
  readonly rule: AccessRule
  readonly recalled: readonly Memory[]
}

function addOne(database: Database, ownerId: OwnerId, appId: ClientId, draft: Draft, judged: Judgement): AddOutcome {
  const ownHash = `${draft.contentHash}:${appId}`
  const same = database
    .all<MemoryRow>(
      `SELECT ${memoryColumns} FROM memory
        WHERE owner_id = ? AND content_hash IN (?, ?) AND state <> 'deleted' AND valid_to IS NULL`,
      ownerId,
      draft.contentHash,
      ownHash,
    )
    .map(toMemory)
  const known = same.find((memory) => mayRead(judged.rule, memory))
  if (known !== undefined) return { status: 'duplicate', memory: known }
  if (judged.isEcho(draft.content, judged.recalled)) return { status: 'recalled', memory: undefined }
  const threadId = draft.threadId ?? runningThread(database, ownerId, appId, judged) ?? draft.id
  const memory: Memory = {
    id: draft.id,
    ownerId,
    appId,
    speaker: draft.speaker,
    content: draft.content,
    // Another app's memory of the same text that this app may not read stays its own: the hashes must differ.
    contentHash: same.length === 0 ? draft.contentHash : ownHash,
    state: 'active',
    categories: draft.categories,
    metadata: draft.metadata,
    threadId,
    position: nextPosition(database, ownerId, threadId),
    occurredAt: draft.occurredAt,
    validFrom: draft.validFrom ?? judged.at,
    validTo: undefined,
    supersedes: undefined,
    source: draft.source,
    createdAt: judged.at,
    updatedAt: judged.at,
    version: 1,
  }
  insertMemory(database, memory)
  indexMemory(database, ownerId, memory.id, memory.content)
  insertEvent(database, {
    ownerId,
    memoryId: memory.id,
    kind: draft.source === 'import' ? 'imported' : 'created',
    appId,
    at: judged.at,
    before: undefined,
    otherId: undefined,
  })
  return { status: 'added', memory }
}

/** The thread of the app's last add, if that was less than the gap ago. */
function runningThread(
  database: Database,
  ownerId: OwnerId,
  appId: ClientId,
  { at, threadGapMs }: AddPolicy,
): string | undefined {
  return database.get<{ thread_id: string }>(
    'SELECT thread_id FROM memory WHERE owner_id = ? AND app_id = ? AND created_at > ? ORDER BY created_at DESC LIMIT 1',
    ownerId,
    appId,
    at - threadGapMs,
  )?.thread_id
}

const nextPosition = (database: Database, ownerId: OwnerId, threadId: string): number =>
  (database.get<{ last: number | null }>(
    'SELECT max(position) AS last FROM memory WHERE owner_id = ? AND thread_id = ?',
    ownerId,
    threadId,
  )?.last ?? -1) + 1

function recentlyRecalled(database: Database, ownerId: OwnerId, since: number): readonly Memory[] {
  return database
    .all<MemoryRow>(
      `SELECT ${memoryColumns} FROM memory WHERE owner_id = ? AND id IN
        (SELECT memory_id FROM access WHERE owner_id = ? AND at >= ? ORDER BY at DESC LIMIT ${mostRecalled})`,
      ownerId,
      ownerId,
      since,
    )
    .map(toMemory)
}
