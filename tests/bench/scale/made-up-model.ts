/**
 * A model in place of a real one, so that its time is not what is measured: a text's vector is the sum of its words' vectors,
 * which are random but always the same. As an Embedder, and over OpenAI's API for programs in other languages.
 */
import { type Embedder, toUnitLength } from '../../../src/memory/rank/embedder.ts'

const dimensions = 384

const known = new Map<string, Float32Array>()

function wordVector(word: string): Float32Array {
  const kept = known.get(word)
  if (kept !== undefined) return kept
  let state = Number(Bun.hash.wyhash(word) & 0xffffffffn)
  const vector = Float32Array.from({ length: dimensions }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  })
  known.set(word, vector)
  return vector
}

function vectorOf(text: string): Float32Array {
  const sum = new Float32Array(dimensions)
  for (const word of text.split(' ')) {
    const vector = wordVector(word)
    for (let i = 0; i < dimensions; i++) sum[i] = (sum[i] as number) + (vector[i] as number)
  }
  return toUnitLength(sum)
}

export const madeUpModel: Embedder = {
  space: 'made up/384',
  questionBudgetMs: 1_000,
  embed: async (texts) => texts.map(vectorOf),
  embedQuestion: async (question) => vectorOf(question),
}

/** `POST /v1/embeddings` on loopback. */
export function serveMadeUpModel(): { readonly url: string; stop(): void } {
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { input, encoding_format: format } = (await request.json()) as {
        input: string | string[]
        encoding_format?: string
      }
      const data = [input].flat().map((text, index) => {
        const vector = vectorOf(text)
        const embedding = format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector]
        return { object: 'embedding', index, embedding }
      })
      return Response.json({ object: 'list', data, model: 'made-up', usage: { prompt_tokens: 0, total_tokens: 0 } })
    },
  })
  return { url: `http://127.0.0.1:${server.port}/v1`, stop: () => server.stop(true) }
}
