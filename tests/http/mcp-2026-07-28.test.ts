import { afterAll, describe, expect, test } from 'bun:test'
import { envelope, modernRequest, modernVersion, startMcp } from '../support/mcp.ts'

const mcp = startMcp()
afterAll(() => mcp.close())

type Rpc = {
  id: string | number | null
  result?: Record<string, unknown>
  error?: { code: number; message: string; data?: Record<string, unknown> }
}
const rpc = async (response: Response): Promise<Rpc> => (await response.json()) as Rpc
const toolsOf = (result: Rpc['result']) => (result?.tools ?? []) as Record<string, unknown>[]
const search = { name: 'search_notes', arguments: { query: 'tea' } }
const withMeta = (meta: unknown, params: Record<string, unknown> = {}) => ({
  body: {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/list',
    params: { ...params, ...(meta === undefined ? {} : { _meta: meta }) },
  },
})

describe('MCP 2026-07-28, Streamable HTTP: what is refused, with which status and code', () => {
  const refused: [string, () => Request, number, number][] = [
    ['the envelope is missing', () => modernRequest('tools/list', {}, withMeta(undefined)), 400, -32602],
    [
      'the envelope has no protocolVersion',
      () => modernRequest('tools/list', {}, withMeta({ 'io.modelcontextprotocol/clientCapabilities': {} })),
      400,
      -32602,
    ],
    [
      'the envelope has no clientCapabilities',
      () => modernRequest('tools/list', {}, withMeta({ 'io.modelcontextprotocol/protocolVersion': modernVersion })),
      400,
      -32602,
    ],
    [
      'clientCapabilities is not an object',
      () => modernRequest('tools/list', { _meta: envelope({ 'io.modelcontextprotocol/clientCapabilities': 1 }) }),
      400,
      -32602,
    ],
    [
      'MCP-Protocol-Version disagrees with the body',
      () => modernRequest('tools/list', {}, { headers: { 'mcp-protocol-version': '2025-11-25' } }),
      400,
      -32020,
    ],
    [
      'MCP-Protocol-Version is missing',
      () => modernRequest('tools/list', {}, { headers: { 'mcp-protocol-version': undefined } }),
      400,
      -32020,
    ],
    [
      'Mcp-Method disagrees with the body',
      () => modernRequest('tools/list', {}, { headers: { 'mcp-method': 'tools/call' } }),
      400,
      -32020,
    ],
    [
      'Mcp-Method is missing',
      () => modernRequest('tools/list', {}, { headers: { 'mcp-method': undefined } }),
      400,
      -32020,
    ],
    [
      'Mcp-Name disagrees with the body',
      () => modernRequest('tools/call', search, { headers: { 'mcp-name': 'add_note' } }),
      400,
      -32020,
    ],
    [
      'Mcp-Name is missing',
      () => modernRequest('tools/call', search, { headers: { 'mcp-name': undefined } }),
      400,
      -32020,
    ],
    [
      'Mcp-Name is no valid Base64 sentinel',
      () => modernRequest('tools/call', search, { headers: { 'mcp-name': '=?base64?%%%?=' } }),
      400,
      -32020,
    ],
    [
      'the version is not supported',
      () =>
        modernRequest(
          'tools/list',
          { _meta: envelope({ 'io.modelcontextprotocol/protocolVersion': '2099-01-01' }) },
          { headers: { 'mcp-protocol-version': '2099-01-01' } },
        ),
      400,
      -32022,
    ],
    ['the method is unknown', () => modernRequest('memories/list'), 404, -32601],
    ['the method was removed (ping)', () => modernRequest('ping'), 404, -32601],
    ['the method was removed (initialize)', () => modernRequest('initialize'), 404, -32601],
    [
      'the method was removed (logging/setLevel)',
      () => modernRequest('logging/setLevel', { level: 'debug' }),
      404,
      -32601,
    ],
    [
      'the message is not JSON-RPC',
      () => modernRequest('tools/list', {}, { body: { id: 1, method: 'tools/list' } }),
      400,
      -32600,
    ],
    [
      'the body is a batch',
      () =>
        modernRequest(
          'tools/list',
          {},
          { body: [{ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: envelope() } }] },
        ),
      400,
      -32600,
    ],
    ['the body is an empty batch', () => modernRequest('tools/list', {}, { body: [] }), 400, -32600],
    ['the body is a number', () => modernRequest('tools/list', {}, { body: 7 }), 400, -32600],
  ]
  for (const [name, request, status, code] of refused) {
    test(`${name}: ${status}, ${code}`, async () => {
      const response = await mcp.fetch(request())
      expect(response.status).toBe(status)
      expect((await rpc(response)).error?.code).toBe(code)
    })
  }

  test('an unsupported version names those that are supported and the one that was requested', async () => {
    const response = await mcp.fetch(
      modernRequest(
        'tools/list',
        { _meta: envelope({ 'io.modelcontextprotocol/protocolVersion': '2099-01-01' }) },
        { headers: { 'mcp-protocol-version': '2099-01-01' } },
      ),
    )
    expect((await rpc(response)).error?.data).toEqual({ supported: [modernVersion], requested: '2099-01-01' })
  })

  test('Mcp-Name may come as =?base64?...?=', async () => {
    const encoded = `=?base64?${Buffer.from(search.name).toString('base64')}?=`
    const response = await mcp.fetch(modernRequest('tools/call', search, { headers: { 'mcp-name': encoded } }))
    expect(response.status).toBe(200)
  })

  for (const method of ['GET', 'DELETE', 'PUT', 'PATCH']) {
    test(`${method} is 405 with Allow: POST`, async () => {
      const response = await mcp.fetch('http://localhost/mcp', { method, headers: { authorization: 'Bearer ada' } })
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe('POST')
    })
  }

  test('Mcp-Session-Id and Last-Event-ID are ignored', async () => {
    const headers = { 'mcp-session-id': 'whatever', 'last-event-id': '7' }
    const response = await mcp.fetch(modernRequest('tools/list', {}, { headers }))
    expect(response.status).toBe(200)
    expect(response.headers.get('mcp-session-id')).toBeNull()
  })

  test('a notification is 202 without a body', async () => {
    const response = await mcp.fetch(
      modernRequest(
        'notifications/cancelled',
        {},
        {
          body: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { _meta: envelope(), requestId: 1 } },
        },
      ),
    )
    expect(response.status).toBe(202)
    expect(await response.text()).toBe('')
  })
})

