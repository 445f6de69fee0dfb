import { expect, test } from 'bun:test'
import { overNetwork } from '../../../src/ui/upstream.ts'

test('a request goes to the inner address with its path, query, headers and body, and no redirect is followed', async () => {
  const seen: string[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      seen.push([request.method, pathname + search, request.headers.get('x-one'), await request.text()].join(' '))
      return new Response(null, { status: 302, headers: { location: 'https://elsewhere.example/' } })
    },
  })
  const send = overNetwork(`http://127.0.0.1:${server.port}`)
  const answer = await send(
    new Request('https://memory.example.com/api/v1/x?y=%20z', {
      method: 'POST',
      headers: { 'x-one': '1' },
      body: 'body',
    }),
  )
  server.stop(true)
  expect([answer.status, seen]).toEqual([302, ['POST /api/v1/x?y=%20z 1 body']])
})

test('a server that is not there, or does not answer in time, is unavailable', async () => {
  const silent = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Promise<Response>(() => {}) })
  const gone = overNetwork('http://127.0.0.1:1')(new Request('https://memory.example.com/'))
  const late = overNetwork(`http://127.0.0.1:${silent.port}`)(
    new Request('https://memory.example.com/', { signal: AbortSignal.timeout(50) }),
  )
  const answers = await Promise.all([gone, late].map((answer) => answer.catch((error: unknown) => error)))
  silent.stop(true)
  for (const answer of answers) expect(answer).toMatchObject({ kind: 'unavailable', retryAfterSeconds: 5 })
})
