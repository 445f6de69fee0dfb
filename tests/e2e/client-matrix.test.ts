/**
 * Every client that can be had as a program, against the product as a black box: 401, discovery, registration, sign-in with a printed
 * code, consent, then list, add, search and delete. PYTHON_CLIENTS and MCP_TOOLS_DIR (tests/services/up) name what is no dependency.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import {
  Client as ModernClient,
  SSEClientTransport as ModernSse,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { createBrowser, signInAndAllow } from '../support/browser.ts'
import { engineUrl } from '../support/engines.ts'
import { createLogin, type Login } from '../support/mcp-login.ts'
import { freePort, freshFolder, type Product, startProduct, target } from '../support/server.ts'
import { projectRoot } from '../support/source-files.ts'

/** Programs take seconds to start: in CI once is enough, on what people run. */
const withPrograms = process.env.CI === undefined || target === 'binary'
const python = withPrograms ? engineUrl('PYTHON_CLIENTS') : undefined
const mcpTools = withPrograms ? engineUrl('MCP_TOOLS_DIR') : undefined
const identity = { name: 'matrix', version: '1' }

/** What a client saw, in the shapes that it gave. */
interface Seen {
  readonly tools: readonly string[]
  readonly added: unknown
  readonly found: unknown
  readonly deleted: unknown
  readonly after: unknown
}

type Call = (name: string, input: Record<string, unknown>) => Promise<unknown>

/** Adds, searches and deletes by a client's own way to call a tool. */
async function useTools(text: string, query: string, tools: readonly string[], call: Call): Promise<Seen> {
  const added = (await call('add_memories', { text })) as { results: { memory: { id: string } }[] }
  const found = await call('search_memory', { query })
  const deleted = await call('delete_memories', { memory_ids: [added.results[0]?.memory.id ?? ''] })
  return { tools, added, found, deleted, after: await call('search_memory', { query }) }
}

