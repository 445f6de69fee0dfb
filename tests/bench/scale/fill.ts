/** Puts memories in, in batches, each batch durable when it is answered. */
import { contentHash } from '../../../src/memory/content.ts'
import { embedItems } from '../../../src/memory/jobs/embed-items.ts'
import { systemClock } from '../../../src/shared/clock.ts'
import { app, draftOf, owner, policyAt } from '../../support/memories.ts'
import type { Engine } from './engines.ts'
import { madeUpModel } from './made-up-model.ts'
import { shares, textsOf, type Workload } from './workloads.ts'

export interface Filled {
  readonly addsPerSecond: number
  /** Undefined without vectors. */
  readonly vectorsPerSecond: number | undefined
}

const batch = 500

export const ownerAt = (place: number) => owner(`owner ${place}`)

export const draftWith = (content: string) => draftOf(content, { contentHash: contentHash(content) })

export async function fill(
  { store, vectors }: Engine,
  workload: Workload,
  memories: number,
  withVectors: boolean,
): Promise<Filled> {
  const textAt = textsOf(workload)
  const began = performance.now()
  let place = 0
  for (const [who, count] of shares(memories).entries()) {
    for (let left = count; left > 0; left -= batch) {
      const drafts = Array.from({ length: Math.min(batch, left) }, () => draftWith(textAt(place++)))
      await store.add(ownerAt(who), app('bench'), drafts, policyAt(Date.now()))
    }
  }
  const addsPerSecond = (place * 1_000) / (performance.now() - began)
  if (!withVectors) return { addsPerSecond, vectorsPerSecond: undefined }
  const embedding = performance.now()
  while ((await embedItems({ vectors, embedder: madeUpModel, clock: systemClock })) > 0);
  return { addsPerSecond, vectorsPerSecond: (place * 1_000) / (performance.now() - embedding) }
}
