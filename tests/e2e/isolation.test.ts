/** Two people on one server: neither sees, changes or deletes what the other told, over any surface, even knowing its id. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { type Signed, signIn } from '../support/script.ts'
import { type Product, shapes, startProduct, target } from '../support/server.ts'

const secret = 'Ada hides the biscuits in the piano.'
const identity = { name: 'isolation', version: '1' }

describe.each([...shapes])(`two people on ${target}, %s`, (shape) => {
  let product: Product
  let ada: Signed
  let grace: Signed
  let id: string

  const api = (who: Signed, method: string, path: string, body?: unknown) =>
    fetch(`${product.apiUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${who.accessToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  beforeAll(async () => {
    product = await startProduct(shape)
    await product.addUser('grace')
    ada = await signIn(product)
    grace = await signIn(product, { user: 'grace' })
    const added = await api(ada, 'POST', '/memories/', { text: secret })
    id = ((await added.json()) as { id: string }).id
  }, 60_000)
  afterAll(async () => {
    await product.stop()
  })

  test('REST: what is another person’s is 404 by its id, and in no list, search or count', async () => {
    const byId = [
      await api(grace, 'GET', `/memories/${id}`),
      await api(grace, 'PUT', `/memories/${id}`, { memory_content: 'Grace was here.' }),
      await api(grace, 'DELETE', `/memories/${id}`),
      await api(grace, 'GET', `/memories/${id}/related`),
      await api(grace, 'GET', `/memories/${id}/access-log`),
      await api(grace, 'GET', `/memories/${id}/access-log/days`),
    ]
    expect(byId.map(({ status }) => status)).toEqual(byId.map(() => 404))
    const lists = [
      await api(grace, 'GET', '/memories/'),
      await api(grace, 'POST', '/memories/search', { query: 'biscuits piano' }),
      await api(grace, 'POST', '/memories/filter', {}),
      await api(grace, 'GET', '/stats/'),
      await api(grace, 'GET', '/apps/'),
    ]
    for (const response of lists) {
      const text = await response.text()
      expect([response.status, text.includes('biscuits'), text.includes(id)]).toEqual([200, false, false])
    }
    await api(grace, 'DELETE', '/memories/', { memory_ids: [id] })
    expect(await (await api(ada, 'GET', `/memories/${id}`)).text()).toContain(secret)
  })

  const clients: [
    string,
    (headers: Record<string, string>) => Promise<Pick<Client, 'callTool' | 'listTools' | 'close'>>,
  ][] = [
    [
      'MCP 2026-07-28',
      async (headers) => {
        const client = new ModernClient(identity, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
        await client.connect(new ModernTransport(new URL('/mcp', product.apiUrl), { requestInit: { headers } }))
        return client as unknown as Pick<Client, 'callTool' | 'listTools' | 'close'>
      },
    ],
    [
      'MCP 2025-11-25',
      async (headers) => {
        const client = new Client(identity)
        const url = new URL('/mcp', product.apiUrl)
        await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }) as Transport)
        return client
      },
    ],
    [
      'HTTP+SSE',
      async (headers) => {
        const client = new Client(identity)
        const transport = new SSEClientTransport(new URL('/mcp/sse', product.apiUrl), {
          requestInit: { headers },
          eventSourceInit: { fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }) },
        })
        await client.connect(transport)
        return client
      },
    ],
  ]
  for (const [era, connect] of clients) {
    test(`${era}: no tool shows, fetches or deletes what is another person’s`, async () => {
      const client = await connect({ authorization: `Bearer ${grace.accessToken}` })
      const calls: [string, Record<string, unknown>][] = [
        ['search_memory', { query: 'biscuits piano' }],
        ['list_memories', {}],
        ['search', { query: 'biscuits piano' }],
        ['fetch', { id }],
        ['update_memory', { id, text: 'Grace was here.' }],
        ['entity_timeline', { entity: 'Ada' }],
        ['whoami', {}],
        ['delete_memories', { memory_ids: [id] }],
      ]
      // What else there is takes no id, and works on whoever asks.
      const besides = ['add_memories', 'delete_all_memories']
      const { tools } = await client.listTools()
      expect(tools.map(({ name }) => name).sort()).toEqual([...calls.map(([name]) => name), ...besides].sort())
      for (const [name, input] of calls) {
        const result = await client.callTool({ name, arguments: input })
        expect([name, JSON.stringify(result).includes('hides the')]).toEqual([name, false])
      }
      await client.close()
      const mine = await connect({ authorization: `Bearer ${ada.accessToken}` })
      const found = await mine.callTool({ name: 'fetch', arguments: { id } })
      expect(JSON.stringify(found)).toContain(secret)
      await mine.close()
    }, 30_000)
  }
})
