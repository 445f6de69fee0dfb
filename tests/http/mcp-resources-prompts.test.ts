import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { modernRequest, startMcp } from '../support/mcp.ts'

const mcp = startMcp()
afterAll(() => mcp.close())
beforeAll(() => {
  mcp.notebook.notes.push(
    { owner: 'ada', app: 'x', text: 'tea at four' },
    { owner: 'eve', app: 'x', text: 'tea at nine' },
  )
})

type Rpc = { result?: Record<string, unknown>; error?: { code: number; message: string; data?: unknown } }
const ask = async (method: string, params: Record<string, unknown> = {}, token = 'ada'): Promise<Rpc> =>
  (await (await mcp.fetch(modernRequest(method, params, { token }))).json()) as Rpc
const read = (uri: string, token?: string) => ask('resources/read', { uri }, token)

describe('MCP 2026-07-28, Resources', () => {
  test('recent memories are listed; a category and one memory are templates', async () => {
    const { result: list } = await ask('resources/list')
    expect(list).toMatchObject({
      resources: [{ uri: 'memory://recent', mimeType: 'application/json' }],
      ttlMs: 300_000,
    })
    const { result: templates } = await ask('resources/templates/list')
    expect(templates).toMatchObject({
      resourceTemplates: [{ uriTemplate: 'memory://category/{category}' }, { uriTemplate: 'memory://memory/{id}' }],
      cacheScope: 'private',
    })
  })

  const reads: [string, unknown][] = [
    ['memory://recent', { items: [{ text: 'tea at four' }] }],
    ['memory://category/tea%20at', { items: [{ text: 'tea at four' }] }],
    ['memory://category/coffee', { items: [] }],
    ['memory://memory/1', { id: '1', text: 'tea at four' }],
  ]
  for (const [uri, content] of reads) {
    test(`${uri} reads as the person whose token it is, privately and for a moment`, async () => {
      const { result } = await read(uri)
      expect(result).toMatchObject({ resultType: 'complete', ttlMs: 5_000, cacheScope: 'private' })
      const [only] = (result?.contents ?? []) as { uri: string; mimeType: string; text: string }[]
      expect(only).toMatchObject({ uri, mimeType: 'application/json' })
      expect(JSON.parse(only?.text ?? '')).toEqual(content)
    })
  }

  for (const uri of [
    'memory://memory/2',
    'memory://memory/',
    'memory://memory/1/2',
    'memory://memory/%ff',
    'memory://nothing',
    'file:///etc/passwd',
  ]) {
    test(`${uri} is not found: -32602, naming the address`, async () => {
      expect((await read(uri)).error).toMatchObject({ code: -32602, data: { uri } })
    })
  }

  test('an input that the operation refuses is invalid params naming the field', async () => {
    const { error } = await read(`memory://category/${'a'.repeat(21)}`)
    expect(error).toMatchObject({ code: -32602, data: { code: 'input_invalid', field: 'categories.0' } })
  })

  test('what was not expected shows a request id and nothing from inside', async () => {
    const answer = await read('memory://memory/crash')
    expect(answer.error?.code).toBe(-32603)
    expect(JSON.stringify(answer)).not.toContain('SECRET-MARKER')
  })

  test('reading needs memories:read: HTTP 403 with the challenge', async () => {
    const response = await mcp.fetch(
      modernRequest('resources/read', { uri: 'memory://recent' }, { token: 'ada-write' }),
    )
    expect(response.status).toBe(403)
    expect(response.headers.get('www-authenticate')).toContain('scope="memories:read memories:write"')
  })
})

describe('MCP 2026-07-28, Prompts', () => {
  test('two prompts are listed with their arguments', async () => {
    const { result } = await ask('prompts/list')
    expect(result).toMatchObject({
      prompts: [
        { name: 'remember_this_conversation', title: 'Remember this conversation', arguments: [] },
        { name: 'what_do_you_know', arguments: [{ name: 'about', required: true }] },
      ],
      ttlMs: 300_000,
    })
  })

  test('a prompt is a message of the person, with what they asked about', async () => {
    const { result } = await ask('prompts/get', { name: 'what_do_you_know', arguments: { about: 'my sister' } })
    const [message] = (result?.messages ?? []) as { role: string; content: { text: string } }[]
    expect(message?.role).toBe('user')
    expect(message?.content.text).toEndWith('About: my sister')
  })

  const wrong: [string, Record<string, unknown>, string][] = [
    ['an unknown prompt', { name: 'nothing' }, 'Unknown prompt: nothing'],
    ['a missing argument', { name: 'what_do_you_know' }, '`about` is missing.'],
    [
      'an argument that is too long',
      { name: 'what_do_you_know', arguments: { about: 'a'.repeat(1_001) } },
      '`about` must have at most 1000 characters.',
    ],
  ]
  for (const [name, params, message] of wrong) {
    test(`${name} is invalid params`, async () => {
      expect((await ask('prompts/get', params)).error).toMatchObject({ code: -32602, message })
    })
  }
})

describe('MCP 2025-11-25, Icons', () => {
  test('the server and its tools name an icon that anyone may fetch', async () => {
    const { result } = await ask('tools/list')
    const icons = [{ src: 'http://localhost/mcp/icon.svg', mimeType: 'image/svg+xml', sizes: ['any'] }]
    const tools = (result?.tools ?? []) as object[]
    expect(tools[0]).toMatchObject({ icons })
    expect(result?._meta).toMatchObject({ 'io.modelcontextprotocol/serverInfo': { icons } })
    const icon = await mcp.fetch('http://localhost/mcp/icon.svg')
    expect(icon.status).toBe(200)
    expect(await icon.text()).toStartWith('<svg')
  })
})
