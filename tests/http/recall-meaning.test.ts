import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Deployment } from '../support/deployment.ts'
import { type Call, deployFor } from '../support/rest.ts'

/** A server with OpenAI's embeddings API and a model of two meanings: animals and drinks. */
const animals = ['dog', 'hound', 'puppy']
const drinks = ['tea', 'coffee', 'espresso']
const meaningOf = (text: string) =>
  [animals, drinks].map((words) => (words.some((word) => text.toLowerCase().includes(word)) ? 1 : -0.1))
let up = true
let held: Promise<unknown> | undefined
const asked: { authorization: string | undefined; model: string; input: string[] }[] = []

function openModel(): Promise<Server> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { model, input } = JSON.parse(body) as { model: string; input: string[] }
    // What is kept is embedded when the test lets it; a question at once.
    if (input.some((text) => text.includes('next door'))) await held
    asked.push({ authorization: request.headers.authorization, model, input })
    response.writeHead(up ? 200 : 503, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ data: input.map((text, index) => ({ index, embedding: meaningOf(text) })) }))
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

let model: Server
let deployment: Deployment
let call: Call

beforeAll(async () => {
  model = await openModel()
  const { port } = model.address() as AddressInfo
  ;({ deployment, call } = await deployFor('ada', {
    EMBEDDER_URL: `http://127.0.0.1:${port}/v1`,
    EMBEDDER_MODEL: 'two-meanings',
    EMBEDDER_API_KEY: 'model-key',
    METRICS_TOKEN: 'scraper',
  }))
})
afterAll(async () => {
  await deployment.close()
  model.close()
})

const search = async (query: string) => (await call('POST', '/memories/search', { query })).body

/** The job runs beside requests: what it does shows within seconds. */
async function eventually<T>(look: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (let i = 0; i < 100; i++) {
    const value = await look()
    if (good(value)) return value
    await Bun.sleep(50)
  }
  return look()
}

describe('EMBEDDER_URL', () => {
  test('a memory is found by its meaning without a word in common, and says so', async () => {
    await call('POST', '/memories/', { text: 'Rex, the old hound, sleeps on the sofa.' })
    await call('POST', '/memories/', { text: 'Ada takes an espresso at nine.' })
    const { results, degraded } = await eventually(
      () => search('Which puppy is there?'),
      (body) => body.results.length > 0 && body.degraded === undefined,
    )
    expect(degraded).toBeUndefined()
    expect(results[0]).toMatchObject({
      content: 'Rex, the old hound, sleeps on the sofa.',
      why: { lists: [{ name: 'meaning', rank: 1 }], matched: [] },
    })
  })

  test('what is related to a memory shares words with it: the model is not asked', async () => {
    const { results } = await search('hound')
    const before = asked.length
    expect((await call('GET', `/memories/${results[0].id}/related`)).status).toBe(200)
    expect(asked.length).toBe(before)
  })

  test('with a model, an answer that found nothing does not say that words alone are compared', async () => {
    const { body } = await call('POST', '/memories/search', { query: 'Which puppy is there?', threshold: 50 })
    expect(body).toEqual({ results: [] })
  })

  test('the model is asked by its name and with its key', () => {
    expect(asked[0]).toMatchObject({ authorization: 'Bearer model-key', model: 'two-meanings' })
  })

  test('is asked without the name of who spoke, whom the speaker tells', async () => {
    for (const name of ['Gina', 'Jon']) {
      await call('POST', '/memories/', { text: `${name} here, coffee as ever.`, speaker: { kind: 'other', name } })
    }
    const { results } = await eventually(
      () => search("What is Gina's espresso like?"),
      (body) => body.results[0]?.content.startsWith('Gina'),
    )
    expect(results[0].why.boosts).toEqual([{ name: 'speaker', factor: 1.7 }])
    expect(asked.map(({ input }) => input)).toContainEqual(['What is espresso like?'])
  })

  test('while the vectors of what was just written are made, a search says so', async () => {
    let answer = (_: unknown): void => undefined
    held = new Promise((resolve) => {
      answer = resolve
    })
    await call('POST', '/memories/', { text: 'The puppy next door barks.' })
    expect((await search('Who barks?')).degraded).toEqual(['vectors'])
    answer(undefined)
    held = undefined
    const { degraded } = await eventually(
      () => search('Who barks?'),
      (body) => body.degraded === undefined,
    )
    expect(degraded).toBeUndefined()
  })

  test('while it is down, writing succeeds, a search by words says what it did without, and /metrics tells of what waits', async () => {
    up = false
    expect((await call('POST', '/memories/', { text: 'The coffee grinder is loud.' })).status).toBeLessThan(300)
    const { results, degraded } = await search('Is the grinder loud?')
    expect(degraded).toEqual(['embedder'])
    expect(results[0].content).toBe('The coffee grinder is loud.')
    const metrics = async () => {
      const page = await deployment.send('/metrics', { headers: { authorization: 'Bearer scraper' } })
      const text = await page.text()
      return (sample: string) =>
        Number(
          text
            .split('\n')
            .find((line) => line.startsWith(`${sample} `))
            ?.split(' ')[1],
        )
    }
    const failures = 'souvenir_embedding_failures_total{reason="unavailable"}'
    const told = await eventually(metrics, (value) => value(failures) > 0)
    expect(told(failures)).toBe(1)
    expect(told('souvenir_queue_jobs_waiting{queue="embed"}')).toBe(1)
    expect(told('souvenir_queue_lag_seconds{queue="embed"}')).toBeGreaterThan(0)
    up = true
  })
})
