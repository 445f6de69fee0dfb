/** What ChatGPT's deep research, company knowledge and plugins ask of the tools, over the real operations. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Deployment, deploy, origin } from '../support/deployment.ts'

let here: Deployment
let token: string
beforeAll(async () => {
  here = await deploy()
  token = (await here.signIn(await here.register())).access_token
})
afterAll(() => here.close())

async function rpc(method: string, params: Record<string, unknown> = {}) {
  const response = await here.send('/mcp', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return (await response.json()).result
}
const call = (name: string, input: Record<string, unknown>) => rpc('tools/call', { name, arguments: input })

interface ToolSeen {
  readonly name: string
  readonly inputSchema: { readonly properties: Record<string, { readonly type: string }>; readonly required?: string[] }
  readonly securitySchemes: readonly { readonly type: string; readonly scopes: readonly string[] }[]
  readonly _meta: Record<string, unknown>
}

describe('ChatGPT: search and fetch', () => {
  test('each takes one string and nothing else', async () => {
    const { tools } = (await rpc('tools/list')) as { tools: ToolSeen[] }
    for (const [name, argument] of [
      ['search', 'query'],
      ['fetch', 'id'],
    ] as const) {
      const schema = tools.find((tool) => tool.name === name)?.inputSchema
      expect(schema?.required).toEqual([argument])
      expect(Object.keys(schema?.properties ?? {})).toEqual([argument])
      expect(schema?.properties[argument]?.type).toBe('string')
    }
  })

  test('search gives results[{id,title,url}], fetch {id,title,text,url,metadata}, each mirrored as one JSON text', async () => {
    const text = 'The ferry to Iona leaves at ten.'
    await call('add_memories', { text })
    const found = await call('search', { query: 'ferry to Iona' })
    expect(Object.keys(found.structuredContent)).toEqual(['results'])
    const [first] = found.structuredContent.results
    expect(Object.keys(first).toSorted()).toEqual(['id', 'title', 'url'])
    expect(first).toMatchObject({ title: text, url: `${origin}/memories/${first.id}` })
    const fetched = await call('fetch', { id: first.id })
    expect(Object.keys(fetched.structuredContent).toSorted()).toEqual(['id', 'metadata', 'text', 'title', 'url'])
    expect(fetched.structuredContent).toMatchObject({ id: first.id, title: text, text, url: first.url })
    for (const { content, structuredContent } of [found, fetched]) {
      expect(content).toEqual([{ type: 'text', text: JSON.stringify(structuredContent) }])
    }
  })

  test('the url is a page of this server: who is not signed in is sent to do so, and nothing of the memory is shown', async () => {
    const { structuredContent } = await call('search', { query: 'ferry to Iona' })
    const response = await here.send(new URL(structuredContent.results[0].url).pathname, {
      headers: { accept: 'text/html' },
    })
    expect(response.status).not.toBe(404)
    expect(response.status).toBeLessThan(500)
    expect(await response.text()).not.toContain('Iona leaves')
  })
})

describe('ChatGPT: tools', () => {
  test('every tool says which scope it needs, on itself and in _meta, and never one that is not advertised', async () => {
    const { tools } = (await rpc('tools/list')) as { tools: ToolSeen[] }
    const metadata = await (await here.send('/.well-known/oauth-protected-resource/mcp')).json()
    for (const { securitySchemes, _meta } of tools) {
      expect(securitySchemes).toEqual([{ type: 'oauth2', scopes: [expect.any(String)] }])
      expect(metadata.scopes_supported).toContain(securitySchemes[0]?.scopes[0])
      expect(_meta.securitySchemes).toEqual(securitySchemes)
    }
  })

  test('the profile tool gives an id, and a name where there is one', async () => {
    const { tools } = (await rpc('tools/list')) as { tools: ToolSeen[] }
    const profiles = tools.filter(({ _meta }) => _meta['openai/profile'] === true)
    expect(profiles.map(({ name }) => name)).toEqual(['whoami'])
    expect((await call('whoami', {})).structuredContent).toMatchObject({
      id: expect.any(String),
      name: expect.any(String),
    })
  })
})

describe('CORS on the resources', () => {
  const preflight = (path: string, from: string) =>
    here.send(path, {
      method: 'OPTIONS',
      headers: {
        origin: from,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    })
  const asked = [
    'authorization',
    'content-type',
    'accept',
    'mcp-protocol-version',
    'mcp-method',
    'mcp-name',
    'mcp-session-id',
    'last-event-id',
  ]

  for (const path of ['/mcp', '/mcp/sse', '/api/v1/memories/']) {
    test(`${path}: preflight without a token, for ChatGPT's origins and no other`, async () => {
      for (const from of ['https://chatgpt.com', 'https://chat.openai.com', 'https://platform.openai.com']) {
        const response = await preflight(path, from)
        expect(response.status).toBeLessThan(300)
        expect(response.headers.get('access-control-allow-origin')).toBe(from)
        const allowed = (response.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/, */)
        expect(allowed).toEqual(expect.arrayContaining(asked))
      }
      expect((await preflight(path, 'https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
    })
  }

  test("what a browser's client needs of an answer is exposed, also of a refusal", async () => {
    const response = await here.send('/mcp', { method: 'POST', headers: { origin: 'https://chatgpt.com' } })
    expect(response.status).toBe(401)
    const exposed = (response.headers.get('access-control-expose-headers') ?? '').toLowerCase()
    for (const name of ['www-authenticate', 'mcp-session-id', 'mcp-protocol-version']) expect(exposed).toContain(name)
  })
})
