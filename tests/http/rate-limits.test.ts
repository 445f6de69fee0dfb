/** Rate limits at every edge: people on the resources, addresses on the sign-in server. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { addressOf, type Deployment, deploy, type Registered, redirectUri, type Tokens } from '../support/deployment.ts'

let deployment: Deployment
let client: Registered
let tokens: Tokens

const perMinute = 4
const burst = 2

beforeAll(async () => {
  deployment = await deploy({
    RATE_LIMIT_PER_MINUTE: String(perMinute),
    RATE_LIMIT_BURST: String(burst),
    SIGN_IN_PER_MINUTE: '3',
    REGISTRATIONS_PER_HOUR: '3',
    TOKEN_FAILURES_PER_MINUTE: '2',
    AUTHORIZATIONS_PER_MINUTE: '4',
  })
  client = await deployment.register()
  tokens = await deployment.signIn(client)
})
afterAll(() => deployment.close())

/** As a client at another address sends it. */
const sendFrom = (address: string, path: string, init?: RequestInit) =>
  deployment.serve(new Request(addressOf(path), init), { address })

const form = (fields: Record<string, string>): RequestInit => ({ method: 'POST', body: new URLSearchParams(fields) })
const bearer = ({ access_token }: Tokens) => ({ authorization: `Bearer ${access_token}` })

/** RFC 6585 section 4, and the fields of draft-ietf-httpapi-ratelimit-headers-10. */
function expectRefusal(response: Response, rule: string, policy: string) {
  expect(response.status).toBe(429)
  expect(Number(response.headers.get('retry-after'))).toBeWithin(1, 3_601)
  expect(response.headers.get('ratelimit-policy')).toBe(`"${rule}";${policy}`)
  expect(response.headers.get('ratelimit')).toMatch(new RegExp(`^"${rule}";r=0;t=\\d+$`))
}

describe('A batch over MCP', () => {
  test('2025-03-26: counts as the messages in it, and one beyond the allowance does nothing', async () => {
    const limited = await deploy({ RATE_LIMIT_PER_MINUTE: '6', RATE_LIMIT_BURST: '2' })
    const authorization = bearer(await limited.signIn(await limited.register()))
    const add = (n: number) => ({ name: 'add_memories', arguments: { text: `Number ${n} is a memory.` } })
    const post = (count: number) =>
      limited.send('/mcp', {
        method: 'POST',
        headers: { ...authorization, 'content-type': 'application/json' },
        body: JSON.stringify(
          Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: add(id) })),
        ),
      })
    const served = await post(3)
    expect(served.status).toBe(200)
    expect(served.headers.get('ratelimit')).toStartWith('"principal";r=3;')
    expectRefusal(await post(7), 'principal', 'q=6;w=60')
    const headers = bearer(await limited.signIn(await limited.register()))
    expect(await (await limited.send('/api/v1/memories', { headers })).json()).toMatchObject({ total: 3 })
    await limited.close()
  })
})

describe('The resources: an allowance for each person and client', () => {
  test('/api/v1 serves what a minute allows and the burst, then answers 429 with Retry-After', async () => {
    const me = () => deployment.send('/api/v1/me', { headers: bearer(tokens) })
    for (let n = 1; n <= perMinute + burst; n++) {
      const response = await me()
      expect(response.status).toBe(200)
      const remaining = n <= perMinute ? perMinute - n : perMinute + burst - n
      expect(response.headers.get('ratelimit')).toStartWith(`"principal";r=${remaining};`)
    }
    const refused = await me()
    expectRefusal(refused, 'principal', `q=${perMinute};w=60`)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(await refused.json()).toMatchObject({ status: 429, code: 'rate_limited' })
  })

  test('/mcp and /mcp/sse draw on the same allowance, and say so as JSON-RPC', async () => {
    for (const path of ['/mcp', '/mcp/sse']) {
      const refused = await deployment.send(path, {
        method: 'POST',
        headers: { ...bearer(tokens), 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      })
      expectRefusal(refused, 'principal', `q=${perMinute};w=60`)
      expect(await refused.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 } })
    }
  })

  test('another client of the same person, or another person, is served all the same', async () => {
    const other = await deployment.signIn(await deployment.register())
    expect((await deployment.send('/api/v1/me', { headers: bearer(other) })).status).toBe(200)
    await deployment.dependencies.people?.add('grace')
    const grace = await deployment.signIn(client, { user: 'grace' })
    expect((await deployment.send('/api/v1/me', { headers: bearer(grace) })).status).toBe(200)
  })

  test('a request without a token takes nothing', async () => {
    const response = await deployment.send('/api/v1/me')
    expect(response.status).toBe(401)
    expect(response.headers.get('ratelimit')).toBeNull()
  })
})