describe(`every client, on ${target}`, () => {
  let product: Product
  beforeAll(async () => {
    product = await startProduct('one process')
  }, 60_000)
  afterAll(async () => {
    await product.stop()
  })

  const login = () => createLogin(product.issuer, () => product.issueCode())
  const address = (path: string) => new URL(path, product.apiUrl)

  /** As an SDK's client is used: the first connection is refused and sends the person to sign in, the second is served. */
  async function connected<T>(
    make: (login: Login) => T,
    finish: (transport: T, login: Login) => Promise<unknown>,
    connect: (transport: T) => Promise<unknown>,
  ) {
    const signing = login()
    const first = make(signing)
    const refusal = await connect(first).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ name: expect.stringMatching(/Unauthorized|Error/) })
    await finish(first, signing)
    await connect(make(signing))
  }

  type Legacy = StreamableHTTPClientTransport | SSEClientTransport
  async function legacy(make: (login: Login) => Legacy, text: string, query: string): Promise<Seen> {
    let client = new Client(identity)
    await connected(
      make,
      async (transport, signing) => transport.finishAuth(await signing.code()),
      (transport) => {
        client = new Client(identity)
        // The SDK's transports type their optional fields another way than this project's compiler settings.
        return client.connect(transport as Transport)
      },
    )
    const { tools } = await client.listTools()
    const names = tools.map(({ name }) => name)
    const seen = await useTools(text, query, names, async (name, input) => {
      return (await client.callTool({ name, arguments: input })).structuredContent
    })
    await client.close()
    return seen
  }

  async function modern(mode: 'auto' | 'legacy' | { pin: string }, negotiated: string, text: string, query: string) {
    let client = new ModernClient(identity)
    await connected(
      (signing) =>
        mode === 'legacy'
          ? new ModernSse(address('/mcp/sse'), { authProvider: signing })
          : new ModernTransport(address('/mcp'), { authProvider: signing }),
      async (transport, signing) => transport.finishAuth(await signing.returned()),
      (transport) => {
        client = new ModernClient(identity, { versionNegotiation: { mode } })
        return client.connect(transport)
      },
    )
    expect(client.getNegotiatedProtocolVersion()).toBe(negotiated)
    const { tools } = await client.listTools()
    const names = tools.map(({ name }) => name)
    const seen = await useTools(text, query, names, async (name, input) => {
      return (await client.callTool({ name, arguments: input })).structuredContent
    })
    await client.close()
    return seen
  }

  /** A client that is a program: it says where a browser should go, and listens itself for what comes back. */
  async function program(command: readonly string[], environment: Record<string, string> = {}): Promise<string> {
    const child = Bun.spawn([...command], {
      cwd: freshFolder(),
      env: { PATH: process.env.PATH ?? '', HOME: freshFolder(), ...environment },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    let [printed, told] = ['', '']
    let visiting: Promise<unknown> | undefined
    const look = () => {
      const url = new RegExp(`${product.issuer}/auth/authorize\\?[^\\s"]+`).exec(`${printed}\n${told}`)?.[0]
      if (url === undefined || visiting !== undefined) return
      const browser = createBrowser(product.issuer, (request) => fetch(request))
      visiting = signInAndAllow(browser, url, () => product.issueCode()).then((back) => fetch(back))
    }
    const read = async (stream: ReadableStream<Uint8Array>, keep: (text: string) => void) => {
      const decoder = new TextDecoder()
      for await (const chunk of stream) {
        keep(decoder.decode(chunk, { stream: true }))
        look()
      }
    }
    await Promise.all([
      read(child.stdout, (text) => {
        printed += text
      }),
      read(child.stderr, (text) => {
        told += text
      }),
    ])
    const status = await child.exited
    await visiting
    if (status !== 0) throw new Error(`${command.join(' ')}: exit ${status}: ${told.slice(-3_000)}`)
    return printed
  }

  async function byPython(kind: string, path: string, text: string, query: string): Promise<Seen> {
    const script = join(projectRoot, 'tests/e2e/python_client.py')
    const printed = await program([python ?? '', script, kind, address(path).href, text, query])
    return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Seen
  }

  /** Each request is a run of its own; the first one signs in and keeps the token in its HOME for the others. */
  async function inspector(era: string, path: string, text: string, query: string): Promise<Seen> {
    const script = join(mcpTools ?? '', '@modelcontextprotocol/inspector/clients/launcher/build/index.js')
    const home = freshFolder()
    const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`
    const words = ['--cli', '--server-url', address(path).href, '--protocol-era', era, '--callback-url', callback]
    const run = async (...more: string[]) => {
      const command = [process.execPath, script, ...words, '--format', 'json', ...more]
      const environment = { HOME: home, MCP_AUTO_OPEN_ENABLED: 'true', BROWSER: 'true' }
      const { result } = JSON.parse(await program(command, environment)) as { result: Record<string, unknown> }
      return result
    }
    const { tools } = (await run('--method', 'tools/list')) as { tools: { name: string }[] }
    const names = tools.map(({ name }) => name)
    return useTools(text, query, names, async (name, input) => {
      const called = ['--method', 'tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(input)]
      return (await run(...called)).structuredContent
    })
  }

  const matrix: [string, boolean, (text: string, query: string) => Promise<Seen>][] = [
    [
      'SDK v1 over Streamable HTTP',
      true,
      (...given) =>
        legacy((auth) => new StreamableHTTPClientTransport(address('/mcp'), { authProvider: auth }), ...given),
    ],
    [
      'SDK v1 over HTTP+SSE',
      true,
      (...given) => legacy((auth) => new SSEClientTransport(address('/mcp/sse'), { authProvider: auth }), ...given),
    ],
    ['SDK v2, auto', true, (...given) => modern('auto', '2026-07-28', ...given)],
    ['SDK v2, 2026-07-28', true, (...given) => modern({ pin: '2026-07-28' }, '2026-07-28', ...given)],
    ['SDK v2 over HTTP+SSE', true, (...given) => modern('legacy', '2025-11-25', ...given)],
    ['mcp of PyPI over Streamable HTTP', python !== undefined, (...given) => byPython('mcp', '/mcp', ...given)],
    ['mcp of PyPI over HTTP+SSE', python !== undefined, (...given) => byPython('mcp-sse', '/mcp/sse', ...given)],
    ['fastmcp of PyPI', python !== undefined, (...given) => byPython('fastmcp', '/mcp', ...given)],
    ['Inspector, legacy', mcpTools !== undefined, (...given) => inspector('legacy', '/mcp', ...given)],
    ['Inspector, modern', mcpTools !== undefined, (...given) => inspector('modern', '/mcp', ...given)],
  ]
  for (const [at, [name, there, use]] of matrix.entries()) {
    if (!there) continue
    test(`${name}: signs in, lists, adds, searches, deletes`, async () => {
      const text = `Boat number ${at} is called Heron ${at}.`
      const seen = await use(text, `what is boat number ${at} called`)
      expect(seen.tools).toContain('search_memory')
      expect(seen.added).toMatchObject({ results: [{ status: 'added', memory: { text } }] })
      expect(JSON.stringify(seen.found)).toContain(text)
      expect(seen.deleted).toMatchObject({ deleted: [expect.any(String)] })
      expect(JSON.stringify(seen.after)).not.toContain(text)
    }, 120_000)
  }
})
