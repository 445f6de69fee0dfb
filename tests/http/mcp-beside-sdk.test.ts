import { afterAll, describe, expect, test } from 'bun:test'
import { envelope, legacyRequest, modernRequest, modernVersion, startMcp } from '../support/mcp.ts'
import { sdkHandler } from '../support/sdk-handler.ts'

const mcp = startMcp()
const sdk = sdkHandler(mcp)
afterAll(() => mcp.close())

/** What must be alike: all of a result; of an error its code and id, for each implementation words it in its own way. */
async function told(response: Response) {
  const text = await response.text()
  const strip = (rpc: { id: unknown; result?: unknown; error?: { code: number; data?: { supported?: unknown } } }) => ({
    id: rpc.id,
    result: rpc.result,
    code: rpc.error?.code,
    supported: rpc.error?.data?.supported,
  })
  const parsed = text === '' ? undefined : JSON.parse(text)
  return { status: response.status, body: Array.isArray(parsed) ? parsed.map(strip) : parsed && strip(parsed) }
}

const params: [string, Record<string, unknown>][] = [
  ['tools/list', {}],
  ['tools/list', { cursor: 'bogus' }],
  ['tools/list', { cursor: 7 }],
  ['tools/call', { name: 'search_notes', arguments: { query: 'tea' } }],
  ['tools/call', { name: 'search_notes' }],
  ['tools/call', { name: 'add_note', arguments: { text: 'full' } }],
  ['tools/call', { name: 'nothing', arguments: {} }],
  ['tools/call', {}],
  ['tools/call', { name: 7 }],
  ['resources/list', {}],
  ['resources/templates/list', {}],
  ['resources/read', { uri: 'memory://recent' }],
  ['resources/read', {}],
  ['prompts/list', {}],
  ['prompts/get', { name: 'remember_this_conversation' }],
  ['prompts/get', { name: 'what_do_you_know' }],
  ['prompts/get', { name: 'nothing' }],
  ['constructor', {}],
  ['subscriptions/nothing', {}],
  ['completion/complete', {}],
  ['logging/setLevel', { level: 'debug' }],
]

const body = (method: string, given: Record<string, unknown> = {}, over: Record<string, unknown> = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  params: given,
  ...over,
})
const messages: [string, unknown][] = [
  ['another version of JSON-RPC', body('tools/list', {}, { jsonrpc: '1.0' })],
  ['a member nobody knows', body('tools/list', {}, { extra: 1 })],
  ['the id null', body('tools/list', {}, { id: null })],
  ['a fraction as its id', body('tools/list', {}, { id: 1.5 })],
  ['a text as its id', body('tools/list', { _meta: envelope() }, { id: 'seven' })],
  ['an array as params', body('tools/list', {}, { params: [] })],
  ['a number as _meta', body('tools/list', { _meta: 7 })],
  ['no method', { jsonrpc: '2.0', id: 1 }],
  ['a result as well', body('tools/list', {}, { result: {} })],
]

const headers: [string, Record<string, string | undefined>][] = [
  ['no MCP-Protocol-Version', { 'mcp-protocol-version': undefined }],
  ['an older MCP-Protocol-Version', { 'mcp-protocol-version': '2025-06-18' }],
  ['a later MCP-Protocol-Version', { 'mcp-protocol-version': '2099-01-01' }],
  ['no Mcp-Method', { 'mcp-method': undefined }],
  ['another Mcp-Method', { 'mcp-method': 'tools/list' }],
  ['no Mcp-Name', { 'mcp-name': undefined }],
  ['another Mcp-Name', { 'mcp-name': 'add_note' }],
  ['Mcp-Name in Base64', { 'mcp-name': '=?base64?c2VhcmNoX25vdGVz?=' }],
  ['Mcp-Name in Base64 that is not canonical', { 'mcp-name': '=?base64?c2VhcmNoX25vdGVz=?=' }],
  ['Mcp-Name in Base64 that is not UTF-8', { 'mcp-name': '=?base64?/w==?=' }],
  ['another content type', { 'content-type': 'text/plain' }],
  ['a content type with a character set', { 'content-type': 'Application/JSON; charset=utf-8' }],
]

