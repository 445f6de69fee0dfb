/** The job that makes indexes of words anew, after an upgrade or a restore, or when somebody asks for it. */
import { pause } from '../../shared/pause.ts'
import type { IndexRebuild } from '../index/ports.ts'

/** Does a portion and returns how many, 0 when there is nothing to do. It rests as long as it worked: requests go first. */
export function rebuildIndexes(rebuild: IndexRebuild): () => Promise<number> {
  let begun = false
  return async () => {
    if (!begun) await rebuild.begin()
    begun = true
    const startedAt = performance.now()
    if (!(await rebuild.goOn())) return 0
    await pause(performance.now() - startedAt)
    return 1
  }
}