describe('MCP 2026-07-28, Streamable HTTP: what is answered', () => {
  test('a request gets JSON where the client takes JSON', async () => {
    const response = await mcp.fetch(modernRequest('tools/list'))
    expect(response.headers.get('content-type')).toStartWith('application/json')
  })

  test('a request gets an SSE stream where the client takes only that, unbuffered by proxies', async () => {
    const response = await mcp.fetch(modernRequest('tools/list', {}, { headers: { accept: 'text/event-stream' } }))
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    expect(await response.text()).toMatch(/^event: message\ndata: \{.*"tools":.*\}\n\n$/)
  })

  test('server/discover names versions, capabilities, instructions, ttlMs and cacheScope', async () => {
    const { result } = await rpc(await mcp.fetch(modernRequest('server/discover')))
    expect(result).toMatchObject({
      resultType: 'complete',
      supportedVersions: [modernVersion],
      ttlMs: 300_000,
      cacheScope: 'private',
    })
    expect(result?.capabilities).toHaveProperty('tools')
    expect(String(result?.instructions)).toContain('search_memory')
  })

  test('a tools list carries resultType, ttlMs and cacheScope, and never varies', async () => {
    const first = await rpc(await mcp.fetch(modernRequest('tools/list')))
    const other = await rpc(await mcp.fetch(modernRequest('tools/list', {}, { token: 'ada-read' })))
    expect(first.result).toMatchObject({ resultType: 'complete', ttlMs: 300_000, cacheScope: 'private' })
    expect(JSON.stringify(other.result)).toBe(JSON.stringify(first.result))
  })

  test('a cursor that was not given out is invalid params', async () => {
    const { error } = await rpc(await mcp.fetch(modernRequest('tools/list', { cursor: 'bogus' })))
    expect(error?.code).toBe(-32602)
  })

  test('a call mirrors structuredContent as one JSON text', async () => {
    const { result } = await rpc(await mcp.fetch(modernRequest('tools/call', search)))
    expect(result).toMatchObject({ resultType: 'complete', structuredContent: { results: [] } })
    expect(result?.content).toEqual([{ type: 'text', text: '{"results":[]}' }])
  })

  test('an unknown tool is invalid params', async () => {
    const { error } = await rpc(await mcp.fetch(modernRequest('tools/call', { name: 'nothing', arguments: {} })))
    expect(error).toMatchObject({ code: -32602, message: 'Unknown tool: nothing' })
  })

  test('an operation that is not a tool cannot be called as one', async () => {
    const { error } = await rpc(await mcp.fetch(modernRequest('tools/call', { name: 'not_a_tool', arguments: {} })))
    expect(error?.code).toBe(-32602)
  })
})

