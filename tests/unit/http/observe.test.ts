import { describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { observe } from '../../../src/http/observe.ts'
import { listen } from '../../../src/serve.ts'
import { createLog } from '../../../src/shared/log.ts'
import { createRandom } from '../../../src/shared/random.ts'
import { requestContext } from '../../../src/shared/request-context.ts'
import { testClock } from '../../support/time.ts'

function edge(handle: (request: Request) => Response | Promise<Response>) {
  const lines: Record<string, unknown>[] = []
  const clock = testClock()
  const serve = observe(handle, {
    random: createRandom(clock),
    log: createLog('info', { write: (line: string) => lines.push(JSON.parse(line)) }),
    addressOf: (_request, peer) => peer ?? 'unknown',
    https: true,
  })
  return { serve, lines }
}

/** What comes back for bytes that no HTTP client would send. */
const rawAnswer = (port: number, sent: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(sent))
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1')
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })

describe('the edge of every request', () => {
  test('RFC 9110 section 15.5.9: a body that did not come in time ends its connection', async () => {
    const { serve } = edge(async (request) => {
      const body = request.arrayBuffer()
      await Promise.race([body, Bun.sleep(20)])
      return new Response(null, { status: 408 })
    })
    const listening = await listen(serve, '127.0.0.1', 0)
    try {
      const answer = await rawAnswer(
        listening.port,
        'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nslow',
      )
      expect(answer).toStartWith('HTTP/1.1 408')
    } finally {
      await listening.stop(0)
    }
  })

  test('an error nobody expected is a 500 that says nothing but the request id', async () => {
    const { serve, lines } = edge(() => {
      throw new Error('marker-7f3a')
    })
    const response = await serve(new Request('http://localhost/'))
    expect(response.status).toBe(500)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const body = await response.text()
    expect(body).not.toContain('marker-7f3a')
    expect(JSON.parse(body).requestId).toBe(response.headers.get('x-request-id'))
    expect(lines[0]).toMatchObject({
      requestId: JSON.parse(body).requestId,
      err: { type: 'Error', at: expect.arrayContaining([expect.stringContaining('observe.test.ts')]) },
    })
    expect(JSON.stringify(lines)).not.toContain('marker-7f3a')
  })

  test('one line a request: id, method, route, status, milliseconds, client and user', async () => {
    const { serve, lines } = edge((request) => {
      Object.assign(requestContext(request), { route: '/api/v1/memories/:id', clientId: 'c', user: 'abc' })
      return new Response('ok')
    })
    const response = await serve(new Request('http://localhost/api/v1/memories/42?token=hush'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      requestId: response.headers.get('x-request-id'),
      method: 'GET',
      route: '/api/v1/memories/:id',
      status: 200,
      client: 'c',
      user: 'abc',
    })
    expect(lines[0]?.ms).toBeNumber()
    expect(JSON.stringify(lines)).not.toContain('hush')
  })

  test('a request’s id is ours, so that no stranger chooses one or takes another’s; the caller’s stands beside it in the log', async () => {
    const { serve, lines } = edge(() => new Response('ok'))
    const send = (id: string) => serve(new Request('http://localhost/', { headers: { 'x-request-id': id } }))
    const ids = [await send('their-id-1'), await send('their-id-1')].map(({ headers }) => headers.get('x-request-id'))
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(lines.map(({ requestId, callerRequestId }) => ({ requestId, callerRequestId }))).toEqual(
      ids.map((requestId) => ({ requestId, callerRequestId: 'their-id-1' })),
    )
  })

  test('a caller’s id that is too long, or could be anything, is not logged', async () => {
    const { serve, lines } = edge(() => new Response('ok'))
    for (const id of ['a b"c', 'x'.repeat(65), 'short', 'ada@example.com'])
      await serve(new Request('http://localhost/', { headers: { 'x-request-id': id } }))
    expect(lines).toHaveLength(4)
    for (const line of lines) expect(line.callerRequestId).toBeUndefined()
  })

  test('RFC 9112 section 3.2: a Host that cannot be one is 400, and reaches nothing behind', async () => {
    let reached = 0
    const { serve } = edge(() => {
      reached++
      return new Response('ok')
    })
    const listening = await listen(serve, '127.0.0.1', 0)
    const statusOf = async (host: string) =>
      (await rawAnswer(listening.port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).slice(0, 12)
    for (const host of ['', 'a b', 'a@b', '[::1', 'localhost:99999', '256.1.1.1', '%00'])
      expect([host, await statusOf(host)]).toEqual([host, 'HTTP/1.1 400'])
    expect(reached).toBe(0)
    expect(await statusOf('localhost')).toBe('HTTP/1.1 200')
    await listening.stop(0)
  })

  test('RFC 6797: browsers are told to stay on https where the public address is https', async () => {
    const { serve } = edge(() => new Response('ok'))
    const { headers } = await serve(new Request('http://localhost/'))
    expect(headers.get('strict-transport-security')).toContain('max-age=31536000')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
})
