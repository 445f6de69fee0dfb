/** Superseding, merging and taking back. Whatever concerns two memories changes both in one transaction. */
import { assertWriter } from '../../../memory/access.ts'
import { assertChange, assertSupersedable, assertTwo, changesOf, conflict } from '../../../memory/change.ts'
import type { Corrections } from '../../../memory/ports.ts'
import type { Memory, MemoryEvent } from '../../../memory/schema.ts'
import { type EventRow, eventOf } from '../../../memory/stored.ts'
import type { ClientId, MemoryId, OwnerId } from '../../../shared/brand.ts'
import type { Database } from '../database.ts'
import { findRule } from './conditions.ts'
import { find, insert, recordEvent, rewrite } from './record.ts'
import { changeableMemory, findDuplicate, nextPosition } from './write.ts'

export function createCorrections(db: Database): Corrections {
  const writer = (ownerId: OwnerId, appId: ClientId) => {
    const rule = findRule(db, ownerId, appId)
    assertWriter(rule)
    return rule
  }

  return {
    supersede: async (ownerId, appId, id, draft, { at }, options) =>
      db.transaction(() => {
        const rule = writer(ownerId, appId)
        const before = changeableMemory(db, ownerId, rule, id, options)
        const from = draft.validFrom ?? at
        assertSupersedable(before, draft, from)
        const closed = rewrite(db, before, { validTo: from }, at)
        const known = findDuplicate(db, ownerId, rule, draft.contentHash)
        const threadId = draft.threadId ?? before.threadId
        const memory =
          known ??
          insert(db, ownerId, {
            draft: { ...draft, validFrom: from },
            appId,
            threadId,
            position: nextPosition(db, ownerId, threadId),
            state: 'active',
            supersedes: id,
            validTo: undefined,
            createdAt: at,
            updatedAt: at,
          })
        recordEvent(db, before, { kind: 'superseded', appId, at, before, otherId: memory.id })
        if (known === undefined) recordEvent(db, memory, { kind: 'created', appId, at, otherId: id })
        return { closed, memory }
      }),

    merge: async (ownerId, appId, id, otherId, change, options) =>
      db.transaction(() => {
        const { at } = options
        const rule = writer(ownerId, appId)
        assertTwo(id, otherId)
        const kept = changeableMemory(db, ownerId, rule, id, options)
        const other = changeableMemory(db, ownerId, rule, otherId, { at })
        const merged = rewrite(db, kept, changesOf(change), at)
        rewrite(db, other, { state: 'archived', validTo: other.validTo ?? at }, at)
        recordEvent(db, kept, { kind: 'merged', appId, at, before: kept, otherId })
        recordEvent(db, other, { kind: 'merged', appId, at, before: other, otherId: id })
        return merged
      }),

    undo: async (ownerId, appId, id, options) =>
      db.transaction(() => {
        const rule = writer(ownerId, appId)
        const memory = changeableMemory(db, ownerId, rule, id, options)
        const event = newestChange(ownerId, id)
        if (event === undefined) throw conflict('nothing_to_undo', 'Nothing is left to undo.')
        const { otherId } = event
        if (event.kind === 'merged' && otherId !== undefined) {
          const other = changeableMemory(db, ownerId, rule, otherId, { at: options.at })
          const counterpart = newestChange(ownerId, otherId)
          if (counterpart?.kind !== 'merged' || counterpart.otherId !== id) {
            throw conflict('changed_since', 'The other memory of this merge was changed since. Undo that first.')
          }
          restore(other, counterpart)
        }
        if (event.kind === 'superseded' && otherId !== undefined) putAway(otherId)
        return restore(memory, event)

        function restore(now: Memory, { before, seq }: MemoryEvent): Memory {
          if (before === undefined) throw conflict('erased', 'What it was before has been erased.')
          // What it was may be of a kind that this app may not see.
          assertChange(rule, { ...now, ...before }, { at: options.at })
          const restored = rewrite(db, now, before, options.at)
          recordEvent(db, now, { kind: 'undone', appId, at: options.at, before: now, undoes: seq })
          return restored
        }

        /** The successor of a supersession that is taken back, unless it stood by itself. */
        function putAway(successorId: MemoryId): void {
          const successor = find(db, ownerId, successorId)
          if (successor?.supersedes !== id || successor.state !== 'active') return
          assertChange(rule, successor, { at: options.at })
          rewrite(db, successor, { state: 'archived' }, options.at)
          recordEvent(db, successor, { kind: 'state_changed', appId, at: options.at, before: successor })
        }
      }),
  }

  /** The newest change that can be taken back and was not yet. */
  function newestChange(ownerId: OwnerId, id: MemoryId): MemoryEvent | undefined {
    const rows = db.all<EventRow>(
      `SELECT * FROM memory_event AS e WHERE owner_id = ? AND memory_id = ?
          AND kind IN ('updated', 'superseded', 'state_changed', 'merged')
          AND NOT EXISTS (SELECT 1 FROM memory_event AS u WHERE u.owner_id = e.owner_id AND u.memory_id = e.memory_id AND u.undoes = e.seq)
        ORDER BY seq DESC LIMIT 1`,
      ownerId,
      id,
    )
    return rows.map(eventOf)[0]
  }
}
