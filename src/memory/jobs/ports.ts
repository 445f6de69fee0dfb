/**
 * The outbox: what is still to be done for projections of the memories, written in the memory's own transaction.
 *
 * A job says "bring this projection of this memory up to date" and nothing of what changed: whoever runs it reads the truth.
 * So there is at most one job for a kind and a memory, a change of a memory whose job waits adds none, doing one twice does no
 * harm, and nothing depends on their order. Guarantees:
 * - A memory's change and its jobs are committed together, for each kind that is subscribed.
 * - Of any number of processes one is given a job until its lease ends.
 * - A job goes when it is `done`, unless the memory changed since it was claimed: then it waits again.
 *
 * Vectors have no jobs: they follow the index's own order, in which a mark (memory/index/ports.ts, `VectorIndex`) says all that a
 * row for every memory would, and costs the write nothing.
 */
import type { MemoryId, OwnerId } from '../../shared/brand.ts'

/** `graph`: the memory in Neo4j. `extract`: what a model derives from its text. */
export type JobKind = 'graph' | 'extract'

export interface Job {
  readonly kind: JobKind
  readonly ownerId: OwnerId
  /** Undefined: all of the owner's memories, from nothing. */
  readonly memoryId: MemoryId | undefined
  /** How often it failed by itself. */
  readonly attempts: number
  /** Rises with every change of the memory. */
  readonly revision: number
}

/** How a kind of job stands. */
export interface JobsState {
  readonly kind: JobKind
  readonly waiting: number
  /** Given up after too many failures, until the memory changes or they are asked for again. */
  readonly dead: number
  /** For how long the oldest of those waiting has waited, in milliseconds. */
  readonly lagMs: number
}

export interface DeadJob extends Pick<Job, 'kind' | 'ownerId' | 'memoryId' | 'attempts'> {
  readonly reason: string
}

export interface Outbox {
  /**
   * Says which kinds this deployment runs. For one that is new, jobs for all owners are written; of one that is no more, all
   * jobs go. No write that is under way is missed (Postgres: writers and this exclude each other).
   */
  subscribe(kinds: readonly JobKind[], at: number): Promise<void>
  /** Takes the jobs that have been due longest, for `leaseMs`, all of one owner. */
  claim(kind: JobKind, count: number, at: number, leaseMs: number): Promise<readonly Job[]>
  /** Prolongs the leases of jobs, to end `leaseMs` after `at`; nothing of those whose lease has ended or that are done. */
  extend(jobs: readonly Job[], at: number, leaseMs: number): Promise<void>
  done(jobs: readonly Job[], at: number): Promise<void>
  /** Gives jobs back, to be taken again from `dueAt` on. With a reason it counts as a failure of theirs. */
  release(jobs: readonly Job[], dueAt: number, reason?: string): Promise<void>
  /** Gives a job up. */
  bury(job: Job, reason: string): Promise<void>
  /** Asks for everything of an owner, or of all owners, from nothing; also what was given up. Returns how many owners. */
  renew(kind: JobKind, ownerId: OwnerId | undefined, at: number): Promise<number>
  /** Writes a job for every memory of an owner; for whoever runs a job of the whole owner. */
  spread(kind: JobKind, ownerId: OwnerId, at: number): Promise<void>
  /** Whether jobs of an owner are still to be done, those that were given up aside. */
  waits(kind: JobKind, ownerId: OwnerId): Promise<boolean>
  /** Of the kinds that are subscribed. */
  state(at: number): Promise<readonly JobsState[]>
  dead(limit: number): Promise<readonly DeadJob[]>
}
