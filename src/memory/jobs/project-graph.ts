/** The job that keeps a graph elsewhere as the truth in SQL is. */
import type { GraphProjection, GraphSource } from '../graph/ports.ts'
import type { Outbox } from './ports.ts'
import type { OutboxWork } from './run-outbox.ts'
import { leaseMs } from './while-leased.ts'

export interface ProjectGraph {
  readonly source: GraphSource
  readonly projection: GraphProjection
  readonly outbox: Outbox
  readonly clock: OutboxWork['clock']
}

/** A job of a whole owner takes everything of theirs out, and leaves a job for each memory that they still have. */
export const projectGraph = ({ source, projection, outbox, clock }: ProjectGraph): OutboxWork => ({
  outbox,
  clock,
  kind: 'graph',
  count: 200,
  leaseMs,
  async handle(ownerId, jobs) {
    if (jobs.some(({ memoryId }) => memoryId === undefined)) {
      await projection.clear(ownerId)
      await outbox.spread('graph', ownerId, clock.now())
    }
    const ids = jobs.flatMap(({ memoryId }) => memoryId ?? [])
    if (ids.length === 0) return
    const memories = await source.graphMemories(ownerId, ids)
    const there = new Set(memories.map(({ id }) => id))
    await projection.put(
      ownerId,
      memories,
      ids.filter((id) => !there.has(id)),
    )
  },
})
