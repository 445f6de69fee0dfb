import type { ClientId, MemoryId, OwnerId } from '../../shared/brand.ts'
import type { Memory } from '../schema.ts'
import type { Draft, MemoryChange, WriteOptions } from './memories.ts'

/** Corrections that keep what they correct. */
export interface Corrections {
  /**
   * Writes `draft` as what holds from its `validFrom` (now unless given) on; until then `id` held. Where another memory that
   * still holds says the draft's text already, that one becomes the successor.
   * @throws Fault `not_found`, `forbidden`, `precondition_failed`; `conflict` when `id` holds no more or says the same already;
   * `invalid` when the draft begins before `id` did
   */
  supersede(
    ownerId: OwnerId,
    appId: ClientId,
    id: MemoryId,
    draft: Draft,
    options: WriteOptions,
  ): Promise<{ readonly closed: Memory; readonly memory: Memory }>
  /** Changes `id` to hold what `otherId` said too, and puts that one away. @throws Fault as `update`, for both */
  merge(
    ownerId: OwnerId,
    appId: ClientId,
    id: MemoryId,
    otherId: MemoryId,
    change: MemoryChange,
    options: WriteOptions,
  ): Promise<Memory>
  /**
   * Takes back the newest update, change of state, supersession or merge of a memory that was not taken back yet, on both
   * memories where two took part. Again takes back the one before.
   * @throws Fault as `update`; `conflict` when nothing is left to undo or the other memory was changed or erased since
   */
  undo(ownerId: OwnerId, appId: ClientId, id: MemoryId, options: WriteOptions): Promise<Memory>
}
