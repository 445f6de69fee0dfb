/** Making what is derived from the memories anew, for the command line; a process with the role worker does the work. */
import type { Config } from '../config/config.ts'
import type { OwnerId } from '../shared/brand.ts'
import { systemClock } from '../shared/clock.ts'
import { assertMemoriesKept } from './kept-here.ts'
import { openMemoryEngine } from './memory-engine.ts'

export const derivations = ['index', 'embeddings', 'graph', 'facts'] as const
export type Derivation = (typeof derivations)[number]

/** Returns for how many people it was begun. @throws Fault `not_found` where no memories have been kept yet */
export async function rebuild(config: Config, what: Derivation, ownerId: OwnerId | undefined): Promise<number> {
  assertMemoriesKept(config)
  const engine = await openMemoryEngine(config)
  try {
    if (what === 'index' || what === 'embeddings') return await engine.vectors.renew(what, ownerId, systemClock.now())
    const { knowledge } = engine
    const kind = what === 'graph' ? 'graph' : 'extract'
    if (what === 'graph') await knowledge.graphSource.renew(ownerId)
    return await knowledge.outbox.renew(kind, ownerId, systemClock.now())
  } finally {
    await engine.close()
  }
}
