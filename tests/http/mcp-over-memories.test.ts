import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { gzipSync, strToU8, zipSync } from 'fflate'
import { type Deployment, deploy } from '../support/deployment.ts'
import { modernRequest } from '../support/mcp.ts'

let here: Deployment
let token: string
beforeAll(async () => {
  here = await deploy()
  token = (await here.signIn(await here.register())).access_token
})
afterAll(() => here.close())

type Rpc = { result?: Record<string, unknown>; error?: { code: number } }
async function ask(method: string, params: Record<string, unknown> = {}): Promise<Rpc> {
  const request = modernRequest(method, params, { token })
  const response = await here.send('/mcp', {
    method: 'POST',
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  })
  return (await response.json()) as Rpc
}
const call = (name: string, input: Record<string, unknown>) => ask('tools/call', { name, arguments: input })
async function read(uri: string) {
  const { result, error } = await ask('resources/read', { uri })
  const [content] = (result?.contents ?? []) as { text: string; mimeType: string; _meta?: unknown }[]
  return { content, error }
}

describe('MCP 2026-07-28, Resources, over real memories', () => {
  test('recent, a category and one memory read what was added', async () => {
    const text = 'Grace keeps bees on the roof.'
    await call('add_memories', { text, categories: ['hobbies'] })
    for (const uri of ['memory://recent', 'memory://category/hobbies']) {
      const { memories } = JSON.parse((await read(uri)).content?.text ?? '')
      expect(memories).toMatchObject([{ text }])
      const one = await read(`memory://memory/${memories[0].id}`)
      expect(JSON.parse(one.content?.text ?? '')).toMatchObject({ id: memories[0].id, text })
    }
    expect(JSON.parse((await read('memory://category/work')).content?.text ?? '')).toMatchObject({ memories: [] })
  })

  test('the address of a memory names it and nothing else, whatever id an import brought along', async () => {
    const line = { id: '../apps?x#y', content: 'The ferry leaves at nine.' }
    const zip = zipSync({
      'memories.json': strToU8('{"memories":[]}'),
      'memories.jsonl.gz': gzipSync(strToU8(JSON.stringify(line))),
    })
    await here.send('/api/v1/backup/import', {
      method: 'POST',
      headers: { 'content-type': 'application/zip', authorization: `Bearer ${token}` },
      body: new Blob([new Uint8Array(zip)]),
    })
    const { url } = JSON.parse((await read('memory://memory/..%2Fapps%3Fx%23y')).content?.text ?? '')
    expect(new URL(url).pathname).toBe('/memories/..%2Fapps%3Fx%23y')
  })

  test('a memory that is not there is not found', async () => {
    const { error } = await read('memory://memory/01890a5d-ac96-774b-bcce-b302099a8057')
    expect(error?.code).toBe(-32602)
  })
})

describe('Every tool over real operations', () => {
  test('says what it does, asks for a scope, takes an object and has all hints', async () => {
    const { result } = await ask('tools/list')
    const tools = (result?.tools ?? []) as Record<string, unknown>[]
    expect(tools.length).toBeGreaterThanOrEqual(8)
    for (const tool of tools) {
      expect(tool.name).toMatch(/^[A-Za-z0-9_.-]{1,128}$/)
      expect(tool).toMatchObject({
        title: expect.any(String),
        description: expect.any(String),
        inputSchema: { type: 'object' },
        outputSchema: { type: 'object' },
        annotations: {
          readOnlyHint: expect.any(Boolean),
          destructiveHint: expect.any(Boolean),
          idempotentHint: expect.any(Boolean),
          openWorldHint: false,
        },
        securitySchemes: [{ type: 'oauth2', scopes: [expect.stringMatching(/^memories:(read|write)$/)] }],
      })
    }
  })

  test('ChatGPT: whoami is the profile tool', async () => {
    const { result } = await ask('tools/list')
    const tools = (result?.tools ?? []) as { name: string; _meta: Record<string, unknown> }[]
    expect(tools.filter(({ _meta }) => _meta['openai/profile'] === true).map(({ name }) => name)).toEqual(['whoami'])
    expect((await call('whoami', {})).result?.structuredContent).toMatchObject({ id: expect.any(String) })
  })

  test('whoami counts what the statistics count, and tells what the person wants kept in mind, cut where it is long', async () => {
    const rest = async (method: string, path: string, body?: unknown) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const given = body === undefined ? {} : { body: JSON.stringify(body) }
      const response = await here.send(`/api/v1${path}`, { method, headers, ...given })
      expect([path, response.ok ? 'ok' : await response.clone().text()]).toEqual([path, 'ok'])
      return (await response.json()) as Record<string, unknown>
    }
    const whoami = async () => (await call('whoami', {})).result?.structuredContent
    await call('add_memories', { text: 'Grace had a boat once.' })
    const { id } = JSON.parse((await read('memory://recent')).content?.text ?? '').memories[0]
    await rest('POST', '/memories/actions/pause', { memory_ids: [id], state: 'archived' })
    const { total_memories } = await rest('GET', '/stats/')
    expect(await whoami()).toMatchObject({ memories: total_memories })
    expect(await whoami()).not.toHaveProperty('custom_instructions')
    const wishes = `Nothing about my health. ${'x'.repeat(3_000)}`
    await rest('PUT', '/config/', { openmemory: { custom_instructions: wishes } })
    expect(await whoami()).toMatchObject({ custom_instructions: wishes.slice(0, 2_000) })
    await rest('POST', '/config/reset')
  })

  test('the order of the list is stable', async () => {
    expect(JSON.stringify((await ask('tools/list')).result)).toBe(JSON.stringify((await ask('tools/list')).result))
  })
})

describe('MCP Apps 2026-01-26, over real operations', () => {
  test('search_memory names the widget, and no other tool does', async () => {
    const { result } = await ask('tools/list')
    const named = ((result?.tools ?? []) as { name: string; _meta: { ui?: unknown } }[]).filter(({ _meta }) => _meta.ui)
    expect(named).toMatchObject([
      { name: 'search_memory', _meta: { ui: { resourceUri: 'ui://souvenir/recall.html' } } },
    ])
  })

  test('the widget is an HTML document that may reach no host', async () => {
    const { content } = await read('ui://souvenir/recall.html')
    expect(content?.mimeType).toBe('text/html;profile=mcp-app')
    expect(content?._meta).toEqual({ ui: { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: true } })
    expect(content?.text).toStartWith('<!doctype html>')
    expect(content?.text).not.toMatch(/https?:|innerHTML|fetch\(|import\(/)
  })
})
