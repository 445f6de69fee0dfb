import { afterAll, describe, expect, test } from 'bun:test'
import { page } from '../../src/mcp/cursor.ts'
import { legacyRequest, modernRequest, startMcp } from '../support/mcp.ts'

const mcp = startMcp()
afterAll(() => mcp.close())
type Rpc = { error?: { code: number; message: string } }

const wrong: [string, Record<string, unknown>, string][] = [
  ['tools/list', { cursor: 7 }, '`cursor` must be a string.'],
  ['resources/list', { cursor: 7 }, '`cursor` must be a string.'],
  ['resources/templates/list', { cursor: {} }, '`cursor` must be a string.'],
  ['resources/read', {}, '`uri` is missing.'],
  ['resources/read', { uri: 7 }, '`uri` must be a string.'],
  ['prompts/list', { cursor: [] }, '`cursor` must be a string.'],
  ['prompts/get', {}, '`name` is missing.'],
  ['prompts/get', { name: 'what_do_you_know', arguments: { about: 7 } }, '`arguments.about` must be a string.'],
]

describe('JSON-RPC 2.0 section 5.1: wrong parameters are -32602, naming the field', () => {
  for (const [method, params, message] of wrong) {
    for (const [era, request] of [
      ['2026-07-28', modernRequest],
      ['2025-11-25', legacyRequest],
    ] as const) {
      test(`${era}: ${method} with ${JSON.stringify(params)}`, async () => {
        const { error } = (await (await mcp.fetch(request(method, params))).json()) as Rpc
        expect(error).toMatchObject({ code: -32602, message: `Invalid params for ${method}: ${message}` })
      })
    }
  }

  for (const params of [{}, { name: 7 }, { name: 'add_note', arguments: 'x' }, { name: 'add_note', arguments: [] }]) {
    test(`tools/call with ${JSON.stringify(params)}`, async () => {
      for (const request of [modernRequest, legacyRequest]) {
        const { error } = (await (await mcp.fetch(request('tools/call', params))).json()) as Rpc
        expect(error?.code).toBe(-32602)
      }
    })
  }

  test('a member __proto__ in the arguments of a tool is no way past its schema: 400', async () => {
    for (const request of [modernRequest, legacyRequest]) {
      const { body, headers } = request('tools/call', { name: 'add_note', arguments: { hidden: { text: 'a' } } })
      const sent = (await new Response(body).text()).replace('hidden', '__proto__')
      const response = await mcp.fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body: sent }))
      expect(response.status).toBe(400)
      expect(((await response.json()) as Rpc).error?.message).toBe('`__proto__` is not a known field.')
    }
  })

  test('2024-11-05: the error comes on the stream, with the id of the request', async () => {
    const headers = { authorization: 'Bearer ada', 'content-type': 'application/json' }
    const stream = await mcp.fetch('http://localhost/mcp/sse', { headers })
    const reader = stream.body?.getReader()
    const read = async () => new TextDecoder().decode((await reader?.read())?.value)
    const endpoint = /data: (\S+)/.exec(await read())?.[1]
    const body = JSON.stringify({ jsonrpc: '2.0', id: 'x', method: 'prompts/get', params: {} })
    expect((await mcp.fetch(`http://localhost${endpoint}`, { method: 'POST', headers, body })).status).toBe(202)
    expect(await read()).toContain(
      '"id":"x","error":{"code":-32602,"message":"Invalid params for prompts/get: `name` is missing."}',
    )
    await reader?.cancel()
  })
})

describe('MCP 2026-07-28, Subscriptions', () => {
  test('a server whose lists never change has no subscriptions/listen: 404, -32601', async () => {
    const response = await mcp.fetch(
      modernRequest('subscriptions/listen', { notifications: { toolsListChanged: true } }),
    )
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ id: 1, error: { code: -32601 } })
  })
})

describe('MCP 2026-07-28, Pagination', () => {
  test('cursors lead through the whole list, each item once', () => {
    const items = Array.from({ length: 7 }, (_, i) => i)
    const seen: number[] = []
    let cursor: string | undefined
    do {
      const next = page(items, cursor, 3)
      expect(next.items.length).toBeLessThanOrEqual(3)
      seen.push(...next.items)
      cursor = next.nextCursor
    } while (cursor !== undefined)
    expect(seen).toEqual(items)
  })

  for (const cursor of ['', 'bogus', 'ZnJvbTow', 'ZnJvbTotMQ', 'ZnJvbTo5OTk', 'ZnJvbTozIA']) {
    test(`the cursor ${JSON.stringify(cursor)}, never given out, is refused`, () => {
      expect(() => page([1, 2, 3, 4], cursor, 3)).toThrow('The cursor is not one that this list gave out.')
    })
  }
})
