import { openAiEmbedder } from '../adapters/models/openai-embedder.ts'
import type { Config } from '../config/config.ts'
import { embedItems } from '../memory/jobs/embed-items.ts'
import type { Embedder } from '../memory/rank/embedder.ts'
import type { VectorIndex } from '../memory/rank/ports.ts'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import { runJob } from '../worker/run-job.ts'

/** The embedder that is configured, if any. */
export const openEmbedder = (config: Config, clock: Clock): Embedder | undefined =>
  config.embedder &&
  openAiEmbedder({
    url: config.embedder.url.href,
    model: config.embedder.model,
    apiKey: config.embedder.apiKey?.reveal(),
    dimensions: config.embedder.dimensions,
    clock,
  })

/** Gives items their vectors as long as the process runs. */
export const runEmbedding = (embedder: Embedder, vectors: VectorIndex, { clock, log }: { clock: Clock; log: Log }) =>
  runJob({ name: 'embed', log, work: (signal) => embedItems({ vectors, embedder, clock }, signal) })
