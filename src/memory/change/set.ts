/**
 * What a write comes to. The files beside this one decide it from what an engine has read, and an engine carries it out in one
 * transaction and decides nothing. Pure.
 */
import type { ClientId, MemoryId, OwnerId } from '../../shared/brand.ts'
import { annotationsAfter } from '../graph/knowledge.ts'
import type { JobKind } from '../jobs/ports.ts'
import type { Memory, MemoryEventKind } from '../schema.ts'

/** Whose memories are written, through which app. */
export interface Writing {
  readonly ownerId: OwnerId
  readonly appId: ClientId
}

/** In this order: what is rewritten, made and erased, each in the order of its list, then the events. */
export interface ChangeSet {
  /** The app that does it, and when. */
  readonly appId: ClientId
  readonly at: number
  readonly rewritten?: readonly Rewriting[]
  readonly made?: readonly Memory[]
  /** Those of the made ones that stand in front of others of their thread, which were there before. */
  readonly amid?: ReadonlySet<MemoryId>
  /** The text of these goes everywhere, and with it whatever may quote it; a tombstone stays. */
  readonly erased?: readonly Memory[]
  readonly events: readonly NewEvent[]
}

export interface Rewriting {
  readonly before: Memory
  readonly after: Memory
}

export interface NewEvent {
  readonly id: MemoryId
  readonly kind: MemoryEventKind
  /** How the memory was; undefined where nothing of it is to be kept. */
  readonly before?: Memory
  readonly otherId?: MemoryId
  /** The `seq` of the event that this one takes back. */
  readonly undoes?: number
}

/** What a change makes of a memory, one version on. Annotations that a new text does not name go with the old text. */
export function rewriting(before: Memory, change: Partial<Memory>, at: number): Rewriting {
  const { content = before.content } = change
  const annotations = change.annotations ?? annotationsAfter(before, content)
  return { before, after: { ...before, ...change, annotations, updatedAt: at, version: before.version + 1 } }
}

/** A memory before (undefined: it was not there) and after (undefined: it is gone): what is derived of it follows. */
export type MemoryChanged =
  | { readonly before: Memory; readonly after: Memory | undefined }
  | { readonly before: undefined; readonly after: Memory; readonly amid?: boolean }

export const memoriesChanged = ({
  rewritten = [],
  made = [],
  amid,
  erased = [],
}: ChangeSet): readonly MemoryChanged[] => [
  ...rewritten,
  ...made.map((after) => ({ before: undefined, after, amid: amid?.has(after.id) === true })),
  ...erased.map((before) => ({ before, after: undefined })),
]

/** The memory as it is, or as it was where it is gone. */
export const memoryIn = (change: MemoryChanged): Memory =>
  change.before === undefined ? change.after : (change.after ?? change.before)

/** Whether its words are others: the index takes it out, or puts it behind all others. */
export const isReworded = ({ before, after }: MemoryChanged): boolean => before?.content !== after?.content

/** Whether what it is about may be another. */
export const isRetold = (change: MemoryChanged): boolean =>
  isReworded(change) || change.before?.annotations !== change.after?.annotations

/** The memory, where it was put among others of its thread: what was made of those around it is of another text now. */
export const putAmid = (change: MemoryChanged): Memory | undefined =>
  change.before === undefined && change.amid === true ? change.after : undefined

/** What is to be done behind the write: a graph elsewhere follows every change, a model reads every new text. */
export const jobsOf = (change: MemoryChanged): readonly JobKind[] =>
  change.after !== undefined && isReworded(change) ? ['graph', 'extract'] : ['graph']
