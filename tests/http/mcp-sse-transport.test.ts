/** `mcp/sse-transport` has the shape of the SDK's `Transport`: the SDK's own server, put behind it, speaks with the SDK's own client. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { createSseTransport, type SseTransport, senderOf } from '../../src/mcp/sse-transport.ts'
import type { Principal } from '../../src/resource/ports.ts'
import { principals } from '../support/mcp.ts'
import { testClock } from '../support/time.ts'

const { ada, eve } = principals(testClock()) as Record<string, Principal>
if (ada === undefined || eve === undefined) throw new Error('there is nobody')

/** The least that HTTP+SSE needs of HTTP: one stream, whose POSTs are ada's unless a header says eve. */
function serveOne(opened: SseTransport, connect: (transport: Transport) => Promise<void>) {
  return Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      if (request.method === 'GET') {
        await connect(opened)
        return new Response(opened.body, { headers: { 'content-type': 'text/event-stream' } })
      }
      const by = request.headers.get('x-by') === 'eve' ? eve : ada
      const message: unknown = await request.json()
      const outcome = opened.receive({ sender: senderOf(by as Principal), requestId: 'request-1', message })
      return new Response(outcome, { status: { accepted: 202, not_yours: 403, malformed: 400, unknown: 404 }[outcome] })
    },
  })
}

describe('the SDK between both ends', () => {
  const closed: string[] = []
  const server = new Server({ name: 'theirs', version: '1' }, { capabilities: { tools: {} } })
  server.setRequestHandler(CallToolRequestSchema, (call, { requestInfo, sessionId }) => ({
    content: [{ type: 'text', text: `${call.params.name} ${requestInfo?.headers['x-request-id']} ${sessionId}` }],
  }))
  server.onclose = () => void closed.push('server')
  const transport = createSseTransport({
    sessionId: 'session-1',
    principal: ada,
    endpoint: '/posts',
    bufferBytes: 65_536,
    nowMs: () => 0,
  })
  const http = serveOne(transport, (stream) => server.connect(stream))
  const client = new Client({ name: 'theirs too', version: '1' })
  const post = (body: unknown, by: string) =>
    fetch(`${http.url}posts`, { method: 'POST', headers: { 'x-by': by }, body: JSON.stringify(body) })

  beforeAll(() => client.connect(new SSEClientTransport(http.url)))
  afterAll(() => http.stop(true))

  test('a tool is called, and its handler sees which request and which session it was', async () => {
    expect(client.getServerVersion()).toEqual({ name: 'theirs', version: '1' })
    const { content } = await client.callTool({ name: 'greet' })
    expect(content).toEqual([{ type: 'text', text: 'greet request-1 session-1' }])
  })

  test('what another authorization posts, and what is no message, never reaches the server', async () => {
    const call = { jsonrpc: '2.0', id: 'theirs', method: 'tools/call', params: { name: 'greet' } }
    expect((await post(call, 'eve')).status).toBe(403)
    expect((await post({ hello: 'there' }, 'ada')).status).toBe(400)
  })

  test('the server hears when the stream is closed', async () => {
    expect(closed).toEqual([])
    await transport.close()
    expect(closed).toEqual(['server'])
  })
})
