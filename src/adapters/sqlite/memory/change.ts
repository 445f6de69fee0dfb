import { assertWriter } from '../../../memory/access.ts'
import type { Memories, WriteOptions } from '../../../memory/ports.ts'
import type { Memory } from '../../../memory/schema.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import { Fault } from '../../../shared/fault.ts'
import type { Database } from '../database.ts'
import { indexMemory, unindexMemory } from '../index/write.ts'
import { both, type Condition, changeable, matching, readable, readRule } from './conditions.ts'
import { insertEvent, type MemoryRow, memoryColumns, snapshotOf, toMemory } from './rows.ts'

/** Rows handled in one go of a deletion of everything. */
const batch = 1_000

/** Changing and deleting memories. Each leaves an event; a deletion takes the texts of earlier events with it. */
export function changeIn(database: Database): Pick<Memories, 'update' | 'setState' | 'delete' | 'deleteAll'> {
  return {
    async update(ownerId, appId, id, change, options) {
      return database.transaction(() => {
        const memory = findChangeable(database, ownerId, appId, id)
        checkVersion(memory, options)
        const content = change.content?.text ?? memory.content
        const changed: Memory = {
          ...memory,
          content,
          contentHash: change.content?.hash ?? memory.contentHash,
          categories: change.categories ?? memory.categories,
          metadata: change.metadata ?? memory.metadata,
          occurredAt: change.occurredAt ?? memory.occurredAt,
          updatedAt: options.at,
          version: memory.version + 1,
        }
        refuseTwin(database, changed)
        database.run(
          `UPDATE memory SET content = ?, content_hash = ?, categories = ?, metadata = ?, occurred_at = ?, updated_at = ?,
            version = ? WHERE id = ?`,
          content,
          changed.contentHash,
          JSON.stringify(changed.categories),
          JSON.stringify(changed.metadata),
          changed.occurredAt ?? null,
          options.at,
          changed.version,
          id,
        )
        if (content !== memory.content) {
          unindexMemory(database, ownerId, id, memory.content)
          indexMemory(database, ownerId, id, content)
        }
        record(database, memory, appId, 'updated', options.at)
        return changed
      })
    },
    async setState(ownerId, appId, which, state, options) {
      return database.transaction(() => {
        const rule = readRule(database, ownerId, appId)
        assertWriter(rule)
        const chosen = isIds(which) ? ofIds(which) : matching(which)
        const where = [
          ofOwner(ownerId),
          changeable(rule),
          chosen,
          { sql: "state NOT IN ('deleted', ?)", values: [state] },
        ].reduce(both)
        const memories = database
          .all<MemoryRow>(`SELECT ${memoryColumns} FROM memory WHERE ${where.sql}`, ...where.values)
          .map(toMemory)
        for (const memory of memories) {
          database.run(
            'UPDATE memory SET state = ?, updated_at = ?, version = version + 1 WHERE id = ?',
            state,
            options.at,
            memory.id,
          )
          record(database, memory, appId, 'state_changed', options.at)
        }
        return memories.length
      })
    },
    async delete(ownerId, appId, ids, options) {
      return database.transaction(() => eraseWhere(database, ownerId, appId, ofIds(ids), options).map(({ id }) => id))
    },
    async deleteAll(ownerId, appId, options) {
      return database.transaction(() => eraseWhere(database, ownerId, appId, { sql: '1', values: [] }, options).length)
    },
  }
}

const ofOwner = (ownerId: OwnerId): Condition => ({ sql: 'owner_id = ?', values: [ownerId] })
const ofIds = (ids: readonly MemoryId[]): Condition => ({
  sql: 'id IN (SELECT value FROM json_each(?))',
  values: [JSON.stringify(ids)],
})
const isIds = (which: readonly MemoryId[] | object): which is readonly MemoryId[] => Array.isArray(which)

/** @throws Fault `not_found` for what the app may not read, `forbidden` for what it may read but not change */
function findChangeable(database: Database, ownerId: OwnerId, appId: ClientId, id: MemoryId): Memory {
  const rule = readRule(database, ownerId, appId)
  const find = (condition: Condition) => {
    const where = [ofOwner(ownerId), ofIds([id]), condition].reduce(both)
    return database.get<MemoryRow>(
      `SELECT ${memoryColumns} FROM memory WHERE state <> 'deleted' AND ${where.sql}`,
      ...where.values,
    )
  }
  if (find(readable(rule)) === undefined)
    throw new Fault('not_found', 'There is no memory with this id.', { field: 'id' })
  assertWriter(rule)
  const row = find(changeable(rule))
  if (row === undefined) throw new Fault('forbidden', 'Its user does not let this app change this memory.')
  return toMemory(row)
}

function checkVersion(memory: Memory, { ifVersion }: WriteOptions): void {
  if (ifVersion === undefined || ifVersion === memory.version) return
  throw new Fault('precondition_failed', 'The memory was changed meanwhile. Read it again and repeat the change.', {
    code: 'version_changed',
    field: 'if-match',
  })
}

function refuseTwin(database: Database, { ownerId, contentHash, id }: Memory): void {
  const twin = database.get<{ id: string }>(
    "SELECT id FROM memory WHERE owner_id = ? AND content_hash = ? AND state <> 'deleted' AND valid_to IS NULL AND id <> ?",
    ownerId,
    contentHash,
    id,
  )
  if (twin !== undefined) {
    throw new Fault('conflict', 'Another memory says exactly this already.', {
      code: 'duplicate',
      field: 'memory_content',
    })
  }
}

function record(
  database: Database,
  memory: Memory,
  appId: ClientId,
  kind: 'updated' | 'state_changed',
  at: number,
): void {
  const { ownerId, id: memoryId } = memory
  insertEvent(database, { ownerId, memoryId, kind, appId, at, before: snapshotOf(memory), otherId: undefined })
}

/** Takes the texts away everywhere and leaves tombstones. */
function eraseWhere(
  database: Database,
  ownerId: OwnerId,
  appId: ClientId,
  chosen: Condition,
  { at, ifVersion }: WriteOptions,
): { id: MemoryId }[] {
  const rule = readRule(database, ownerId, appId)
  assertWriter(rule)
  const where = [ofOwner(ownerId), changeable(rule), chosen].reduce(both)
  const erased: { id: MemoryId }[] = []
  for (;;) {
    const memories = database
      .all<MemoryRow>(
        `SELECT ${memoryColumns} FROM memory WHERE state <> 'deleted' AND ${where.sql} LIMIT ${batch}`,
        ...where.values,
      )
      .map(toMemory)
    for (const memory of memories) {
      checkVersion(memory, { at, ifVersion })
      erase(database, memory, appId, at)
      erased.push({ id: memory.id })
    }
    if (memories.length < batch) return erased
  }
}

function erase(database: Database, { ownerId, id, content }: Memory, appId: ClientId, at: number): void {
  unindexMemory(database, ownerId, id, content)
  database.run(
    `UPDATE memory SET content = '', content_hash = '', state = 'deleted', categories = '[]', metadata = '{}', speaker = '{"kind":"self"}',
      occurred_at = NULL, thread_id = id, updated_at = ?, version = version + 1 WHERE id = ?`,
    at,
    id,
  )
  database.run('UPDATE event SET before = NULL WHERE owner_id = ? AND memory_id = ?', ownerId, id)
  database.run('DELETE FROM access WHERE owner_id = ? AND memory_id = ?', ownerId, id)
  insertEvent(database, { ownerId, memoryId: id, kind: 'deleted', appId, at, before: undefined, otherId: undefined })
}
