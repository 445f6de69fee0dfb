/** What a change of a memory means, apart from any engine: the columns it sets, and what refuses it. Pure. */
import { Fault } from '../shared/fault.ts'
import { mayChange, mayRead } from './access.ts'
import { annotationsAfter } from './graph/knowledge.ts'
import type { Draft, MemoryChange, WriteOptions } from './ports.ts'
import { guessedThreadPrefix } from './rank/facts.ts'
import type { AccessRule, Memory, MemoryEvent } from './schema.ts'

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

/** A memory with what changes of it, one version on. Annotations that a new text no longer bears out go with the old text. */
export function changed(before: Memory, change: Partial<Memory>, at: number): Memory {
  const { content = before.content } = change
  const annotations = change.annotations ?? annotationsAfter(before.annotations, before.content, content)
  return { ...before, ...change, annotations, updatedAt: at, version: before.version + 1 }
}

/**
 * What of a model's derivation a memory takes over: only what it has not. A category by which the person limits an app
 * (`ruled`) is theirs to give: a text must not talk a model into showing it to an app.
 */
export function takenOver(
  before: Memory,
  derived: { readonly categories: readonly string[]; readonly occurredAt: number | undefined },
  ruled: ReadonlySet<string>,
): Partial<Memory> {
  const categories = derived.categories.filter((name) => !ruled.has(name))
  return {
    ...(before.categories.length === 0 && categories.length > 0 ? { categories } : {}),
    ...(before.occurredAt === undefined && derived.occurredAt !== undefined ? { occurredAt: derived.occurredAt } : {}),
  }
}

/** The categories by which any of these rules limits an app. */
export const ruledCategories = (lists: readonly (string | null)[]): ReadonlySet<string> =>
  new Set(lists.flatMap((list): string[] => (list === null ? [] : JSON.parse(list))))

/** A memory that is there and that the app may change. @throws Fault `not_found`, `forbidden`, `precondition_failed` */
export function changeable(memory: Memory | undefined, rule: AccessRule, options: WriteOptions): Memory {
  if (memory === undefined || memory.state === 'deleted' || !mayRead(rule, memory)) throw noSuchMemory()
  assertChange(rule, memory, options)
  return memory
}

/** @throws Fault `forbidden`, `precondition_failed` */
export function assertChange(rule: AccessRule, memory: Memory, { ifVersion }: WriteOptions): void {
  if (!mayChange(rule, memory)) {
    throw new Fault('forbidden', 'Its user lets this app change only what it wrote itself.', {
      code: 'app_may_not_change',
    })
  }
  if (ifVersion !== undefined && ifVersion !== memory.version) {
    throw new Fault('precondition_failed', 'The memory was changed in the meantime. Read it again.', {
      code: 'version_mismatch',
      field: 'If-Match',
    })
  }
}

/** An event as an app may see it: how a memory was before is shown to whom that could be shown then. */
export function eventFor(rule: AccessRule, { appId }: Memory, event: MemoryEvent): MemoryEvent {
  const { before } = event
  if (before === undefined || mayRead(rule, { appId, categories: before.categories })) return event
  return { ...event, before: undefined }
}

/** Of what was recalled, what an app may read: that a text was refused as an echo must not tell what others are given. */
export const recalledFor = (rule: AccessRule, recalled: readonly Memory[]): readonly Memory[] =>
  recalled.filter((memory) => mayRead(rule, memory))

/** Whether a draft may take the place of a memory from `from` on. @throws Fault `conflict`, `invalid` */
export function assertSupersedable(before: Memory, draft: Pick<Draft, 'contentHash'>, from: number): void {
  if (before.validTo !== undefined) throw conflict('superseded', 'The memory was superseded already.')
  if (before.contentHash === draft.contentHash) throw conflict('same_text', 'The memory says exactly this already.')
  if (from < before.validFrom) {
    throw new Fault('invalid', 'The new text cannot hold from before the memory that it corrects did.', {
      code: 'validity_reversed',
      field: 'valid_from',
    })
  }
}

/** @throws Fault `invalid` */
export function assertTwo(id: string, otherId: string): void {
  if (id === otherId) throw new Fault('invalid', 'A memory cannot be merged with itself.', { field: 'other_id' })
}

/** The app's running thread, from its newest memory: it goes on for a while, then the draft begins another. */
export function runningThread(
  last: { readonly threadId: string; readonly createdAt: number } | undefined,
  draft: Pick<Draft, 'id'>,
  { at, threadGapMs }: { readonly at: number; readonly threadGapMs: number },
): string {
  const goesOn = last?.threadId.startsWith(guessedThreadPrefix) === true && at - last.createdAt < threadGapMs
  return goesOn && last !== undefined ? last.threadId : guessedThread(draft.id)
}

/** The thread of a memory of which nobody said to which it belongs. */
export const guessedThread = (id: string): string => `${guessedThreadPrefix}${id}`

export const conflict = (code: string, message: string): Fault => new Fault('conflict', message, { code, field: 'id' })

export const noSuchMemory = (): Fault =>
  new Fault('not_found', 'There is no such memory.', { code: 'memory_not_found' })
