import { afterEach, describe, expect, test } from 'bun:test'
import { createProcessHandover } from '../../src/adapters/handover/process.ts'
import { Fault } from '../../src/shared/fault.ts'
import { startMcp } from '../support/mcp.ts'

type Mcp = ReturnType<typeof startMcp>
let running: Mcp | undefined
const start = (...args: Parameters<typeof startMcp>): Mcp => {
  running = startMcp(...args)
  return running
}
afterEach(() => running?.close())

const until = async (what: () => boolean): Promise<void> => {
  const deadline = Date.now() + 2_000
  while (!what()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 2 s')
    await Bun.sleep(2)
  }
}

/** Opens a stream and reads along. */
async function open(mcp: Mcp, token = 'ada') {
  const response = await mcp.fetch('http://localhost/mcp/sse', {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
  })
  const reader = response.body?.getReader()
  const state = { text: '', ended: false }
  const reading = (async () => {
    const decoder = new TextDecoder()
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done) break
      state.text += decoder.decode(value, { stream: true })
    }
    state.ended = true
  })()
  if (response.status === 200) await until(() => state.text.includes('event: endpoint'))
  const endpoint = /event: endpoint\ndata: (\S+)\n\n/.exec(state.text)?.[1] ?? ''
  return {
    response,
    state,
    endpoint,
    cancel: () => reader?.cancel(),
    ended: async () => {
      await reading
      return state.text
    },
    post: (message: unknown, as = token) =>
      mcp.fetch(`http://localhost${endpoint}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
        body: JSON.stringify(message),
      }),
  }
}

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
const short = { tickMs: 5 }

describe('MCP 2024-11-05, HTTP with SSE', () => {
  test('GET opens a stream: a comment byte at once, then the endpoint with a session id', async () => {
    const stream = await open(start())
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
    expect(stream.response.headers.get('x-accel-buffering')).toBe('no')
    expect(stream.response.headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(stream.state.text).toMatch(/^: open\n\nevent: endpoint\ndata: \/mcp\/sse\?sessionId=[\w-]{32}\n\n$/)
  })

  test('POST is 202 and the reply comes on the stream', async () => {
    const stream = await open(start())
    const posted = await stream.post(ping)
    expect(posted.status).toBe(202)
    await until(() => stream.state.text.includes('event: message'))
    expect(stream.state.text).toEndWith('event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n')
  })

  test('a tool that is called runs as the person whose token it is', async () => {
    const mcp = start()
    const stream = await open(mcp)
    await stream.post({
      jsonrpc: '2.0',
      id: 2,
      method: 'tools/call',
      params: { name: 'add_note', arguments: { text: 'hi' } },
    })
    await until(() => stream.state.text.includes('"id":2'))
    expect(mcp.notebook.notes).toEqual([{ owner: 'ada', app: 'client-1', text: 'hi' }])
  })

  test('Cancellation: a request that was cancelled meanwhile is not answered', async () => {
    const mcp = start()
    const gate = Promise.withResolvers<void>()
    mcp.notebook.gate = gate.promise
    const stream = await open(mcp)
    const read = { jsonrpc: '2.0', method: 'resources/read', params: { uri: 'memory://memory/slow' } }
    await stream.post({ ...read, id: 'cancelled' })
    await stream.post({ ...read, id: 'awaited' })
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'cancelled' } }
    expect((await stream.post(cancelled)).status).toBe(202)
    gate.resolve()
    await until(() => stream.state.text.includes('"id":"awaited"'))
    expect(stream.state.text).not.toContain('"id":"cancelled"')
  })

  const wrong: [string, (endpoint: string) => string, unknown, number][] = [
    ['without a session id', () => '/mcp/sse', ping, 400],
    ['to a session nobody holds', () => `/mcp/sse?sessionId=${'a'.repeat(32)}`, ping, 404],
    ['of what is not JSON-RPC', (endpoint) => endpoint, { hello: 1 }, 400],
  ]
  for (const [name, address, message, status] of wrong) {
    test(`a POST ${name} is ${status}`, async () => {
      const mcp = start()
      const stream = await open(mcp)
      const response = await mcp.fetch(`http://localhost${address(stream.endpoint)}`, {
        method: 'POST',
        headers: { authorization: 'Bearer ada', 'content-type': 'application/json' },
        body: JSON.stringify(message),
      })
      expect(response.status).toBe(status)
    })
  }

  test('a keepalive comment is written before an idle stream is 15 s old, and not while it speaks', async () => {
    const mcp = start({ streams: short })
    const stream = await open(mcp)
    mcp.clock.advanceSeconds(10)
    await Bun.sleep(20)
    expect(stream.state.text).not.toContain('keepalive')
    mcp.clock.advanceSeconds(5)
    await until(() => stream.state.text.includes(': keepalive\n\n'))
  })

  test('a missing scope is HTTP 403 on the POST, with the challenge of this path', async () => {
    const stream = await open(start(), 'ada-read')
    const response = await stream.post({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'add_note', arguments: { text: 'hi' } },
    })
    expect(response.status).toBe(403)
    expect(response.headers.get('www-authenticate')).toContain('/.well-known/oauth-protected-resource/mcp/sse"')
  })
})

describe('ChatGPT over HTTP+SSE', () => {
  test('a missing scope is a result on the stream with mcp/www_authenticate, and nothing is run', async () => {
    const mcp = start()
    const stream = await open(mcp, 'ada-chatgpt')
    const params = { name: 'add_note', arguments: { text: 'hi' } }
    expect((await stream.post({ jsonrpc: '2.0', id: 'a', method: 'tools/call', params })).status).toBe(202)
    await until(() => stream.state.text.includes('"id":"a"'))
    const { result } = JSON.parse(/data: (\{.*"id":"a".*\})/.exec(stream.state.text)?.[1] ?? '{}')
    expect(result).toMatchObject({ isError: true })
    expect(result._meta['mcp/www_authenticate'][0]).toContain('error="insufficient_scope"')
    expect(mcp.notebook.notes).toEqual([])
  })
})

