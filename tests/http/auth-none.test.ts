/** AUTH=none: development on one machine, without sign-in. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { loadConfig } from '../../src/config/config.ts'
import { ConfigError } from '../../src/config/read.ts'
import { allRoles } from '../../src/config/roles.ts'
import { type Deployment, deploy } from '../support/deployment.ts'

let open: Deployment
beforeAll(async () => {
  open = await deploy({ AUTH: 'none' })
})
afterAll(() => open.close())

const tool = (name: string, input: unknown) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: input },
})

describe('AUTH=none', () => {
  test('REST and MCP serve without a token, as one person', async () => {
    const added = await open.json('/api/v1/memories/', { text: 'The key hangs behind the clock.' })
    expect(added.status).toBeLessThan(300)
    const answer = await open.send('/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify(tool('search_memory', { query: 'where is the key' })),
    })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('behind the clock')
  })

  test('the person is the one whom a printed code signs in: with sign-in, the memories are there', async () => {
    const { id } = (await (await open.send('/api/v1/me')).json()) as { id: string }
    const signedIn = await deploy({ DATA_DIR: open.config.dataDir })
    const tokens = await signedIn.signIn(await signedIn.register())
    const me = await signedIn.send('/api/v1/me', { headers: { authorization: `Bearer ${tokens.access_token}` } })
    expect(((await me.json()) as { id: string }).id).toBe(id)
    await signedIn.close()
  })

  test('there is no sign-in server to find', async () => {
    for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-protected-resource', '/auth/jwks']) {
      expect([path, (await open.send(path)).status]).toEqual([path, 404])
    }
  })

  test('another Host or Origin is refused', async () => {
    expect((await open.send('/api/v1/me', { headers: { host: 'evil.example' } })).status).toBe(403)
    expect((await open.send('/api/v1/me', { headers: { origin: 'https://chatgpt.com' } })).status).toBe(403)
  })

  test('a page of another port cannot write: a body without a media type needs no preflight', async () => {
    const planted = (origin: string) =>
      open.send('/api/v1/memories/', {
        method: 'POST',
        headers: { origin, 'sec-fetch-site': 'same-site' },
        body: new Blob(['{"text":"Planted by a page."}']),
      })
    const refused = await planted('http://localhost:1')
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({ code: 'origin_not_allowed' })
    expect((await planted(open.config.uiBaseUrl)).status).toBe(200)
  })

  test('an address that is not loopback is refused at start, naming its variable', () => {
    for (const name of ['OIDC_BASE_URL', 'API_BASE_URL', 'UI_BASE_URL']) {
      expect(() => loadConfig(new Set(allRoles), { AUTH: 'none', [name]: 'https://memory.example.com' })).toThrow(name)
    }
    expect(() => loadConfig(new Set(['auth']), { AUTH: 'none' })).toThrow(ConfigError)
  })

  test('a HOST beyond this machine is refused with what to do, unless whoever runs it says by which names it is called', () => {
    for (const HOST of ['0.0.0.0', '::', '192.168.1.2', 'mybox']) {
      const start = () => loadConfig(undefined, { AUTH: 'none', HOST })
      expect(start).toThrow(/HOST is .*set HOST=127\.0\.0\.1.*-p 127\.0\.0\.1:8765:8765.*ALLOWED_HOSTS=localhost/)
      expect(loadConfig(undefined, { AUTH: 'none', HOST, ALLOWED_HOSTS: 'openmemory-mcp' }).listen.host).toBe(HOST)
      expect(loadConfig(undefined, { HOST }).listen.host).toBe(HOST)
    }
    for (const HOST of ['localhost', '127.0.0.1', '127.0.0.53', '::1']) {
      expect(loadConfig(undefined, { AUTH: 'none', HOST }).listen.host).toBe(HOST)
    }
  })
})