describe('MCP 2026-07-28, Tools: what goes wrong while running a tool is a result the model can read', () => {
  const failures: [string, unknown, string, Record<string, unknown>][] = [
    ['a missing argument', {}, '`text` is missing.', { code: 'input_invalid', field: 'text' }],
    ['a wrong argument', { text: 7 }, '`text` must be a string.', { code: 'input_invalid', field: 'text' }],
    [
      'an unknown argument where none is allowed',
      { text: 'a', colour: 'red' },
      '`colour` is not a known field.',
      { code: 'input_invalid', field: 'colour' },
    ],
    ['a fault of the domain', { text: 'full' }, 'The notebook is full.', { code: 'notebook_full' }],
  ]
  for (const [name, input, text, detail] of failures) {
    test(`${name}: isError, with a stable code`, async () => {
      const response = await mcp.fetch(modernRequest('tools/call', { name: 'add_note', arguments: input }))
      expect(response.status).toBe(200)
      const { result } = await rpc(response)
      expect(result).toMatchObject({
        isError: true,
        content: [{ type: 'text', text }],
        _meta: { 'souvenir/error': detail },
      })
      expect(result).not.toHaveProperty('structuredContent')
    })
  }

  test('what was not expected shows a request id and nothing from inside', async () => {
    const response = await mcp.fetch(modernRequest('tools/call', { name: 'add_note', arguments: { text: 'crash' } }))
    const text = await response.text()
    expect(text).toContain('"isError":true')
    expect(text).toContain('Something went wrong here (request ')
    expect(text).not.toContain('SECRET-MARKER')
  })
})

describe('MCP 2026-07-28, Tools: how a tool describes itself', () => {
  test('schemas come from the operation as plain JSON Schema', async () => {
    const { result } = await rpc(await mcp.fetch(modernRequest('tools/list')))
    const [, found] = toolsOf(result)
    expect(found).toMatchObject({
      name: 'search_notes',
      title: 'Search notes',
      inputSchema: {
        type: 'object',
        required: ['query', 'limit'],
        properties: { query: { type: 'string', description: 'What to look for.' } },
      },
      outputSchema: { type: 'object', required: ['results'] },
    })
  })

  test('annotations follow from the effect', async () => {
    const { result } = await rpc(await mcp.fetch(modernRequest('tools/list')))
    const annotations = Object.fromEntries(toolsOf(result).map(({ name, annotations }) => [name, annotations]))
    expect(annotations).toEqual({
      add_note: {
        title: 'Add a note',
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: false,
        openWorldHint: false,
      },
      search_notes: {
        title: 'Search notes',
        readOnlyHint: true,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
      wipe_notes: {
        title: 'Delete all notes',
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: true,
        openWorldHint: false,
      },
    })
  })

  test('ChatGPT: securitySchemes on the tool and in _meta', async () => {
    const { result } = await rpc(await mcp.fetch(modernRequest('tools/list')))
    const [add] = toolsOf(result)
    const schemes = [{ type: 'oauth2', scopes: ['memories:write'] }]
    expect(add).toMatchObject({ securitySchemes: schemes, _meta: { securitySchemes: schemes } })
  })
})
