/** The embedder that the environment chooses, as the product reads it; nothing here is given up for being slow. */
import { describeModel } from '../../../src/adapters/models/local/describe.ts'
import { localEmbedder } from '../../../src/adapters/models/local/embedder.ts'
import { openAiEmbedder } from '../../../src/adapters/models/openai-embedder.ts'
import { loadConfig } from '../../../src/config/config.ts'
import type { Embedder } from '../../../src/memory/rank/embedder.ts'
import { systemClock } from '../../../src/shared/clock.ts'

const patienceMs = 300_000

export function chosenEmbedder(): { embedder: Embedder | undefined; close(): Promise<void> } {
  const environment = Object.entries(process.env).filter(([name]) => name.startsWith('EMBEDDER'))
  const { embedder: chosen } = loadConfig(undefined, Object.fromEntries(environment))
  if (chosen.use === 'local' && (chosen.required || process.env.EMBEDDER_MODEL_DIR !== undefined)) {
    const model = describeModel({ ...chosen, name: chosen.model })
    const embedder = localEmbedder({ model, clock: systemClock, questionBudgetMs: patienceMs })
    return { embedder, close: () => embedder.close() }
  }
  if (chosen.use !== 'openai') return { embedder: undefined, close: async () => undefined }
  const embedder = openAiEmbedder({
    url: chosen.url.href,
    model: chosen.model,
    apiKey: chosen.apiKey?.reveal(),
    dimensions: chosen.dimensions,
    prefixes: { text: chosen.textPrefix ?? '', question: chosen.questionPrefix ?? '' },
    clock: systemClock,
    timeoutMs: patienceMs,
    questionBudgetMs: patienceMs,
  })
  return { embedder, close: async () => undefined }
}
