import { describe, expect, test } from 'bun:test'
import { openAiEmbedder } from '../../../../src/adapters/models/openai-embedder.ts'
import { errorRecord } from '../../../../src/shared/error-record.ts'
import { testClock } from '../../../support/time.ts'

type Asked = { model: string; input: string[]; dimensions?: number }

/** A server of the port's own answers: what it was asked, and what it says. */
function embedderOver(answer: (asked: Asked) => Response | Promise<Response>, parts = {}) {
  const asked: Asked[] = []
  const clock = testClock()
  const embedder = openAiEmbedder({
    url: 'http://model.test/v1/',
    model: 'small',
    clock,
    ...parts,
    async fetch(url, init) {
      expect(url).toBe('http://model.test/v1/embeddings')
      const body: Asked = JSON.parse(String(init.body))
      asked.push(body)
      return await answer(body)
    },
  })
  return { embedder, asked, clock }
}
const vectors = ({ input }: Asked) =>
  Response.json({ data: input.map((text, index) => ({ index, embedding: [text.length, 0] })).reverse() })

describe('Embeddings over OpenAI’s API', () => {
  test('texts go in batches of 64, answers come back in order and with length 1', async () => {
    const { embedder, asked } = embedderOver(({ input }) =>
      Response.json({ data: input.map((text, index) => ({ index, embedding: [Number(text), 1] })).reverse() }),
    )
    const found = await embedder.embed(Array.from({ length: 100 }, (_, i) => String(i)))
    expect(asked.map(({ input }) => input.length)).toEqual([64, 36])
    expect(found).toHaveLength(100)
    expect(found[3]?.[0]).toBeCloseTo(3 / Math.sqrt(10))
    expect(found[99]?.[0]).toBeCloseTo(99 / Math.sqrt(9802))
  })

  test('dimensions are sent only when set; the space names model and dimensions', async () => {
    const own = embedderOver(vectors)
    await own.embedder.embed(['a'])
    expect(own.asked[0]).toEqual({ model: 'small', input: ['a'] })
    const set = embedderOver(vectors, { dimensions: 2 })
    await set.embedder.embed(['a'])
    expect(set.asked[0]?.dimensions).toBe(2)
    expect(set.embedder.space).not.toBe(own.embedder.space)
  })

  test('texts and questions go behind the prefixes that the model was trained with', async () => {
    const { embedder, asked } = embedderOver(vectors, { prefixes: { text: 'passage:', question: 'query:' } })
    await embedder.embed(['Rex is a dog'])
    await embedder.embedQuestion('what is my dog called')
    expect(asked.map(({ input }) => input[0])).toEqual(['passage: Rex is a dog', 'query: what is my dog called'])
    expect(embedder.space).not.toBe(embedderOver(vectors).embedder.space)
  })

  test('an empty text is not sent empty, a long one is cut', async () => {
    const { embedder, asked } = embedderOver(vectors)
    await embedder.embed([' ', 'x'.repeat(20_000)])
    expect(asked[0]?.input.map((text) => text.length)).toEqual([1, 8_000])
  })

  test.each([
    ['a failure', () => new Response('no', { status: 500 }), { message: 'the server refused', status: '500' }],
    ['no JSON', () => new Response('<html>'), { type: 'SyntaxError' }],
    ['too few vectors', () => Response.json({ data: [] }), { message: 'not as many vectors as texts' }],
    [
      'no numbers',
      () => Response.json({ data: [{ index: 0, embedding: ['x'] }] }),
      { message: 'a vector of something else than numbers' },
    ],
    [
      'an index far behind the last text',
      () => Response.json({ data: [{ index: 4_000_000_000, embedding: [1] }] }),
      { message: 'not a vector of a text' },
    ],
    ['null', () => Response.json(null), { type: 'TypeError' }],
  ])('%s is unavailable, without a word of the text, and the log tells why', async (_name, answer, cause) => {
    const { embedder } = embedderOver(answer)
    const failure = await embedder.embed(['secret text']).catch((error) => error)
    expect(failure).toMatchObject({ kind: 'unavailable', code: 'embedder_unavailable' })
    expect(failure.message).not.toContain('secret')
    expect(errorRecord(failure)).toMatchObject({ cause })
  })

  test('after three failures it is left alone for half a minute, then one call tries', async () => {
    let up = false
    const { embedder, asked, clock } = embedderOver((body) => (up ? vectors(body) : new Response('', { status: 503 })))
    for (let i = 0; i < 3; i++) await expect(embedder.embed(['a'])).rejects.toThrow()
    await expect(embedder.embed(['a'])).rejects.toMatchObject({ code: 'model_resting', retryAfterSeconds: 30 })
    expect(asked).toHaveLength(3)
    clock.advanceSeconds(30)
    up = true
    expect(await embedder.embed(['a'])).toHaveLength(1)
    expect(await embedder.embed(['a'])).toHaveLength(1)
  })

  test('a model that does not answer in time is unavailable', async () => {
    const server = Bun.serve({ port: 0, fetch: () => new Promise(() => undefined) })
    const embedder = openAiEmbedder({ url: server.url.href, model: 'small', clock: testClock(), timeoutMs: 50 })
    await expect(embedder.embed(['a'])).rejects.toMatchObject({ kind: 'unavailable' })
    await server.stop(true)
  })
})
