import type { Config } from '../config/config.ts'
import { extractFacts } from '../memory/jobs/extract-facts.ts'
import type { OutboxWork } from '../memory/jobs/run-outbox.ts'
import type { Clock } from '../shared/clock.ts'
import type { KnowledgeEngine } from './memory-engine.ts'
import type { Opening } from './opening.ts'

/** The work of letting a model read memories, where one is configured; its adapter is loaded only then. */
export async function openExtraction(
  { extractor: chosen }: Pick<Config, 'extractor'>,
  { graphSource: source, outbox }: KnowledgeEngine,
  opening: Opening,
  clock: Clock,
): Promise<readonly OutboxWork[]> {
  if (chosen === undefined) return []
  const { openAiExtractor } = await import('../adapters/models/openai-extractor.ts')
  const { url, model, apiKey } = chosen
  const extractor = openAiExtractor({ url: url.href, model, apiKey: apiKey?.reveal(), clock })
  opening.engines.push({ purpose: 'facts', engine: extractor.name })
  return [extractFacts({ source, extractor, outbox, clock })]
}
