/** The model in the process itself: fetched by a command, found by the server, in a thread of the target's own. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { residentMegabytes } from '../bench/process-stats.ts'
import { engineUrl } from '../support/engines.ts'
import { type FileServer, serveFiles } from '../support/file-server.ts'
import { freePort, freshFolder, runCommand, type Server, startServer, target } from '../support/server.ts'

const folder = engineUrl('EMBEDDER_MODEL_DIR')
const patienceMs = 120_000

describe.skipIf(folder === undefined)(`recall by meaning without key or server on ${target}`, () => {
  const dataDir = freshFolder()
  let files: FileServer
  let port: number
  let server: Server | undefined
  const variables = (more: Record<string, string> = {}) => ({
    DATA_DIR: dataDir,
    PORT: String(port),
    AUTH: 'none',
    MODEL_URL: files.url.href,
    ...more,
  })
  const start = async (more: Record<string, string> = {}) => {
    await server?.stop()
    server = await startServer(variables(more), port)
    return server
  }
  const post = async (path: string, body: object) => {
    const response = await fetch(`http://localhost:${port}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await response.json()) as { degraded?: string[]; results: { content: string; why: { lists: object[] } }[] }
  }
  const search = (query: string) => post('/memories/search', { query, limit: 3 })

  beforeAll(async () => {
    files = await serveFiles(() => folder ?? '')
    port = await freePort()
  })
  afterAll(async () => {
    await server?.stop()
    files.close()
  })

  test(
    'without its files the server goes by words, and says in one line how to get them',
    async () => {
      const { output } = await start()
      expect(output()).toMatch(/^ +meaning .*(src\/main.ts|souvenir) models pull$/m)
      await post('/memories/', { text: 'Rex, our golden retriever, loves the beach.' })
      await post('/memories/', { text: 'Ada flies to Lisbon on Friday.' })
      expect((await search('beach')).degraded).toBeUndefined()
      expect((await search('what is my dog called')).results).toEqual([])
      const elsewhere = await freePort()
      await expect(startServer(variables({ EMBEDDER: 'local', PORT: String(elsewhere) }), elsewhere)).rejects.toThrow(
        ' models pull',
      )
    },
    patienceMs,
  )

  test(
    'without a network the command says so, and what to do',
    async () => {
      const command = runCommand(variables({ MODEL_URL: 'http://127.0.0.1:1/' }), 'models', 'pull')
      await expect(command).rejects.toThrow('127.0.0.1:1 cannot be reached')
    },
    patienceMs,
  )

  test(
    'a proxy that HTTP_PROXY or HTTPS_PROXY names is asked, and what it refuses is said',
    async () => {
      const beside = { DATA_DIR: freshFolder(), MODEL_URL: 'http://models.test/', HTTP_PROXY: files.url.href }
      expect(await runCommand(variables(beside), 'models', 'pull')).toContain('all-MiniLM-L6-v2 is now in')
      const tunnels: string[] = []
      const proxy = createServer().on('connect', (request, socket) => {
        tunnels.push(request.url ?? '')
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      })
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
      const { port: proxyPort } = proxy.address() as AddressInfo
      const closed = { MODEL_URL: 'https://models.test/', HTTPS_PROXY: `http://127.0.0.1:${proxyPort}` }
      await expect(runCommand(variables(closed), 'models', 'pull')).rejects.toThrow(
        /models\.test.* (403|cannot be reached)/,
      )
      expect(tunnels[0]).toBe('models.test:443')
      proxy.close()
    },
    patienceMs,
  )

  test(
    'models pull fetches the files, prints their SHA-256, and models list shows them in use',
    async () => {
      const printed = await runCommand(variables(), 'models', 'pull')
      expect(printed).toMatch(/^[0-9a-f]{64} {2}onnx\/model_quantized\.onnx {2}\d+\.\d MB$/m)
      expect(printed).toMatch(/^[0-9a-f]{64} {2}config\.json {2}\d+ bytes$/m)
      const listed = await runCommand(variables(), 'models', 'list')
      expect(listed).toContain('* all-MiniLM-L6-v2')
      const command = target === 'bun' || target === 'deno' ? 'npx bun src/main.ts' : 'souvenir'
      expect(listed).toContain(`: ${command} models pull multilingual-e5-small`)
    },
    patienceMs,
  )

  test(
    'a question that would wait longer than the budget is answered by words, while the model is being loaded',
    async () => {
      const { output } = await start({ EMBEDDER_BUDGET_MS: '10' })
      expect(output()).toMatch(/^ +meaning +all-MiniLM-L6-v2, in this process$/m)
      const { degraded, results } = await search('beach')
      expect(degraded).toEqual(['embedder'])
      expect(results[0]?.content).toContain('Rex')
    },
    patienceMs,
  )

  test(
    'what was written before the model came is found by its meaning, without a word in common',
    async () => {
      await start({ EMBEDDER_BUDGET_MS: '60000' })
      const until = Date.now() + patienceMs / 2
      let found = await search('what is my dog called')
      while ((found.results.length === 0 || found.degraded !== undefined) && Date.now() < until) {
        await Bun.sleep(100)
        found = await search('what is my dog called')
      }
      expect(found.degraded).toBeUndefined()
      expect(found.results[0]).toMatchObject({
        content: 'Rex, our golden retriever, loves the beach.',
        why: { lists: [{ name: 'meaning', rank: 1 }] },
      })
      expect(await server?.stop()).toBe(0)
      server = undefined
    },
    patienceMs,
  )

  test(
    'an MCP client that lists the tools has the model loaded before the first question is asked',
    async () => {
      const { url, pid } = await start({ EMBEDDER_BUDGET_MS: '30000' })
      const before = residentMegabytes(pid)
      const listed = await fetch(`${url}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
      })
      expect(await listed.text()).toContain('search_memory')
      // The model takes some 150 MB: it is being loaded, and nobody has asked.
      for (let waited = 0; residentMegabytes(pid) < before + 100 && waited < patienceMs / 2; waited += 100)
        await Bun.sleep(100)
      expect(residentMegabytes(pid)).toBeGreaterThan(before + 100)
      expect((await search('beach')).degraded).toBeUndefined()
    },
    patienceMs,
  )
})
