/** The path a person's client goes, with the official clients and nothing mocked: from 401 to a recalled memory. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { createLogin, type Login } from '../support/mcp-login.ts'
import { type Product, shapes, startProduct, target } from '../support/server.ts'

const identity = { name: 'end-to-end', version: '1' }

for (const shape of shapes) {
  describe(`on ${target}, ${shape}`, () => {
    let product: Product
    beforeAll(async () => {
      product = await startProduct(shape)
      await product.addUser('grace')
    }, 60_000)
    afterAll(async () => {
      await product.stop()
    })

    type Kind = 'streamable' | 'sse'
    const transportOf = (kind: Kind, login: Login) =>
      kind === 'sse'
        ? new SSEClientTransport(new URL('/mcp/sse', product.apiUrl), { authProvider: login })
        : new StreamableHTTPClientTransport(new URL('/mcp', product.apiUrl), { authProvider: login })

    /** As a client does it: try, be refused, sign in, try again. */
    async function connect(kind: Kind, user?: string) {
      const login = createLogin(product.issuer, () => product.issueCode(user))
      const first = transportOf(kind, login)
      // The SDK's transports type their optional fields another way than this project's compiler settings.
      const refusal = await new Client(identity).connect(first as Transport).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(UnauthorizedError)
      await first.finishAuth(await login.code())
      const client = new Client(identity)
      await client.connect(transportOf(kind, login) as Transport)
      return { client, login, call: callWith(client) }
    }

    const callWith = (client: Pick<Client, 'callTool'>) => async (name: string, input: Record<string, unknown>) => {
      const result = await client.callTool({ name, arguments: input })
      return result.structuredContent as Record<string, unknown>
    }

    for (const kind of ['streamable', 'sse'] as const) {
      test(`the SDK's client over ${kind}: 401, discovery, registration, sign-in, consent, remember, recall`, async () => {
        const { client, call } = await connect(kind)
        const { tools } = await client.listTools()
        expect(tools.map(({ name }) => name)).toContain('search_memory')
        const text = `Our ${kind} boat is called Swallow.`
        expect(await call('add_memories', { text })).toMatchObject({ results: [{ status: 'added' }] })
        const found = await call('search_memory', { query: `what is the ${kind} boat called` })
        expect(found.results).toBeArray()
        expect((found.results as unknown[])[0]).toMatchObject({ memory: { text, app: 'End to end' } })
        await client.close()
      }, 30_000)
    }

    test("the 2026-07-28 client recalls what another client's user told", async () => {
      const { login, client: legacy, call: tell } = await connect('streamable')
      await tell('add_memories', { text: 'The allotment is plot forty-two.' })
      await legacy.close()
      const client = new ModernClient({ name: 'modern', version: '1' }, { versionNegotiation: { mode: 'auto' } })
      const transport = new ModernTransport(new URL('/mcp', product.apiUrl), {
        requestInit: { headers: { authorization: `Bearer ${login.held.tokens?.access_token}` } },
      })
      await client.connect(transport)
      const result = await client.callTool({ name: 'search_memory', arguments: { query: 'allotment plot' } })
      expect(result.structuredContent).toMatchObject({
        results: [{ memory: { text: 'The allotment is plot forty-two.' } }],
      })
      await client.close()
    }, 30_000)

    test('two people never see each other, over Streamable HTTP and SSE', async () => {
      const [ada, grace] = [await connect('streamable'), await connect('sse', 'grace')]
      await ada.call('add_memories', { text: 'Ada hides the biscuits in the piano.' })
      expect(await grace.call('search_memory', { query: 'biscuits piano' })).toMatchObject({ results: [] })
      expect(await grace.call('list_memories', {})).toMatchObject({ total: 0 })
      await Promise.all([ada.client.close(), grace.client.close()])
    }, 30_000)

    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      test(`after ${signal} everything is there, and the refresh token still works`, async () => {
        const { login, client, call } = await connect('streamable')
        await call('add_memories', { text: `Written before ${signal}.` })
        await client.close()
        const statuses = await product.restart(signal)
        if (signal === 'SIGTERM') expect(statuses).toEqual(statuses.map(() => 0))
        const { tokens } = login.held
        const response = await fetch(`${product.issuer}/auth/token`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({
            grant_type: 'refresh_token',
            refresh_token: tokens?.refresh_token ?? '',
            client_id: login.held.client?.client_id ?? '',
          }),
        })
        expect(response.status).toBe(200)
        login.held.tokens = (await response.json()) as NonNullable<typeof tokens>
        const again = new Client(identity)
        await again.connect(transportOf('streamable', login) as Transport)
        expect(await callWith(again)('search_memory', { query: `before ${signal}` })).toMatchObject({
          results: [{ memory: { text: `Written before ${signal}.` } }],
        })
        await again.close()
      }, 30_000)
    }
  })
}
