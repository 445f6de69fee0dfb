/** The model that finds memories by meaning, where one is configured or its files are there, and the job that feeds it. */
import { describeModel } from '../adapters/models/local/describe.ts'
import { localEmbedder } from '../adapters/models/local/embedder.ts'
import { missingFiles, resizedFiles } from '../adapters/models/local/files.ts'
import { knownModel } from '../adapters/models/local/known.ts'
import { getFilesAgain } from '../adapters/models/local/unusable.ts'
import { openAiEmbedder } from '../adapters/models/openai-embedder.ts'
import type { Config } from '../config/config.ts'
import type { LocalEmbedderConfig, ServerEmbedderConfig } from '../config/embedder.ts'
import type { VectorIndex } from '../memory/index/ports.ts'
import { embedItems } from '../memory/jobs/embed-items.ts'
import type { Embedder } from '../memory/rank/embedder.ts'
import type { Clock } from '../shared/clock.ts'
import { Fault } from '../shared/fault.ts'
import type { HealthCheck } from '../shared/health.ts'
import type { Log } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import { runJob } from '../worker/run-job.ts'
import type { QueueStates } from './opening.ts'

export interface OpenedEmbedder {
  readonly embedder: Embedder | undefined
  /** As the start says it. */
  readonly engine: string
  readonly healthChecks: readonly HealthCheck[]
  close(): Promise<void>
}

interface Around {
  readonly clock: Clock
  readonly log: Log
}

/** @throws Fault `invalid` when the local model is asked for and its files are not there */
export function openEmbedder(
  { embedder: chosen, command }: Pick<Config, 'embedder' | 'command'>,
  { clock, log }: Around,
): OpenedEmbedder {
  switch (chosen.use) {
    case 'none':
      return without('none')
    case 'openai':
      return openServer(chosen, clock)
    case 'local':
      return openLocal(chosen, command, { clock, log })
  }
}

const without = (engine: string): OpenedEmbedder => ({
  embedder: undefined,
  engine,
  healthChecks: [],
  close: async () => undefined,
})

function openServer(chosen: ServerEmbedderConfig, clock: Clock): OpenedEmbedder {
  const embedder = openAiEmbedder({
    url: chosen.url.href,
    model: chosen.model,
    apiKey: chosen.apiKey?.reveal(),
    dimensions: chosen.dimensions,
    prefixes: { text: chosen.textPrefix ?? '', question: chosen.questionPrefix ?? '' },
    ...(chosen.questionBudgetMs === undefined ? {} : { questionBudgetMs: chosen.questionBudgetMs }),
    clock,
  })
  return {
    embedder,
    engine: `${embedder.space} at ${chosen.url.host}`,
    healthChecks: [],
    close: async () => undefined,
  }
}

function openLocal(chosen: LocalEmbedderConfig, command: string, { clock, log }: Around): OpenedEmbedder {
  const [missing] = missingFiles(chosen.folder)
  if (missing !== undefined) {
    const get = getting(chosen, command)
    if (!chosen.required) return without(`by words alone: ${chosen.model} is not here; by meaning too after: ${get}`)
    throw new Fault(
      'invalid',
      `EMBEDDER is local, but ${missing} of ${chosen.model} is not in ${chosen.folder}. Get the model with: ${get}`,
    )
  }
  const model = describeModel({ ...chosen, name: chosen.model })
  const remedy = getFilesAgain(command, model.name)
  const embedder = localEmbedder({
    model,
    clock,
    idleMs: chosen.idleMs,
    onUnusable: (err) => log.error({ err, remedy }, 'the model cannot be loaded; searches go by words alone'),
    ...(chosen.questionBudgetMs === undefined ? {} : { questionBudgetMs: chosen.questionBudgetMs }),
  })
  const resized = resizedFiles(chosen.folder)
  const health: HealthCheck = {
    engine: 'embedder',
    needed: false,
    check: async () =>
      embedder.trouble === undefined ? { state: 'up' } : { state: 'down', detail: `${embedder.trouble} ${remedy}` },
  }
  return {
    embedder,
    engine: resized.length === 0 ? `${model.name}, in this process` : resizedOf(model.name, resized, command),
    healthChecks: [health],
    close: () => embedder.close(),
  }
}

/** What a person types for a model's files. */
function getting({ model }: LocalEmbedderConfig, command: string): string {
  const isFetched = knownModel(model) !== undefined || model.includes('/')
  return isFetched ? `${command} models pull` : `${command} models add DIR --name ${model}`
}

/** @throws Fault `conflict` (`no_model`) that says how to get one, where there is nothing to make vectors with */
export function assertEmbedder({ embedder: chosen, command }: Pick<Config, 'embedder' | 'command'>): void {
  const missing =
    chosen.use === 'none'
      ? `EMBEDDER is none. Set it to local and get the files with: ${command} models pull`
      : chosen.use === 'local' && missingFiles(chosen.folder).length > 0
        ? `${chosen.model} is not in ${chosen.folder}. Get it with: ${getting(chosen, command)}`
        : undefined
  if (missing === undefined) return
  throw new Fault(
    'conflict',
    `There is no model to make vectors with: ${missing}, or name a server in EMBEDDER_URL; then start the server again.`,
    { code: 'no_model', field: 'EMBEDDER' },
  )
}

/** What the start says of a model that may not load. */
function resizedOf(name: string, resized: readonly string[], command: string): string {
  const verb = resized.length === 1 ? 'is' : 'are'
  return `${name}, but ${resized.join(', ')} ${verb} not of the size that was taken. See: ${command} models list`
}

/** Gives items their vectors as long as the process runs. */
export function runEmbedding(
  embedder: Embedder,
  vectors: VectorIndex,
  { clock, log, metrics }: Around & { readonly metrics: Metrics },
) {
  const items = { vectors, embedder, clock, onFailure: metrics.embeddingFailed }
  return runJob({ name: 'embed', log, provenByWork: true, work: (signal) => embedItems(items, signal) })
}

/**
 * How many items wait for vectors, and how long. The wait is counted from the start of this process at most: a changed model makes all
 * items wait.
 * Nothing is given up for good: a text that the model refuses is counted where that happens.
 */
export function embeddingQueue(embedder: Embedder, vectors: VectorIndex, clock: Clock): QueueStates {
  const begunAt = clock.now()
  return async () => {
    const { waiting, since } = await vectors.behind(embedder.space)
    const lagMs = since === undefined ? 0 : Math.max(0, clock.now() - Math.max(since, begunAt))
    return { embed: { lagSeconds: lagMs / 1000, waiting, dead: undefined } }
  }
}
