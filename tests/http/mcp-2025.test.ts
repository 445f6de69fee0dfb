import { afterAll, describe, expect, test } from 'bun:test'
import { legacyRequest, startMcp } from '../support/mcp.ts'

const mcp = startMcp()
afterAll(() => mcp.close())

type Rpc = { id: unknown; result?: Record<string, unknown>; error?: { code: number; message: string } }
const rpc = async (response: Response): Promise<Rpc> => (await response.json()) as Rpc
const initialize = (protocolVersion: string) =>
  legacyRequest('initialize', { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } })

describe('MCP 2025-11-25 and older, Lifecycle', () => {
  for (const version of ['2025-11-25', '2025-06-18', '2025-03-26']) {
    test(`initialize with ${version} is answered in ${version}`, async () => {
      const { result } = await rpc(await mcp.fetch(initialize(version)))
      expect(result).toMatchObject({ protocolVersion: version, serverInfo: { name: 'souvenir', version: '0.0.1' } })
      expect(String(result?.instructions)).toContain('search_memory')
    })
  }

  test('initialize with an unknown version is answered with the latest that has initialize', async () => {
    const { result } = await rpc(await mcp.fetch(initialize('1999-01-01')))
    expect(result?.protocolVersion).toBe('2025-11-25')
  })

  test('ping is answered with an empty result', async () => {
    expect((await rpc(await mcp.fetch(legacyRequest('ping')))).result).toEqual({})
  })

  test('notifications/initialized is 202 without a body', async () => {
    const response = await mcp.fetch(
      legacyRequest('', {}, { body: { jsonrpc: '2.0', method: 'notifications/initialized' } }),
    )
    expect(response.status).toBe(202)
    expect(await response.text()).toBe('')
  })
})

describe('MCP 2025-11-25 and older, Streamable HTTP', () => {
  test('no MCP-Protocol-Version header reads as 2025-03-26', async () => {
    expect((await mcp.fetch(legacyRequest('tools/list'))).status).toBe(200)
  })

  for (const version of ['2025-11-25', '2025-06-18', '2025-03-26']) {
    test(`MCP-Protocol-Version ${version} is served, without the fields of 2026-07-28`, async () => {
      const response = await mcp.fetch(
        legacyRequest('tools/list', {}, { headers: { 'mcp-protocol-version': version } }),
      )
      const { result } = await rpc(response)
      expect(result?.tools).toHaveLength(3)
      expect(result).not.toHaveProperty('resultType')
      expect(result).not.toHaveProperty('ttlMs')
    })
  }

  test('an unsupported MCP-Protocol-Version is 400', async () => {
    const response = await mcp.fetch(
      legacyRequest('tools/list', {}, { headers: { 'mcp-protocol-version': '1999-01-01' } }),
    )
    expect(response.status).toBe(400)
  })

  const accepts: [string, string][] = [
    ['application/json, text/event-stream', 'application/json'],
    ['application/json', 'application/json'],
    ['*/*', 'application/json'],
    ['text/event-stream', 'text/event-stream'],
  ]
  for (const [accept, type] of accepts) {
    test(`Accept: ${accept} gets ${type}`, async () => {
      const response = await mcp.fetch(legacyRequest('tools/list', {}, { headers: { accept } }))
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toStartWith(type)
      expect(await response.text()).toContain('add_note')
    })
  }

  test('2025-03-26: a batch is answered as a batch', async () => {
    const body = [
      { jsonrpc: '2.0', id: 'a', method: 'ping' },
      { jsonrpc: '2.0', id: 'b', method: 'tools/list' },
    ]
    const answers = (await (await mcp.fetch(legacyRequest('', {}, { body }))).json()) as Rpc[]
    expect(answers.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  test('JSON-RPC 2.0 section 6: a batch of one request and one notification is answered with an array', async () => {
    const body = [
      { jsonrpc: '2.0', id: 'a', method: 'ping' },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
    ]
    const answers = await (await mcp.fetch(legacyRequest('', {}, { body }))).json()
    expect(answers).toEqual([{ jsonrpc: '2.0', id: 'a', result: {} }])
  })

  for (const [what, body] of [
    ['an empty batch', []],
    ['a batch with initialize', [{ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }]],
    ['a batch with what is no message', [{ jsonrpc: '2.0', id: 1, method: 'ping' }, 7]],
  ] as const) {
    test(`${what} is -32600`, async () => {
      const response = await mcp.fetch(legacyRequest('', {}, { body }))
      expect(response.status).toBe(400)
      expect((await rpc(response)).error?.code).toBe(-32600)
    })
  }

  test('2025-11-25, Resources: a resource that is not there is -32002', async () => {
    const { error } = await rpc(await mcp.fetch(legacyRequest('resources/read', { uri: 'memory://nothing' })))
    expect(error).toMatchObject({ code: -32002, data: { uri: 'memory://nothing' } })
  })

  test('initialize without who the client is, is -32602 with the field', async () => {
    const given = { protocolVersion: '2025-11-25', capabilities: {} }
    const { error } = await rpc(await mcp.fetch(legacyRequest('initialize', given)))
    expect(error).toEqual({ code: -32602, message: 'Invalid params for initialize: `clientInfo` is missing.' })
  })

  test('an unknown method is -32601', async () => {
    expect((await rpc(await mcp.fetch(legacyRequest('nothing')))).error?.code).toBe(-32601)
  })

  test('2025-11-25: wrong arguments are a tool error, not a protocol error', async () => {
    const { result } = await rpc(await mcp.fetch(legacyRequest('tools/call', { name: 'add_note', arguments: {} })))
    expect(result).toMatchObject({ isError: true, content: [{ type: 'text', text: '`text` is missing.' }] })
  })

  test('no session is given out, and one that is sent is ignored', async () => {
    const response = await mcp.fetch(legacyRequest('tools/list', {}, { headers: { 'mcp-session-id': 'old' } }))
    expect(response.status).toBe(200)
    expect(response.headers.get('mcp-session-id')).toBeNull()
  })
})
