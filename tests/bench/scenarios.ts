/** What is asked for, again and again: each against the same started server. */
import { type Signed, signIn } from '../support/script.ts'
import { type Answer, requestText } from './http-connection.ts'
import { expectStatus, type Scenario } from './load.ts'
import type { ProductRunning } from './processes.ts'

const connections = 16
const json = { 'content-type': 'application/json' }

const ok = (answer: Answer) => expectStatus(answer, 200)
export const same = (name: string, request: string, received: (answer: Answer) => void = ok): Scenario => ({
  name,
  connections,
  request: () => request,
  received,
})

export const hello = same('hello (plain Bun)', requestText('GET', '/'))

export async function productScenarios(server: ProductRunning): Promise<Scenario[]> {
  const { accessToken } = await signIn(server)
  const authorization = { authorization: `Bearer ${accessToken}` }
  await remember(server, authorization)
  const question = 'what is the lighthouse keeper called'
  const call = { name: 'search_memory', arguments: { query: question } }
  return [
    same('GET /api/v1/me, token in the cache', requestText('GET', '/api/v1/me', authorization)),
    same(
      'POST /api/v1/memories/search, 200 memories',
      requestText(
        'POST',
        '/api/v1/memories/search',
        { ...authorization, ...json },
        JSON.stringify({ query: question }),
      ),
      found,
    ),
    same('MCP 2026-07-28 tools/call search_memory', modernCall(authorization, call), found),
    same('MCP 2025-11-25 tools/call search_memory', legacyCall(authorization, call), found),
    await refreshing(server, 1, connections / 2),
  ]
}

const found = (answer: Answer) => {
  ok(answer)
  if (!answer.body.includes('Marguerite')) throw new Error(`nothing was found: ${answer.body.slice(0, 300)}`)
}

async function remember(server: ProductRunning, authorization: Record<string, string>): Promise<void> {
  const texts = Array.from(
    { length: 199 },
    (_, at) => `Day ${at}: the harbour log has ${at * 7} ships and ${at} gulls.`,
  )
  for (const text of [...texts, 'The lighthouse keeper is called Marguerite.']) {
    const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/memories/`, {
      method: 'POST',
      headers: { ...authorization, ...json },
      body: JSON.stringify({ text }),
    })
    if (!response.ok) throw new Error(`add: ${response.status} ${await response.text()}`)
  }
}

const streams = { ...json, accept: 'application/json, text/event-stream' }

export function modernCall(authorization: Record<string, string>, params: { name: string }): string {
  const version = '2026-07-28'
  const meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  }
  return requestText(
    'POST',
    '/mcp',
    {
      ...authorization,
      ...streams,
      'mcp-protocol-version': version,
      'mcp-method': 'tools/call',
      'mcp-name': params.name,
    },
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...params, _meta: meta } }),
  )
}

export const legacyCall = (authorization: Record<string, string>, params: { name: string }): string =>
  requestText(
    'POST',
    '/mcp',
    { ...authorization, ...streams, 'mcp-protocol-version': '2025-11-25' },
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  )

/** Each connection is a client that refreshes: an answer costs one RSA signature, and a second for the ID token with `openid`. */
export async function refreshing(server: ProductRunning, signatures: 1 | 2, clientCount: number): Promise<Scenario> {
  const scope = signatures === 1 ? 'memories:read offline_access' : 'openid memories:read offline_access'
  const clients: Signed[] = []
  for (let at = 0; at < clientCount; at++) clients.push(await signIn(server, { scope }))
  const tokens = clients.map(({ refreshToken }) => refreshToken)
  return {
    name: `POST /auth/token, refresh, ${signatures === 1 ? 'one signature' : 'two signatures'}`,
    connections: clients.length,
    request: (at) =>
      requestText(
        'POST',
        '/auth/token',
        { 'content-type': 'application/x-www-form-urlencoded' },
        new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: tokens[at] ?? '',
          client_id: clients[at]?.clientId ?? '',
        }).toString(),
      ),
    received(answer, at) {
      ok(answer)
      tokens[at] = /"refresh_token" *: *"([^"]+)"/.exec(answer.body)?.[1] ?? ''
    },
  }
}
