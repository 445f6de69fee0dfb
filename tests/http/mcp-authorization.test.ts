import { afterAll, describe, expect, test } from 'bun:test'
import { legacyRequest, modernRequest, startMcp } from '../support/mcp.ts'

const mcp = startMcp()
afterAll(() => mcp.close())

const add = { name: 'add_note', arguments: { text: 'tea' } }
const search = { name: 'search_notes', arguments: { query: 'tea' } }

describe('MCP authorization and RFC 6750 section 3: 401', () => {
  for (const path of ['/mcp', '/mcp/sse'] as const) {
    for (const method of ['GET', 'POST', 'DELETE']) {
      test(`${method} ${path} without a token names the metadata and the scopes, without an error`, async () => {
        const response = await mcp.fetch(`http://localhost${path}`, { method })
        expect(response.status).toBe(401)
        expect(response.headers.get('www-authenticate')).toBe(
          `Bearer resource_metadata="http://localhost/.well-known/oauth-protected-resource${path}", scope="memories:read memories:write"`,
        )
      })
    }
  }

  test('a token that does not verify is invalid_token', async () => {
    const response = await mcp.fetch(modernRequest('tools/list', {}, { token: 'nonsense' }))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  test('RFC 6750 section 2.3: a token in the query is not looked at', async () => {
    const response = await mcp.fetch('http://localhost/mcp?access_token=ada', { method: 'POST' })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).not.toContain('error=')
  })
})

describe('MCP authorization, scope challenge: 403 for step-up', () => {
  const eras: [string, typeof modernRequest | typeof legacyRequest][] = [
    ['2026-07-28', modernRequest],
    ['2025-11-25', legacyRequest],
  ]
  for (const [era, request] of eras) {
    test(`${era}: a missing scope is HTTP 403 with every scope the client needs from now on`, async () => {
      const response = await mcp.fetch(request('tools/call', add, { token: 'ada-read' }))
      expect(response.status).toBe(403)
      const challenge = response.headers.get('www-authenticate') ?? ''
      expect(challenge).toContain('error="insufficient_scope"')
      expect(challenge).toContain('scope="memories:read memories:write"')
      expect(challenge).toContain('resource_metadata="http://localhost/.well-known/oauth-protected-resource/mcp"')
      expect(mcp.notebook.notes).toEqual([])
    })

    test(`${era}: what the token allows still runs`, async () => {
      const response = await mcp.fetch(request('tools/call', search, { token: 'ada-read' }))
      expect(response.status).toBe(200)
    })
  }

  test('2025-03-26: one request of a batch that lacks a scope refuses the batch', async () => {
    const body = [
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: search },
      { jsonrpc: '2.0', id: 2, method: 'tools/call', params: add },
    ]
    const response = await mcp.fetch(legacyRequest('', {}, { token: 'ada-read', body }))
    expect(response.status).toBe(403)
    expect(mcp.notebook.notes).toEqual([])
  })

  const chatgpt: [string, Request][] = [
    ['by its client id', modernRequest('tools/call', add, { token: 'ada-chatgpt' })],
    [
      'by its User-Agent',
      modernRequest('tools/call', add, { token: 'ada-read', headers: { 'user-agent': 'openai-mcp/1.0.0' } }),
    ],
  ]
  for (const [how, request] of chatgpt) {
    test(`ChatGPT, known ${how}, gets a tool result with mcp/www_authenticate`, async () => {
      const response = await mcp.fetch(request)
      expect(response.status).toBe(200)
      const { id, result } = (await response.json()) as { id: number; result: Record<string, unknown> }
      expect(id).toBe(1)
      expect(result.isError).toBe(true)
      const { 'mcp/www_authenticate': challenges } = result._meta as { 'mcp/www_authenticate': string[] }
      expect(challenges[0]).toContain('error="insufficient_scope"')
      expect(mcp.notebook.notes).toEqual([])
    })
  }
})

test('ChatGPT is answered by a stream where it takes nothing else', async () => {
  const headers = { accept: 'text/event-stream' }
  const response = await mcp.fetch(modernRequest('tools/call', add, { token: 'ada-chatgpt', headers }))
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(await response.text()).toContain('mcp/www_authenticate')
})

describe('MCP Streamable HTTP, security: origins and bodies', () => {
  for (const path of ['/mcp', '/mcp/sse']) {
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', 'http://chatgpt.com']) {
      test(`${path}: origin ${origin} is 403 before the token is looked at`, async () => {
        const response = await mcp.fetch(`http://localhost${path}`, { method: 'POST', headers: { origin } })
        expect(response.status).toBe(403)
        expect(response.headers.get('www-authenticate')).toBeNull()
      })
    }
  }
  for (const origin of ['https://chatgpt.com', 'http://localhost']) {
    test(`origin ${origin} may call`, async () => {
      expect((await mcp.fetch(modernRequest('tools/list', {}, { headers: { origin } }))).status).toBe(200)
    })
  }

  const bodies: [string, string | Uint8Array<ArrayBuffer>, number, number][] = [
    ['not JSON', '{"jsonrpc":', 400, -32700],
    ['empty', '', 400, -32700],
    ['not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, -32700],
    ['over 1 MB', `"${'a'.repeat(1024 * 1024)}"`, 413, -32000],
  ]
  for (const [name, body, status, code] of bodies) {
    test(`a body that is ${name}: ${status}, ${code}`, async () => {
      const headers = { authorization: 'Bearer ada', 'content-type': 'application/json' }
      const response = await mcp.fetch('http://localhost/mcp', { method: 'POST', headers, body })
      expect(response.status).toBe(status)
      expect(await response.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: { code } })
    })
  }

  for (const path of ['/mcp', '/mcp/sse?sessionId=0123456789abcdef']) {
    test(`${path}: RFC 9110 section 15.5.14: a body that says it is over the limit is 413 before a byte of it is read`, async () => {
      let read = 0
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        read++
        controller.enqueue(new Uint8Array(64))
      }
      const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 })
      const headers = {
        authorization: 'Bearer ada',
        'content-type': 'application/json',
        'content-length': String(2 * 1024 * 1024),
      }
      const response = await mcp.fetch(`http://localhost${path}`, { method: 'POST', headers, body })
      expect([response.status, read]).toEqual([413, 0])
    })
  }

  test('a body that is not application/json is 415', async () => {
    const response = await mcp.fetch(modernRequest('tools/list', {}, { headers: { 'content-type': 'text/plain' } }))
    expect(response.status).toBe(415)
  })
})
