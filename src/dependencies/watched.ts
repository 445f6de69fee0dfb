/** The memory's operations and its search, watched from outside: what they do does not know that it is timed. */

import type { RecallIndex } from '../memory/index/ports.ts'
import type { AnyOperation } from '../memory/operation.ts'
import type { Embedder } from '../memory/rank/embedder.ts'
import type { MemoryServices } from '../memory/services.ts'
import { audit } from '../shared/audit.ts'
import type { Clock } from '../shared/clock.ts'
import { Fault } from '../shared/fault.ts'
import type { Log } from '../shared/log.ts'
import { logOnce } from '../shared/log-once.ts'
import type { Metrics } from '../shared/metrics.ts'

type Operation = AnyOperation<MemoryServices>

/** What is erased for good stands in the audit log, whichever surface asked for it. */
export const audited = (operations: readonly Operation[], log: Log): readonly Operation[] =>
  operations.map((operation) => {
    if (operation.effect !== 'destroy') return operation
    const run: Operation['run'] = async (services, caller, input) => {
      const output = await operation.run(services, caller, input)
      if (erased(output)) {
        audit(log, 'memories_deleted', {
          requestId: caller.requestId,
          ownerId: caller.ownerId,
          clientId: caller.appId,
          reason: operation.name,
        })
      }
      return output
    }
    return { ...operation, run }
  })

/** A first call that only asks for confirmation erases nothing. */
const erased = (output: unknown): boolean =>
  !(typeof output === 'object' && output !== null && 'confirmation' in output && output.confirmation !== undefined)

/** Each call of a tool, timed. */
export const timedTools = (
  operations: readonly Operation[],
  metrics: Pick<Metrics, 'toolCalled'>,
): readonly Operation[] =>
  operations.map((operation) => {
    const run: Operation['run'] = async (services, caller, input) => {
      const startedAt = performance.now()
      let outcome: 'ok' | 'error' = 'error'
      try {
        const output = await operation.run(services, caller, input)
        outcome = 'ok'
        return output
      } finally {
        metrics.toolCalled(operation.name, outcome, performance.now() - startedAt)
      }
    }
    return { ...operation, run }
  })

type Searched = Pick<Metrics, 'searched'>

async function timed<T>(metrics: Searched, stage: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  try {
    return await work()
  } finally {
    metrics.searched(stage, performance.now() - startedAt)
  }
}

/** A search's way through the index, each stage timed: facts, postings, nearest, memories. */
export const timedIndex = (index: RecallIndex, metrics: Searched): RecallIndex => ({
  async open(...asked) {
    const owner = await timed(metrics, 'facts', () => index.open(...asked))
    return {
      facts: owner.facts,
      incomplete: owner.incomplete,
      linked: owner.linked,
      postings: (terms) => timed(metrics, 'postings', () => owner.postings(terms)),
      nearest: (request) => timed(metrics, 'nearest', () => owner.nearest(request)),
      lacksVectors: (space) => owner.lacksVectors(space),
      passages: (vector, space) => owner.passages(vector, space),
    }
  },
  memoriesAt: (...asked) => timed(metrics, 'memories', () => index.memoriesAt(...asked)),
})

export const timedEmbedder = (embedder: Embedder, metrics: Searched): Embedder => ({
  get space() {
    return embedder.space
  },
  get questionBudgetMs() {
    return embedder.questionBudgetMs
  },
  embed: (texts, signal) => embedder.embed(texts, signal),
  embedQuestion: (query, signal) => timed(metrics, 'embed', () => embedder.embedQuestion(query, signal)),
  prepare: () => embedder.prepare?.(),
})

/**
 * A search whose question gets no vector goes by words and says so, and not why. The log is told: of a wrong key as of a server that is
 * not there, but not of one that is slow, or that is not asked again for a while.
 */
export function reportedEmbedder(embedder: Embedder, log: Log, clock: Clock): Embedder {
  const tell = logOnce(log, clock, 'the embedding model failed; searches go by words alone')
  return {
    get space() {
      return embedder.space
    },
    get questionBudgetMs() {
      return embedder.questionBudgetMs
    },
    embed: (texts, signal) => embedder.embed(texts, signal),
    async embedQuestion(query, signal) {
      try {
        return await embedder.embedQuestion(query, signal)
      } catch (error) {
        if (signal?.aborted !== true && !isResting(error)) tell(error)
        throw error
      }
    },
    prepare: () => embedder.prepare?.(),
  }
}

const isResting = (error: unknown): boolean => error instanceof Fault && error.code === 'model_resting'
