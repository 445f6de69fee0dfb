/** Superseding, merging and taking back. Whatever concerns two memories changes both in one transaction. */
import { assertChange, assertSupersedable, assertTwo, changeable, changesOf, conflict } from '../../../memory/change.ts'
import type { Corrections, WriteOptions } from '../../../memory/ports.ts'
import type { Memory, MemoryEvent } from '../../../memory/schema.ts'
import { type EventRow, eventOf } from '../../../memory/stored.ts'
import type { ClientId, MemoryId } from '../../../shared/brand.ts'
import type { Database, Transaction } from '../database.ts'
import { findDuplicates, firstReadable, newMemory, nextPositions } from './add.ts'
import { findAll, insertAll, type NewEvent, type Rewriting, recordEvents, rewriteAll, rewritten } from './record.ts'
import { writer } from './write.ts'

export function createCorrections(db: Database): Corrections {
  return {
    supersede: (ownerId, appId, id, draft, { at }, options) =>
      db.write(ownerId, async (transaction) => {
        const [rule, found, known] = await Promise.all([
          writer(transaction, appId),
          findAll(transaction, [id]),
          findDuplicates(transaction, [draft.contentHash]),
        ])
        const before = changeable(found.get(id), rule, options)
        const from = draft.validFrom ?? at
        assertSupersedable(before, draft, from)
        const closing = rewritten(before, { validTo: from }, at)
        const same = firstReadable(known.get(draft.contentHash), rule)
        const memory = same ?? (await successor(transaction, appId, { ...draft, validFrom: from }, before, at))
        await rewriteAll(transaction, [closing])
        if (same === undefined) await insertAll(transaction, [memory], at)
        await recordEvents(transaction, [
          { id, kind: 'superseded', appId, at, before, otherId: memory.id },
          ...(same === undefined ? [{ id: memory.id, kind: 'created', appId, at, otherId: id } as const] : []),
        ])
        return { closed: closing.after, memory }
      }),

    merge: (ownerId, appId, id, otherId, change, options) =>
      db.write(ownerId, async (transaction) => {
        const { at } = options
        const [rule, found] = await Promise.all([writer(transaction, appId), findAll(transaction, [id, otherId])])
        assertTwo(id, otherId)
        const kept = changeable(found.get(id), rule, options)
        const other = changeable(found.get(otherId), rule, { at })
        const merged = rewritten(kept, changesOf(change), at)
        const away = rewritten(other, { state: 'archived', validTo: other.validTo ?? at }, at)
        await rewriteAll(transaction, [merged, away])
        await recordEvents(transaction, [
          { id, kind: 'merged', appId, at, before: kept, otherId },
          { id: otherId, kind: 'merged', appId, at, before: other, otherId: id },
        ])
        return merged.after
      }),

    undo: (ownerId, appId, id, options) => db.write(ownerId, (transaction) => undo(transaction, appId, id, options)),
  }
}

/** The memory that takes the place of another, behind it in its thread unless the draft names one. */
async function successor(
  transaction: Transaction,
  appId: ClientId,
  draft: Parameters<typeof newMemory>[2],
  before: Memory,
  at: number,
): Promise<Memory> {
  const threadId = draft.threadId ?? before.threadId
  const position = (await nextPositions(transaction, [threadId])).get(threadId) ?? 0
  return { ...newMemory(transaction, appId, draft, { threadId, position, at }), supersedes: before.id }
}

async function undo(transaction: Transaction, appId: ClientId, id: MemoryId, options: WriteOptions): Promise<Memory> {
  const { at } = options
  const [rule, found, event] = await Promise.all([
    writer(transaction, appId),
    findAll(transaction, [id]),
    newestChange(transaction, id),
  ])
  const memory = changeable(found.get(id), rule, options)
  if (event === undefined) throw conflict('nothing_to_undo', 'Nothing is left to undo.')
  const { otherId } = event
  const rewritings: Rewriting[] = []
  const events: NewEvent[] = []
  if (event.kind === 'merged' && otherId !== undefined) {
    const [others, counterpart] = await Promise.all([
      findAll(transaction, [otherId]),
      newestChange(transaction, otherId),
    ])
    const other = changeable(others.get(otherId), rule, { at })
    if (counterpart?.kind !== 'merged' || counterpart.otherId !== id) {
      throw conflict('changed_since', 'The other memory of this merge was changed since. Undo that first.')
    }
    restore(other, counterpart)
  }
  if (event.kind === 'superseded' && otherId !== undefined)
    putAway((await findAll(transaction, [otherId])).get(otherId))
  const restored = restore(memory, event)
  await rewriteAll(transaction, rewritings)
  await recordEvents(transaction, events)
  return restored

  function restore(now: Memory, { before, seq }: MemoryEvent): Memory {
    if (before === undefined) throw conflict('erased', 'What it was before has been erased.')
    // What it was may be of a kind that this app may not see.
    assertChange(rule, { ...now, ...before }, { at })
    const rewriting = rewritten(now, before, at)
    rewritings.push(rewriting)
    events.push({ id: now.id, kind: 'undone', appId, at, before: now, undoes: seq })
    return rewriting.after
  }

  /** The successor of a supersession that is taken back, unless it stood by itself. */
  function putAway(after: Memory | undefined): void {
    if (after?.supersedes !== id || after.state !== 'active') return
    assertChange(rule, after, { at })
    rewritings.push(rewritten(after, { state: 'archived' }, at))
    events.push({ id: after.id, kind: 'state_changed', appId, at, before: after })
  }
}

/** The newest change that can be taken back and was not yet. */
async function newestChange({ sql, ownerId }: Transaction, id: MemoryId): Promise<MemoryEvent | undefined> {
  const rows = await sql<EventRow[]>`
    SELECT * FROM memory_event AS e WHERE owner_id = ${ownerId} AND memory_id = ${id}
       AND kind IN ('updated', 'superseded', 'state_changed', 'merged')
       AND NOT EXISTS (SELECT 1 FROM memory_event AS u
         WHERE u.owner_id = e.owner_id AND u.memory_id = e.memory_id AND u.undoes = e.seq)
     ORDER BY seq DESC LIMIT 1`
  return rows.map(eventOf)[0]
}
