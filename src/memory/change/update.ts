/** What changing single memories comes to: another text or label, another state, none at all. Pure. */
import type { ClientId, MemoryId } from '../../shared/brand.ts'
import { mayRead } from '../access.ts'
import type { MemoryChange, WriteOptions } from '../ports.ts'
import type { AccessRule, Memory, MemoryState } from '../schema.ts'
import { assertChange, changeable } from './permitted.ts'
import { type ChangeSet, rewriting, type Writing } from './set.ts'

/** The parts of a memory that a change sets. */
export const changesOf = ({
  content,
  categories,
  metadata,
  annotations,
  occurredAt,
}: MemoryChange): Partial<Memory> => ({
  ...(content === undefined ? {} : { content: content.text, contentHash: content.hash }),
  ...(categories === undefined ? {} : { categories }),
  ...(metadata === undefined ? {} : { metadata }),
  ...(annotations === undefined ? {} : { annotations }),
  ...(occurredAt === undefined ? {} : { occurredAt }),
})

/** @throws Fault `not_found`, `forbidden`, `precondition_failed` */
export function updating(
  found: Memory | undefined,
  rule: AccessRule,
  { appId }: Writing,
  change: MemoryChange,
  options: WriteOptions,
): { readonly memory: Memory; readonly changes: ChangeSet } {
  const before = changeable(found, rule, options)
  return updated(before, changesOf(change), appId, options.at)
}

/** A memory with another text or label, whoever wants it so. */
export function updated(
  before: Memory,
  change: Partial<Memory>,
  appId: ClientId,
  at: number,
): { readonly memory: Memory; readonly changes: ChangeSet } {
  const one = rewriting(before, change, at)
  const events = [{ id: before.id, kind: 'updated' as const, before }]
  return { memory: one.after, changes: { appId, at, rewritten: [one], events } }
}

/** The change that puts these memories into another state. */
export const movingTo = (
  state: Exclude<MemoryState, 'deleted'>,
  memories: readonly Memory[],
  { appId }: Writing,
  { at }: WriteOptions,
): ChangeSet => ({
  appId,
  at,
  rewritten: memories.map((before) => rewriting(before, { state }, at)),
  events: memories.map((before) => ({ id: before.id, kind: 'state_changed', before })),
})

/** Of the ids those that the app may erase, each once; what it may not read is passed over. @throws Fault `forbidden`, `precondition_failed` */
export const erasable = (
  ids: readonly MemoryId[],
  find: (id: MemoryId) => Memory | undefined,
  rule: AccessRule,
  options: WriteOptions,
): readonly Memory[] =>
  [...new Set(ids)].flatMap((id) => {
    const memory = find(id)
    if (memory === undefined || memory.state === 'deleted' || !mayRead(rule, memory)) return []
    assertChange(rule, memory, options)
    return [memory]
  })

/** The change that leaves tombstones of these memories. */
export const erasing = (memories: readonly Memory[], { appId }: Writing, { at }: WriteOptions): ChangeSet => ({
  appId,
  at,
  erased: memories,
  events: memories.map(({ id }) => ({ id, kind: 'deleted' })),
})
