/** What the log is told of a search that goes by words because the model failed. */
import { afterAll, beforeEach, expect, test } from 'bun:test'
import { openAiEmbedder } from '../../../src/adapters/models/openai-embedder.ts'
import { reportedEmbedder } from '../../../src/dependencies/watched.ts'
import { systemClock } from '../../../src/shared/clock.ts'
import { createLog } from '../../../src/shared/log.ts'

let answer: () => Response | Promise<Response>
const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => answer() })
afterAll(() => server.stop(true))

const lines: string[] = []
beforeEach(() => void lines.splice(0))
const log = createLog('warn', { write: (line) => void lines.push(line) })
const open = () => {
  const url = `http://127.0.0.1:${server.port}/v1`
  const model = openAiEmbedder({ url, model: 'any', apiKey: 'marker-key', clock: systemClock })
  return reportedEmbedder(model, log, systemClock)
}
const ask = (embedder: ReturnType<typeof open>, signal?: AbortSignal) =>
  embedder.embedQuestion('marker-question', signal).then(
    () => 'a vector',
    (error) => error.code,
  )

test('a wrong key is told once, with its status, and neither key, question nor what the server said', async () => {
  answer = () => new Response('marker-text', { status: 401 })
  const embedder = open()
  const codes: string[] = []
  for (let searches = 0; searches < 5; searches++) codes.push(await ask(embedder))
  expect(codes).toEqual([...Array(3).fill('embedder_unavailable'), ...Array(2).fill('model_resting')])
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'warn',
    err: { code: 'embedder_unavailable', cause: { type: 'Finding', status: '401' } },
  })
  expect(lines[0]).not.toContain('marker')
})

test('a model that is slower than the search waits is none that failed', async () => {
  answer = () => new Promise<Response>(() => {})
  expect(await ask(open(), AbortSignal.timeout(50))).toBe('embedder_unavailable')
  expect(lines).toEqual([])
})
