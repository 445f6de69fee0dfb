/** Making what is derived from the memories anew, for the command line; a process with the role worker does the work. */
import type { Config } from '../config/config.ts'
import type { OwnerId } from '../shared/brand.ts'
import { systemClock } from '../shared/clock.ts'
import { Fault } from '../shared/fault.ts'
import { assertEmbedder } from './embedding.ts'
import { assertMemoriesKept } from './kept-here.ts'
import { openMemoryEngine } from './memory-engine.ts'

export const derivations = ['index', 'embeddings', 'graph', 'facts'] as const
export type Derivation = (typeof derivations)[number]

/**
 * Returns for how many people it was begun.
 * @throws Fault `not_found` where no memories have been kept yet, `conflict` (`no_model`) where no model is configured that it takes
 */
export async function rebuild(config: Config, what: Derivation, ownerId: OwnerId | undefined): Promise<number> {
  assertMemoriesKept(config)
  if (what === 'embeddings') assertEmbedder(config)
  if (what === 'facts') assertExtractor(config)
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

function assertExtractor({ extractor }: Config): void {
  if (extractor !== undefined) return
  throw new Fault(
    'conflict',
    'There is no model to take facts with: name a server in EXTRACTOR_URL, as for the worker.',
    {
      code: 'no_model',
      field: 'EXTRACTOR_URL',
    },
  )
}
