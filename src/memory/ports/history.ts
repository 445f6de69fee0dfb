import type { ClientId, MemoryId, OwnerId } from '../../shared/brand.ts'
import type { AccessDay, AccessKind, AccessLogEntry, MemoryEvent } from '../schema.ts'

export interface PageRequest {
  readonly limit: number
  readonly offset: number
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly total: number
}

/** A reading to be logged. What was asked is a person's words, which nobody could take back: it is not among it. */
export interface Reading {
  readonly memoryId: MemoryId
  readonly kind: AccessKind
  readonly score?: number
}

/** What happened to memories and who read them. */
export interface History {
  /** Newest first; of a memory that the app may read (a tombstone's events are without texts), and as `eventFor` shows them. */
  events(ownerId: OwnerId, appId: ClientId, id: MemoryId, page: PageRequest): Promise<Page<MemoryEvent>>
  /** Oldest first, all memories of the owner, after `seq`: the change feed. */
  eventsAfter(ownerId: OwnerId, seq: number, limit: number): Promise<readonly MemoryEvent[]>
  /** The newest event's `seq`, 0 where nothing has happened. */
  lastEvent(ownerId: OwnerId): Promise<number>
  /** Keeps readings. The only write that may come late: it is durable within a second, and by `close`. */
  logAccess(ownerId: OwnerId, appId: ClientId, readings: readonly Reading[], at: number): void
  /** Newest first. */
  accessLog(ownerId: OwnerId, appId: ClientId, id: MemoryId, page: PageRequest): Promise<Page<AccessLogEntry>>
  /** The same, one for an app and a day of UTC; what was read last first. */
  accessDays(ownerId: OwnerId, appId: ClientId, id: MemoryId, page: PageRequest): Promise<Page<AccessDay>>
}