describe('A stream belongs to the authorization that opened it', () => {
  for (const token of ['eve', 'ada-elsewhere', 'ada-chatgpt']) {
    test(`the token of ${token} on it is 403, and nothing is run`, async () => {
      const mcp = start()
      const stream = await open(mcp)
      expect((await stream.post(ping, token)).status).toBe(403)
      await Bun.sleep(10)
      expect(stream.state.text).not.toContain('event: message')
    })
  }

  test('a token refreshed from the one that opened it may post, and the stream lives as long as that', async () => {
    const mcp = start({ streams: short })
    const stream = await open(mcp)
    expect((await stream.post(ping, 'ada-refreshed')).status).toBe(202)
    mcp.clock.advanceSeconds(3_700)
    await Bun.sleep(20)
    expect(stream.state.ended).toBe(false)
    mcp.clock.advanceSeconds(3_600)
    await stream.ended()
  })
})

describe('A stream ends', () => {
  test('when its token expires', async () => {
    const mcp = start({ streams: short })
    const stream = await open(mcp)
    mcp.clock.advanceSeconds(3_600)
    await stream.ended()
    expect((await stream.post(ping)).status).toBe(401)
    expect((await stream.post(ping, 'ada-refreshed')).status).toBe(404)
  })

  for (const [kind, id] of [
    ['token', 'jti-ada'],
    ['family', 'family-ada'],
    ['grant', 'grant-ada'],
  ] as const) {
    test(`when its ${kind} is revoked, and no other`, async () => {
      const mcp = start()
      const [ada, eve] = [await open(mcp), await open(mcp, 'eve')]
      await mcp.feed.revoke({ kind, id, expiresAt: 0 })
      await ada.ended()
      expect(eve.state.ended).toBe(false)
      expect((await ada.post(ping)).status).toBe(404)
    })
  }

  for (const [what, happens] of [
    ['its grant is revoked', (mcp: Mcp) => mcp.feed.revoke({ kind: 'grant', id: 'grant-ada', expiresAt: 0 })],
    ['the server goes down', (mcp: Mcp) => mcp.close()],
  ] as const) {
    test(`when ${what} while it is being handed over`, async () => {
      const [handover, opening, opened] = [createProcessHandover(), Promise.withResolvers(), Promise.withResolvers()]
      const mcp = start({
        handover: {
          ...handover,
          async open(...given) {
            opening.resolve(undefined)
            await opened.promise
            return handover.open(...given)
          },
        },
      })
      const asked = mcp.fetch('http://localhost/mcp/sse', { headers: { authorization: 'Bearer ada' } })
      await opening.promise
      await happens(mcp)
      opened.resolve(undefined)
      expect(await (await asked).text()).toContain('event: endpoint')
      expect(mcp.openStreams()).toBe(0)
    })
  }

  test('one that cannot be handed over is 503 and takes up no place', async () => {
    const mcp = start({
      streams: { perUser: 1 },
      handover: {
        ...createProcessHandover(),
        open: () => Promise.reject(new Fault('unavailable', 'Redis does not answer.')),
      },
    })
    expect((await open(mcp)).response.status).toBe(503)
    expect((await open(mcp)).response.status).toBe(503)
    expect(mcp.openStreams()).toBe(0)
  })

  test('when the server goes down; then none is opened', async () => {
    const mcp = start()
    const stream = await open(mcp)
    await mcp.close()
    await stream.ended()
    expect((await open(mcp)).response.status).toBe(503)
  })

  test('when the client leaves: its place is free again and nothing listens for it any more', async () => {
    const mcp = start({ streams: { perUser: 1 } })
    const stream = await open(mcp)
    await stream.cancel()
    await until(() => mcp.feed.listeners.size === 0)
    expect((await open(mcp)).response.status).toBe(200)
  })

  test('when the client does not read what is sent to it', async () => {
    const mcp = start({ streams: { bufferBytes: 2_000 } })
    const response = await mcp.fetch('http://localhost/mcp/sse', { headers: { authorization: 'Bearer ada' } })
    const reader = response.body?.getReader()
    const first = new TextDecoder().decode((await reader?.read())?.value)
    const endpoint = /data: (\S+)/.exec(first)?.[1] ?? ''
    const statuses: number[] = []
    for (let i = 0; i < 200; i++) {
      const posted = await mcp.fetch(`http://localhost${endpoint}`, {
        method: 'POST',
        headers: { authorization: 'Bearer ada', 'content-type': 'application/json' },
        body: JSON.stringify({ ...ping, id: `${i}`.padEnd(50, '-') }),
      })
      statuses.push(posted.status)
      if (posted.status !== 202) break
    }
    expect(statuses.at(-1)).toBe(404)
    expect(statuses.length).toBeLessThan(40)
  })
})

describe('How many streams may be open', () => {
  test('a person at the cap gets 429 with Retry-After; another person does not', async () => {
    const mcp = start({ streams: { perUser: 2 } })
    await open(mcp)
    await open(mcp)
    const third = await mcp.fetch('http://localhost/mcp/sse', { headers: { authorization: 'Bearer ada' } })
    expect(third.status).toBe(429)
    expect(third.headers.get('retry-after')).toBe('30')
    expect((await open(mcp, 'eve')).response.status).toBe(200)
  })

  test('a process at its cap gets 503', async () => {
    const mcp = start({ streams: { perProcess: 1 } })
    await open(mcp)
    expect((await open(mcp, 'eve')).response.status).toBe(503)
  })
})
