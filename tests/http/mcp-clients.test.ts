import { describe, expect, test } from 'bun:test'
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { startMcp } from '../support/mcp.ts'

const bearer = { headers: { authorization: 'Bearer ada' } }

describe('The official clients list tools, write and read', () => {
  const legacy: [string, (fetch: ReturnType<typeof startMcp>['fetch']) => Transport][] = [
    [
      'MCP 2025-11-25: SDK v1 over Streamable HTTP',
      (fetch) =>
        new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), { fetch, requestInit: bearer }) as Transport,
    ],
    [
      'MCP 2024-11-05: SDK v1 over HTTP+SSE',
      (fetch) =>
        new SSEClientTransport(new URL('http://localhost/mcp/sse'), {
          requestInit: bearer,
          eventSourceInit: {
            fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...bearer.headers } }),
          },
          fetch,
        }),
    ],
  ]
  for (const [name, transport] of legacy) {
    test(name, async () => {
      const mcp = startMcp()
      const client = new Client({ name: 'test', version: '1' })
      await client.connect(transport(mcp.fetch))
      expect(client.getServerVersion()).toMatchObject({ name: 'souvenir', version: '0.0.1' })
      const { tools } = await client.listTools()
      expect(tools.map((tool) => tool.name)).toEqual(['add_note', 'search_notes', 'wipe_notes'])
      const added = await client.callTool({ name: 'add_note', arguments: { text: 'tea at four' } })
      expect(added).toMatchObject({ structuredContent: { id: '1', tags: [] } })
      const found = await client.callTool({ name: 'search_notes', arguments: { query: 'tea' } })
      expect(found.structuredContent).toEqual({ results: [{ text: 'tea at four' }] })
      expect(mcp.notebook.notes).toEqual([{ owner: 'ada', app: 'client-1', text: 'tea at four' }])
      await client.close()
      await mcp.close()
    })
  }

  test('MCP 2026-07-28: SDK v2 negotiates the revision and discovers', async () => {
    const mcp = startMcp()
    const client = new ModernClient({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } })
    await client.connect(
      new ModernTransport(new URL('http://localhost/mcp'), { fetch: mcp.fetch, requestInit: bearer }),
    )
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
    const { tools } = await client.listTools()
    expect(tools.map((tool) => tool.name)).toEqual(['add_note', 'search_notes', 'wipe_notes'])
    await client.callTool({ name: 'add_note', arguments: { text: 'tea at five' } })
    const found = await client.callTool({ name: 'search_notes', arguments: { query: 'tea' } })
    expect(found.structuredContent).toEqual({ results: [{ text: 'tea at five' }] })
    await client.close()
    await mcp.close()
  })
})