describe('The sign-in server: an allowance for each address', () => {
  test('registration: so many an hour, whatever comes of them', async () => {
    const register = (address: string) =>
      sendFrom(address, '/auth/register', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [redirectUri] }),
      })
    for (let n = 0; n < 3; n++) expect((await register('192.0.2.1')).status).toBe(201)
    const refused = await register('192.0.2.1')
    expectRefusal(refused, 'registration', 'q=3;w=3600')
    expect(refused.headers.get('access-control-expose-headers')).toContain('RateLimit')
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' })
    expect((await register('192.0.2.2')).status).toBe(201)
  })

  test('attack: the same address in another spelling draws on the same allowance, or is none', async () => {
    const register = (path: string) =>
      sendFrom('192.0.2.20', path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [redirectUri] }),
      })
    for (let n = 0; n < 3; n++) await register('/auth/register')
    for (const path of ['//auth/register', '/auth//register', '/auth/register/', '/auth/./register', '/AUTH/register'])
      expect([path, [404, 429].includes((await register(path)).status)]).toEqual([path, true])
    for (const path of ['/auth/%72egister', '/auth/register?x=1', '/auth/register;x'])
      expect([path, (await register(path)).status >= 400]).toEqual([path, true])
  })

  test('an IPv6 subscriber is one address: its /64', async () => {
    const tryCode = (address: string) => sendFrom(address, '/auth/signin/none/code', form({ code: 'wrong' }))
    for (let n = 0; n < 3; n++) expect((await tryCode(`2001:db8:0:1::${n}`)).status).toBe(400)
    expect((await tryCode('2001:db8:0:1::ffff')).status).toBe(429)
    expect((await tryCode('2001:db8:0:2::1')).status).toBe(400)
  })

  test('sign-in: so many tries a minute, over all authorizations; then a page that says when', async () => {
    const tryCode = (id: number) => sendFrom('192.0.2.3', `/auth/signin/${id}/code`, form({ code: 'wrong' }))
    for (let n = 0; n < 3; n++) expect((await tryCode(n)).status).toBe(400)
    const refused = await tryCode(4)
    expectRefusal(refused, 'sign_in', 'q=3;w=60')
    expect(refused.headers.get('content-type')).toStartWith('text/html')
    expect(await refused.text()).toContain('Too many requests')
  })

  test('sign-in: a code that links an account draws on the same allowance', async () => {
    const tryLink = (id: number) => sendFrom('192.0.2.33', `/auth/signin/${id}/link`, form({ code: 'wrong' }))
    for (let n = 0; n < 3; n++) expect((await tryLink(n)).status).toBe(400)
    expectRefusal(await tryLink(4), 'sign_in', 'q=3;w=60')
  })

  test('token: only failures count, so that those who share an address do not use up each other', async () => {
    const refresh = (address: string, refresh_token: string) =>
      sendFrom(
        address,
        '/auth/token',
        form({ grant_type: 'refresh_token', client_id: client.client_id, refresh_token }),
      )
    let { refresh_token } = tokens
    for (let n = 0; n < 4; n++) {
      const response = await refresh('192.0.2.4', refresh_token)
      expect(response.status).toBe(200)
      refresh_token = ((await response.json()) as Tokens).refresh_token
    }
    for (let n = 0; n < 2; n++) expect((await refresh('192.0.2.4', 'never-issued')).status).toBe(400)
    expectRefusal(await refresh('192.0.2.4', 'never-issued'), 'token_failures', 'q=2;w=60')
    expect((await refresh('192.0.2.4', refresh_token)).status).toBe(429)
    expect((await refresh('192.0.2.5', refresh_token)).status).toBe(200)
  })

  for (const path of ['/auth/revoke', '/auth/introspect']) {
    test(`${path}: failures count as at the token endpoint, or anyone could have it fetch documents without end`, async () => {
      const address = path === '/auth/revoke' ? '192.0.2.30' : '192.0.2.31'
      const ask = () => sendFrom(address, path, form({ client_id: 'https://app.invalid/client.json', token: 'x' }))
      for (let n = 0; n < 2; n++) expect((await ask()).status).toBe(401)
      expectRefusal(await ask(), 'token_failures', 'q=2;w=60')
    })
  }

  test('authorize: so many requests a minute, good or bad, with a limit of its own and a page that says when', async () => {
    const query = new URLSearchParams({ client_id: client.client_id, redirect_uri: redirectUri, response_type: 'code' })
    const begin = (address: string) => sendFrom(address, `/auth/authorize?${query}`)
    for (let n = 0; n < 4; n++) expect((await begin('192.0.2.6')).status).toBe(303)
    const refused = await begin('192.0.2.6')
    expectRefusal(refused, 'authorize', 'q=4;w=60')
    expect(refused.headers.get('content-type')).toStartWith('text/html')
    expect((await begin('192.0.2.7')).status).toBe(303)
    expect((await sendFrom('192.0.2.6', '/auth/signin/none/code', form({ code: 'wrong' }))).status).toBe(400)
  })
})
