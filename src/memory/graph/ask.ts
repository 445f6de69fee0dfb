/** Which graph answers: Neo4j where it is configured, up and caught up, else the truth in SQL, which always can. */
import type { OwnerId } from '../../shared/brand.ts'
import type { Clock } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'
import type { Outbox } from '../jobs/ports.ts'
import type { GraphStore } from './ports.ts'

export interface Graph {
  /** Answers a question; `degraded` names `graph` while the configured graph does not answer. */
  ask<T>(ownerId: OwnerId, question: (graph: GraphStore) => Promise<T>): Promise<GraphAnswer<T>>
}

export interface GraphAnswer<T> {
  readonly value: T
  readonly degraded: readonly string[]
}

export const graphInSql = (sql: GraphStore): Graph => ({
  ask: async (_ownerId, question) => ({ value: await question(sql), degraded: [] }),
})

/** After a failure the projection is left alone for so long, so that not every question waits for its timeout. */
const restMs = 10_000

export function graphBehind({
  sql,
  projection,
  outbox,
  clock,
}: {
  readonly sql: GraphStore
  readonly projection: GraphStore
  readonly outbox: Pick<Outbox, 'waits'>
  readonly clock: Clock
}): Graph {
  let restsUntil = 0
  return {
    async ask(ownerId, question) {
      if (clock.now() < restsUntil) return { value: await question(sql), degraded: ['graph'] }
      // What was just written is there to be asked about.
      if (await outbox.waits('graph', ownerId)) return { value: await question(sql), degraded: [] }
      try {
        return { value: await question(projection), degraded: [] }
      } catch (error) {
        if (!(error instanceof Fault) || error.kind !== 'unavailable') throw error
        restsUntil = clock.now() + restMs
        return { value: await question(sql), degraded: ['graph'] }
      }
    },
  }
}
