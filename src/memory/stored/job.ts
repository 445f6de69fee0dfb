/** Rows of the outbox, of the same shape in every SQL engine, and the domain's values. Pure. */
import type { MemoryId, OwnerId } from '../../shared/brand.ts'
import type { DeadJob, Job, JobKind, JobsState } from '../jobs/ports.ts'

export interface JobRow {
  readonly kind: JobKind
  readonly owner_id: OwnerId
  readonly memory_id: MemoryId
  readonly revision: number
  readonly attempts: number
}

/** In the place of a memory's id: a job of all of an owner's memories. */
export const wholeOwner = '' as MemoryId

export const jobOf = ({ kind, owner_id, memory_id, revision, attempts }: JobRow): Job => ({
  kind,
  ownerId: owner_id,
  memoryId: memory_id === wholeOwner ? undefined : memory_id,
  attempts,
  revision,
})

/** Which row a job is. */
export const jobKeyOf = ({ kind, ownerId, memoryId = wholeOwner }: Pick<Job, 'kind' | 'ownerId' | 'memoryId'>) => ({
  kind,
  owner_id: ownerId,
  memory_id: memoryId,
})

export const deadJobOf = (row: JobRow & { readonly reason: string | null }): DeadJob => ({
  ...jobOf(row),
  reason: row.reason ?? '',
})

export interface JobsStateRow {
  readonly kind: JobKind
  readonly waiting: number
  readonly dead: number
  /** When the oldest of those waiting was written. */
  readonly oldest: number | null
}

export const jobsStateOf = ({ kind, waiting, dead, oldest }: JobsStateRow, at: number): JobsState => ({
  kind,
  waiting,
  dead,
  lagMs: oldest === null ? 0 : Math.max(0, at - oldest),
})

/** What subscribing to `kinds` changes where `known` are subscribed: jobs of what ends go, of what begins come for all owners. */
export const resubscribed = (known: readonly JobKind[], kinds: readonly JobKind[]) => ({
  ended: known.filter((kind) => !kinds.includes(kind)),
  begun: kinds.filter((kind) => !known.includes(kind)),
})
