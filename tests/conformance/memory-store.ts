/**
 * What every adapter of `MemoryStore` keeps to; the guarantees are stated in memory/ports.ts. Run by one small file an engine.
 */
import { describe } from 'bun:test'
import type { MemoryEngine } from '../support/memory-engines.ts'
import { describeAccess } from './memory-store/access.ts'
import { describeAccounts } from './memory-store/accounts.ts'
import { describeAdding } from './memory-store/adding.ts'
import { describeChanging } from './memory-store/changing.ts'
import { describeCorrections } from './memory-store/corrections.ts'
import { describeForgetting } from './memory-store/forgetting.ts'
import { describeHistory } from './memory-store/history.ts'
import { describeImporting } from './memory-store/importing.ts'
import { describeIsolation } from './memory-store/isolation.ts'
import { describeListing } from './memory-store/listing.ts'
import { describeOnces } from './memory-store/onces.ts'

/** Empty, or at least without anything of the owners `ada` and `eve`. */
export type OpenedMemoryStore = Pick<MemoryEngine, 'store' | 'verify' | 'close'>

export type OpenMemoryStore = () => Promise<OpenedMemoryStore>

export function describeMemoryStore(engine: string, open: OpenMemoryStore): void {
  describe(`MemoryStore on ${engine}`, () => {
    for (const part of [
      describeAdding,
      describeListing,
      describeChanging,
      describeCorrections,
      describeForgetting,
      describeHistory,
      describeAccess,
      describeOnces,
      describeImporting,
      describeIsolation,
      describeAccounts,
    ]) {
      part(open)
    }
  })
}
