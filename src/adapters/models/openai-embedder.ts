/**
 * Embeddings from anything that speaks OpenAI's API (OpenAI, Ollama, LM Studio, vLLM, TEI): `POST {url}/embeddings`.
 * Opened by dependencies; the key and the texts go to that address and into no log.
 */
import { type Embedder, noPrefixes, type Prefixes, toUnitLength, withPrefix } from '../../memory/rank/embedder.ts'
import type { Clock } from '../../shared/clock.ts'
import { Finding } from '../../shared/error-record.ts'
import { Fault } from '../../shared/fault.ts'
import { circuitBreaker } from './circuit-breaker.ts'
import { modelServer } from './model-server.ts'

export interface OpenAiEmbedderOptions {
  /** Up to and with `/v1`. */
  readonly url: string
  readonly model: string
  readonly apiKey?: string | undefined
  /** Sent only when given: few servers know it. */
  readonly dimensions?: number | undefined
  readonly prefixes?: Prefixes
  /** How long a search waits: more than a model in the same process needs, for there is a network between. */
  readonly questionBudgetMs?: number
  readonly clock: Clock
  /** For one request. */
  readonly timeoutMs?: number
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
}

/** How many texts go into one request. */
const batch = 64
/** Longer texts are cut: models read some 256 to 8,192 tokens. */
const longestText = 8_000
const largestVector = 8_192
/** An answer of a full batch of the largest vectors, at 24 bytes a number. */
const largestAnswer = batch * largestVector * 24

export function openAiEmbedder(options: OpenAiEmbedderOptions): Embedder {
  const { url, model, apiKey, dimensions, clock, timeoutMs = 15_000 } = options
  const { prefixes = noPrefixes, questionBudgetMs = 2_000 } = options
  const ask = modelServer({ url, apiKey, timeoutMs, limitBytes: largestAnswer, fetch: options.fetch })
  const guarded = circuitBreaker({ clock })

  async function embedBatch(input: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[]> {
    try {
      const body = { model, input, ...(dimensions === undefined ? {} : { dimensions }) }
      const { ok, status, text } = await ask('/embeddings', body, signal)
      if (!ok) throw new Finding('the server refused', { status })
      return vectorsOf(JSON.parse(text), input.length)
    } catch (cause) {
      throw new Fault('unavailable', 'The embedding model does not answer.', { code: 'embedder_unavailable', cause })
    }
  }

  async function embed(prefix: string, texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = []
    for (let at = 0; at < texts.length; at += batch) {
      // An empty text is refused by most servers.
      const input = texts
        .slice(at, at + batch)
        .map((text) => withPrefix(prefix, text.slice(0, longestText).trim() || '-'))
      vectors.push(...(await guarded(() => embedBatch(input, signal))))
    }
    return vectors
  }

  return {
    space: [model, dimensions ?? 'own', ...(prefixes.text === '' ? [] : [prefixes.text])].join('/'),
    questionBudgetMs,
    embed: (texts, signal) => embed(prefixes.text, texts, signal),
    async embedQuestion(question, signal) {
      const [vector] = await embed(prefixes.question, [question], signal)
      if (vector === undefined) throw new Fault('unavailable', 'The embedding model does not answer.')
      return vector
    },
  }
}

/** The vectors of an answer in the order of the input; throws when one is missing, odd or of another length. */
function vectorsOf(answer: unknown, count: number): Float32Array[] {
  const { data } = answer as { data?: unknown }
  if (!Array.isArray(data) || data.length !== count) throw new Finding('not as many vectors as texts')
  const vectors: (Float32Array | undefined)[] = Array(count).fill(undefined)
  for (const [place, entry] of data.entries()) {
    const { index = place, embedding } = entry as { index?: unknown; embedding?: unknown }
    if (typeof index !== 'number' || !(index in vectors) || !Array.isArray(embedding)) {
      throw new Finding('not a vector of a text')
    }
    if (embedding.length === 0 || embedding.length > largestVector) throw new Finding('a vector of odd length')
    if (!embedding.every((value) => typeof value === 'number' && Number.isFinite(value))) {
      throw new Finding('a vector of something else than numbers')
    }
    vectors[index] = toUnitLength(Float32Array.from(embedding))
  }
  const width = vectors[0]?.length
  return vectors.map((vector) => {
    if (vector === undefined || vector.length !== width) throw new Finding('vectors of different lengths')
    return vector
  })
}