const envelopes: [string, Record<string, unknown>][] = [
  ['a number as its version', { 'io.modelcontextprotocol/protocolVersion': 7 }],
  ['an older version', { 'io.modelcontextprotocol/protocolVersion': '2025-11-25' }],
  ['a list as its capabilities', { 'io.modelcontextprotocol/clientCapabilities': [] }],
  ['no capabilities', { 'io.modelcontextprotocol/clientCapabilities': undefined }],
  ['a client without a name', { 'io.modelcontextprotocol/clientInfo': { version: '1' } }],
  ['a field of somebody else', { 'com.example/trace': 'x' }],
]

describe('MCP 2026-07-28: answered as the official SDK answers', () => {
  const alike = async (request: () => Request) => {
    expect(await told(await mcp.fetch(request()))).toEqual(await told(await sdk.modern(request())))
  }
  for (const [method, given] of params) {
    test(`${method} with ${JSON.stringify(given)}`, () => alike(() => modernRequest(method, given)))
  }
  for (const [what, message] of messages) {
    test(`a message with ${what}`, () => alike(() => modernRequest('tools/list', {}, { body: message })))
  }
  const search = { name: 'search_notes', arguments: { query: 'tea' } }
  for (const [what, over] of headers) {
    test(what, () => alike(() => modernRequest('tools/call', search, { headers: over })))
  }
  for (const [what, over] of envelopes) {
    test(`an envelope with ${what}`, () => alike(() => modernRequest('tools/list', { _meta: envelope(over) })))
  }
  test('a resource that is not there', () => alike(() => modernRequest('resources/read', { uri: 'memory://nothing' })))
  test('server/discover', () => alike(() => modernRequest('server/discover')))
  for (const _meta of [envelope(), { 'io.modelcontextprotocol/protocolVersion': 7 }, {}]) {
    const notification = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { _meta, requestId: 1 } }
    test(`a notification with ${JSON.stringify(_meta)}`, () =>
      alike(() => modernRequest('notifications/cancelled', {}, { body: notification })))
  }
  test('initialize without an envelope under the header of 2026-07-28', () =>
    alike(() => modernRequest('initialize', {}, { body: body('initialize', { protocolVersion: modernVersion }) })))
})

describe('MCP 2025-11-25 and older: answered as the official SDK answers', () => {
  const alike = async (request: () => Request) => {
    expect(await told(await mcp.fetch(request()))).toEqual(await told(await sdk.legacy(request())))
  }
  for (const [method, given] of [...params, ['ping', {}]] as typeof params) {
    test(`${method} with ${JSON.stringify(given)}`, () => alike(() => legacyRequest(method, given)))
  }
  for (const protocolVersion of ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07', '1999-01-01']) {
    const given = { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } }
    test(`initialize with ${protocolVersion}`, () => alike(() => legacyRequest('initialize', given)))
  }
  const batches: [string, unknown[]][] = [
    ['requests', [body('ping'), body('tools/list', {}, { id: 'b' })]],
    ['notifications', [{ jsonrpc: '2.0', method: 'notifications/initialized' }]],
    ['101 requests', Array.from({ length: 101 }, (_, id) => body('ping', {}, { id }))],
    ['a failing request', [body('ping'), body('nothing', {}, { id: 2 })]],
  ]
  for (const [what, batch] of batches) {
    test(`a batch of ${what}`, () => alike(() => legacyRequest('', {}, { body: batch })))
  }
  test('what a client answers, unasked', () =>
    alike(() => legacyRequest('', {}, { body: { jsonrpc: '2.0', id: 1, result: {} } })))
})
