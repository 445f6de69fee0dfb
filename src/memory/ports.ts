/**
 * What the memory domain needs of an engine. One conformance suite (tests/conformance/memory-store.ts) holds every adapter to it.
 *
 * Guarantees common to all methods:
 * - `ownerId` comes first and bounds everything: no method reads or changes another owner's rows, whatever ids it is given.
 * - `appId` is who asks. The app's access rule is read in the same transaction and applied in the query; a memory that
 *   the app may not read is as if it did not exist.
 * - What resolves is durable and whole; what rejects changed nothing. Writes of one owner happen one after the other.
 * - But for what concerns any number of memories (`setState` by a filter, `deleteAll`, `eraseOwner`): an engine may do it in portions,
 *   each of them whole, with others' writes in between. Where it rejects, or the process ends, some of it may be done; asking again
 *   does the rest. SQLite does, where one transaction has everybody wait; on Postgres it is all or nothing.
 * - An engine that does not answer is `Fault('unavailable')`.
 */
import type { HealthCheck } from '../shared/health.ts'
import type { Accounts } from './ports/accounts.ts'
import type { Apps } from './ports/apps.ts'
import type { Corrections } from './ports/corrections.ts'
import type { History } from './ports/history.ts'
import type { Imports } from './ports/imports.ts'
import type { Memories } from './ports/memories.ts'
import type { Onces } from './ports/onces.ts'
import type { Preferences } from './ports/preferences.ts'

export type * from './ports/accounts.ts'
export type * from './ports/apps.ts'
export type * from './ports/corrections.ts'
export type * from './ports/history.ts'
export type * from './ports/imports.ts'
export type * from './ports/memories.ts'
export type * from './ports/onces.ts'
export type * from './ports/preferences.ts'

/** All that an adapter for an engine gives. */
export interface MemoryStore extends Memories, Corrections, Imports, History, Apps, Onces, Preferences, Accounts {
  readonly health: HealthCheck
  close(): Promise<void>
}
