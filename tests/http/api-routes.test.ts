import { describe, expect, test } from 'bun:test'
import { gunzipSync } from 'node:zlib'
import { Fault } from '../../src/shared/fault.ts'
import { startApi } from '../support/api.ts'
import { deploy } from '../support/deployment.ts'

const id = '01920000-0000-7000-8000-000000000001'

describe('GET /api/v1/me', () => {
  test('says who the token stands for, which app uses it and what it may do', async () => {
    const { request, clock } = startApi()
    const response = await request('GET', '/api/v1/me')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      id: 'ada',
      client_id: 'client-1',
      scopes: ['memories:read', 'memories:write'],
      expires_at: new Date(clock.now() + 3_600_000).toISOString(),
    })
  })
  test('two people never get each other', async () => {
    const { request } = startApi()
    const ids = await Promise.all(
      ['ada', 'eve', 'ada'].map(async (token) => (await (await request('GET', '/api/v1/me', { token })).json()).id),
    )
    expect(ids).toEqual(['ada', 'eve', 'ada'])
  })
})

describe('RFC 9110: methods', () => {
  test('section 9.3.2: HEAD answers as GET without the content', async () => {
    const { request } = startApi()
    for (const path of ['/api/v1/me', '/api/v1/notes']) {
      const response = await request('HEAD', path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(await response.text()).toBe('')
    }
    const refused = await request('HEAD', '/api/v1/me', { token: null })
    expect(refused.status).toBe(401)
    expect(await refused.text()).toBe('')
  })
  test('section 15.5.6: another method is 405 with Allow, in JSON', async () => {
    const { request } = startApi()
    const response = await request('PUT', '/api/v1/notes')
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH, POST')
    expect((await response.json()).status).toBe(405)
  })
  test('section 15.5.5: an unknown path is 404 in JSON', async () => {
    const { request } = startApi()
    for (const path of ['/api/v1/nothing', '/api/v1/notes/1/2', '/api/v1/']) {
      const response = await request('GET', path)
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
    }
  })
  test('OpenMemory scripts write a slash at the end', async () => {
    const { request } = startApi()
    expect((await request('GET', '/api/v1/notes/')).status).toBe(200)
    expect((await request('POST', '/api/v1/notes/', { body: { text: 'a' } })).status).toBe(201)
  })
})

describe('RFC 9110 section 8.8.3 and 13: versions', () => {
  test('an update with the version that was read succeeds, and with an older one is 412', async () => {
    const { request, notes } = startApi()
    notes.all.set(id, { owner: 'ada', text: 'first', version: 1 })
    const etag = (await request('GET', `/api/v1/notes/${id}`)).headers.get('etag') ?? ''
    expect(etag).toBe('"1"')
    const headers = { 'if-match': etag }
    const updated = await request('PUT', `/api/v1/notes/${id}`, { headers, body: { text: 'second' } })
    expect(updated.headers.get('etag')).toBe('"2"')
    const late = await request('PUT', `/api/v1/notes/${id}`, { headers, body: { text: 'third' } })
    expect(late.status).toBe(412)
    expect(notes.all.get(id)?.text).toBe('second')
  })
  test('section 13.1.2: If-None-Match with the present version is 304 without content', async () => {
    const { request, notes } = startApi()
    notes.all.set(id, { owner: 'ada', text: 'first', version: 1 })
    const response = await request('GET', `/api/v1/notes/${id}`, { headers: { 'if-none-match': 'W/"0", "1"' } })
    expect(response.status).toBe(304)
    expect(response.headers.get('etag')).toBe('"1"')
    expect(await response.text()).toBe('')
  })
})

describe('RFC 9110 section 12.5.3: compression', () => {
  const many = () => {
    const api = startApi()
    for (let n = 0; n < 200; n++) api.notes.all.set(String(n), { owner: 'ada', text: `note number ${n}`, version: 1 })
    return api
  }
  test('a large answer is compressed where the client takes gzip', async () => {
    const response = await many().request('GET', '/api/v1/notes', { headers: { 'accept-encoding': 'br, gzip' } })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(response.headers.get('vary')).toContain('accept-encoding')
    const { items } = JSON.parse(gunzipSync(await response.arrayBuffer()).toString())
    expect(items).toHaveLength(200)
  })
  test('and left as it is where it does not, or where the answer is small', async () => {
    const api = many()
    for (const accepted of ['identity', 'gzip;q=0', 'gzip; q=0.000', 'gzip;q=0, *', 'br']) {
      const response = await api.request('GET', '/api/v1/notes', { headers: { 'accept-encoding': accepted } })
      expect(response.headers.get('content-encoding')).toBeNull()
      expect((await response.json()).items).toHaveLength(200)
    }
    const small = await startApi().request('GET', '/api/v1/notes', { headers: { 'accept-encoding': 'gzip' } })
    expect(small.headers.get('content-encoding')).toBeNull()
  })
})

describe('Allowances', () => {
  test('the limit is asked with the verified caller, and what it refuses is refused', async () => {
    const asked: string[] = []
    const { request } = startApi({
      async limit(_request, { ownerId }) {
        asked.push(ownerId)
        if (asked.length > 2) throw new Fault('rate_limited', 'Too many.', { retryAfterSeconds: 7 })
      },
    })
    const answers = [await request('GET', '/api/v1/me'), await request('GET', '/api/v1/notes')]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    for (const path of ['/api/v1/me', '/api/v1/notes']) {
      const refused = await request('GET', path)
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7'])
    }
    expect(asked).toEqual(Array(4).fill('ada'))
  })
})

test('an Idempotency-Key reaches the operation', async () => {
  const { request } = startApi()
  const response = await request('POST', '/api/v1/notes', {
    body: { text: 'a' },
    headers: { 'idempotency-key': 'key-1' },
  })
  expect((await response.json()).id).toBe('key-1')
})

test('RFC 3986 section 3.4: what a query asks for does not change where a request goes', async () => {
  const here = await deploy()
  for (const path of ['/api/v1/memories?search_query=/.well-known/security.txt', '/mcp?for=/.well-known/'])
    expect((await here.send(path)).status).toBe(401)
  expect((await here.send('/mcp/.well-known/openid-configuration')).status).toBe(200)
  await here.close()
})
