/** What superseding, merging and taking back come to. Whatever concerns two memories changes both. Pure. */
import type { MemoryId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import type { Draft, MemoryChange, WriteOptions } from '../ports.ts'
import type { AccessRule, Memory, MemoryEvent, MemoryEventKind } from '../schema.ts'
import { firstReadable, newMemory } from './add.ts'
import { assertChange, changeable } from './permitted.ts'
import { createPlaces } from './places.ts'
import { type ChangeSet, type NewEvent, type Rewriting, rewriting, type Writing } from './set.ts'
import { changesOf } from './update.ts'

export interface Corrected {
  /** As the memory is afterwards. */
  readonly memory: Memory
  readonly changes: ChangeSet
}

interface KnownForSuperseding {
  readonly rule: AccessRule
  /** Memories that say the draft's text and still hold. */
  readonly sameText: readonly Memory[]
  firstFree(threadId: string): number
}

/** @throws Fault as `Corrections.supersede` of memory/ports.ts */
export function superseding(
  { rule, sameText, firstFree }: KnownForSuperseding,
  writing: Writing,
  found: Memory | undefined,
  draft: Draft,
  options: WriteOptions,
): Corrected & { readonly closed: Memory } {
  const { at } = options
  const before = changeable(found, rule, options)
  const from = draft.validFrom ?? at
  assertSupersedable(before, draft, from)
  const closing = rewriting(before, { validTo: from }, at)
  const same = firstReadable(sameText, rule)
  const memory = same ?? successor()
  const superseded: NewEvent = { id: before.id, kind: 'superseded', before, otherId: memory.id }
  const changes = { appId: writing.appId, at, rewritten: [closing] }
  if (same !== undefined) return { closed: closing.after, memory, changes: { ...changes, events: [superseded] } }
  const created: NewEvent = { id: memory.id, kind: 'created', otherId: before.id }
  return { closed: closing.after, memory, changes: { ...changes, made: [memory], events: [superseded, created] } }

  /** Behind the others of the thread in which the memory stands that it corrects, unless the draft names one. */
  function successor(): Memory {
    const place = createPlaces(firstFree).behind(draft.threadId ?? before.threadId)
    return { ...newMemory(writing, { ...draft, validFrom: from }, place, at), supersedes: before.id }
  }
}

/** Whether a draft may take the place of a memory from `from` on. @throws Fault `conflict`, `invalid` */
function assertSupersedable(before: Memory, draft: Draft, from: number): void {
  if (before.validTo !== undefined) throw conflict('superseded', 'The memory was superseded already.')
  if (before.contentHash === draft.contentHash) throw conflict('same_text', 'The memory says exactly this already.')
  if (from < before.validFrom) {
    throw new Fault('invalid', 'The new text cannot hold from before the memory that it corrects did.', {
      code: 'validity_reversed',
      field: 'valid_from',
    })
  }
}

const conflict = (code: string, message: string): Fault => new Fault('conflict', message, { code, field: 'id' })

type Find = (id: MemoryId) => Memory | undefined

/** @throws Fault as `Corrections.merge` of memory/ports.ts */
export function merging(
  { rule, find }: { readonly rule: AccessRule; readonly find: Find },
  { appId }: Writing,
  [id, otherId]: readonly [MemoryId, MemoryId],
  change: MemoryChange,
  options: WriteOptions,
): Corrected {
  const { at } = options
  if (id === otherId) throw new Fault('invalid', 'A memory cannot be merged with itself.', { field: 'other_id' })
  const kept = changeable(find(id), rule, options)
  const other = changeable(find(otherId), rule, { at })
  const merged = rewriting(kept, changesOf(change), at)
  const away = rewriting(other, { state: 'archived', validTo: other.validTo ?? at }, at)
  const events: readonly NewEvent[] = [
    { id, kind: 'merged', before: kept, otherId },
    { id: otherId, kind: 'merged', before: other, otherId: id },
  ]
  return { memory: merged.after, changes: { appId, at, rewritten: [merged, away], events } }
}

/** Events of these kinds can be taken back, each once. */
export const undoable: readonly MemoryEventKind[] = ['updated', 'superseded', 'state_changed', 'merged']

interface KnownForUndoing {
  readonly rule: AccessRule
  readonly find: Find
  /** The newest event of a memory that is `undoable` and that no later one took back. */
  newestChange(id: MemoryId): MemoryEvent | undefined
}

/** @throws Fault as `Corrections.undo` of memory/ports.ts */
export function undoing(
  { rule, find, newestChange }: KnownForUndoing,
  { appId }: Writing,
  id: MemoryId,
  options: WriteOptions,
): Corrected {
  const { at } = options
  const rewritten: Rewriting[] = []
  const events: NewEvent[] = []
  const memory = changeable(find(id), rule, options)
  const event = newestChange(id)
  if (event === undefined) throw conflict('nothing_to_undo', 'Nothing is left to undo.')
  const { otherId } = event
  if (event.kind === 'merged' && otherId !== undefined) {
    const other = changeable(find(otherId), rule, { at })
    const counterpart = newestChange(otherId)
    if (counterpart?.kind !== 'merged' || counterpart.otherId !== id) {
      throw conflict('changed_since', 'The other memory of this merge was changed since. Undo that first.')
    }
    restore(other, counterpart)
  }
  if (event.kind === 'superseded' && otherId !== undefined) putAway(find(otherId))
  return { memory: restore(memory, event), changes: { appId, at, rewritten, events } }

  function restore(now: Memory, { before, seq }: MemoryEvent): Memory {
    if (before === undefined) throw conflict('erased', 'What it was before has been erased.')
    // What it was may be of a kind that this app may not see.
    assertChange(rule, { ...now, ...before }, { at })
    const restored = rewriting(now, before, at)
    rewritten.push(restored)
    events.push({ id: now.id, kind: 'undone', before: now, undoes: seq })
    return restored.after
  }

  /** The successor of a supersession that is taken back, unless it stood by itself. */
  function putAway(after: Memory | undefined): void {
    if (after?.supersedes !== id || after.state !== 'active') return
    assertChange(rule, after, { at })
    rewritten.push(rewriting(after, { state: 'archived' }, at))
    events.push({ id: after.id, kind: 'state_changed', before: after })
  }
}
