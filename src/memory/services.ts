import type { OwnerId } from '../shared/brand.ts'
import type { Clock } from '../shared/clock.ts'
import type { Random } from '../shared/random.ts'
import type { Graph } from './graph/ask.ts'
import type { GraphSource } from './graph/ports.ts'
import type { RecallIndex } from './index/ports.ts'
import type { AppNames, MemoryStore, Profiles } from './ports.ts'
import type { Embedder } from './rank/embedder.ts'

/** What the operations run on. */
export interface MemoryServices {
  readonly store: MemoryStore
  readonly index: RecallIndex
  readonly graph: Graph
  readonly graphSource: GraphSource
  /** Only where one is configured. */
  readonly embedder?: Embedder | undefined
  readonly clock: Clock
  readonly random: Random
  readonly appNames: AppNames
  readonly profiles: Profiles
  /** Takes a person's sign-in away; false where it is another server's. */
  readonly removePerson?: ((ownerId: OwnerId) => Promise<boolean>) | undefined
  readonly settings: {
    /** Where a person reads one memory: `{uiBaseUrl}/memories/{id}`. */
    readonly uiBaseUrl: string
    /** Whether secrets in texts are masked before the write; they are unless it says false. */
    readonly maskSecrets?: boolean
  }
}
