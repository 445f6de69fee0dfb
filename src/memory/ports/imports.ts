import type { ClientId, MemoryId, OwnerId } from '../../shared/brand.ts'
import type { MemoryState } from '../schema.ts'
import type { Draft } from './memories.ts'

/** A memory as an export kept it. */
export interface ImportedMemory extends Omit<Draft, 'validFrom'> {
  readonly appId: ClientId
  readonly state: Exclude<MemoryState, 'deleted'>
  readonly position: number | undefined
  readonly validFrom: number
  readonly validTo: number | undefined
  readonly supersedes: MemoryId | undefined
  readonly createdAt: number
  readonly updatedAt: number
}

/** What became of an imported memory. `skipped`: one with its id is there, or was erased. */
export type ImportStatus = 'added' | 'overwritten' | 'skipped'

export interface Imports {
  /**
   * Writes memories with the ids, times and states they had, all or none. One whose id the owner has already is skipped or
   * overwritten, as `mode` says; what was erased stays erased. Texts are not compared: an export comes back as it was. Each id
   * is among them once.
   * @throws Fault `forbidden` unless the app may write all
   */
  importAll(
    ownerId: OwnerId,
    appId: ClientId,
    memories: readonly ImportedMemory[],
    mode: 'skip' | 'overwrite',
    at: number,
  ): Promise<readonly ImportStatus[]>
}
