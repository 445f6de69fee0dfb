import { describe, expect, test } from 'bun:test'
import { Fault, type FaultKind } from '../../src/shared/fault.ts'
import { startApi } from '../support/api.ts'

const note = '01920000-0000-7000-8000-000000000001'

async function expectProblem(response: Response, status: number, field?: string) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = await response.json()
  expect(problem).toMatchObject({ status, requestId: 'none' })
  expect(problem.title).toBeString()
  expect(problem.detail).toBeString()
  expect(response.status).toBe(status)
  expect(problem.type).toStartWith('http://localhost/docs/problems#')
  expect(problem.field).toBe(field)
  if (field !== undefined) expect(problem.errors).toEqual([{ field, detail: problem.detail }])
  expect(JSON.stringify(problem)).not.toMatch(/\bat .+:\d+:\d+|node_modules|\.ts/)
  return problem
}

describe('RFC 9457: bad input is a problem that names the field', () => {
  type Case = [
    string,
    string,
    string,
    Parameters<ReturnType<typeof startApi>['request']>[2],
    number,
    string | undefined,
  ]
  const invalidUtf8 = new Uint8Array([0x22, 0xff, 0xfe, 0x22])
  const cases: Case[] = [
    ['a wrong type in the body', 'POST', '/notes', { body: { text: 7 } }, 422, 'text'],
    ['a missing field', 'POST', '/notes', { body: {} }, 422, 'text'],
    ['an unknown field', 'POST', '/notes', { body: { text: 'a', tet: 1 } }, 422, 'tet'],
    [
      'an unknown field inside',
      'POST',
      '/notes',
      { body: { text: 'a', speaker: { name: 'b', nmae: 1 } } },
      422,
      'speaker.nmae',
    ],
    ['a field of every object', 'POST', '/notes', { raw: '{"__proto__":{"text":"a"}}' }, 422, '__proto__'],
    ['a text that is too long', 'POST', '/notes', { body: { text: 'a'.repeat(1_001) } }, 422, 'text'],
    ['a body over 1 MiB', 'POST', '/notes', { body: { text: 'a'.repeat(1024 * 1024) } }, 413, 'body'],
    ['invalid JSON', 'POST', '/notes', { raw: '{"text":' }, 400, 'body'],
    ['invalid UTF-8', 'POST', '/notes', { raw: invalidUtf8 }, 400, 'body'],
    ['no body', 'POST', '/notes', {}, 400, 'body'],
    ['an array for an object', 'POST', '/notes', { body: [] }, 422, undefined],
    ['null for an object', 'POST', '/notes', { body: null }, 422, undefined],
    [
      'another media type',
      'POST',
      '/notes',
      { raw: 'text=a', headers: { 'content-type': 'text/plain' } },
      415,
      'content-type',
    ],
    ['a negative page', 'GET', '/notes?page=-1', {}, 422, 'page'],
    ['page 0', 'GET', '/notes?page=0', {}, 422, 'page'],
    ['a page that is no number', 'GET', '/notes?page=two', {}, 422, 'page'],
    ['a page in exponent form', 'GET', '/notes?page=1e2', {}, 422, 'page'],
    ['an empty page', 'GET', '/notes?page=', {}, 422, 'page'],
    ['a boolean that is neither true nor false', 'GET', '/notes?pinned=yes', {}, 422, 'pinned'],
    ['a date that is none', 'GET', '/notes?since=2026-13-01T00:00:00Z', {}, 422, 'since'],
    ['an unknown query parameter', 'GET', '/notes?pgae=1', {}, 422, 'pgae'],
    ['a query parameter of every object', 'GET', '/notes?__proto__=1', {}, 422, '__proto__'],
    ['a repeated query parameter', 'GET', '/notes?page=1&page=2', {}, 400, 'page'],
    ['a query that is not UTF-8', 'GET', '/notes?page=%ff', {}, 400, undefined],
    ['an id that is none', 'GET', '/notes/7', {}, 422, 'id'],
    ['an id that is not UTF-8', 'GET', '/notes/%ff%fe', {}, 400, 'id'],
    ['an id nobody has', 'GET', `/notes/${note}`, {}, 404, 'id'],
    ['a body where none belongs', 'DELETE', '/notes', { body: { all: true } }, 422, 'all'],
    [
      'an Idempotency-Key with spaces',
      'POST',
      '/notes',
      { body: { text: 'a' }, headers: { 'idempotency-key': 'a b' } },
      422,
      'idempotency-key',
    ],
  ]
  for (const [what, method, path, options, status, field] of cases) {
    test(`${what} is ${status}${field === undefined ? '' : ` and names ${field}`}`, async () => {
      const api = startApi()
      await expectProblem(await api.request(method, `/api/v1${path}`, options), status, field)
    })
  }

  test('RFC 9110 section 15.5.14: a body that says it is over the limit is 413 before a byte of it is read', async () => {
    let read = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          read++
          controller.enqueue(new Uint8Array(64))
        },
      },
      { highWaterMark: 0 },
    )
    const headers = { 'content-length': String(2 * 1024 * 1024), 'content-type': 'application/json' }
    const response = await startApi().request('POST', '/api/v1/notes', { raw: body, headers })
    await expectProblem(response, 413, 'body')
    expect(read).toBe(0)
  })

  test('a body that does not say so is cut off at the limit, however long it would go on', async () => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536).fill(0x20))
      },
    })
    await expectProblem(await startApi().request('POST', '/api/v1/notes', { raw: body }), 413, 'body')
    expect(sent).toBeLessThan(2 * 1024 * 1024)
  })

  test('every wrong field of the path and the query, or of the body, is named, not only the first', async () => {
    const api = startApi()
    const refused = async (...[method, path, body]: [string, string, unknown?]) => {
      const response = await api.request(method, `/api/v1${path}`, { body })
      expect(response.status).toBe(422)
      const { field, errors } = await response.json()
      expect(errors[0].field).toBe(field)
      expect(errors.every(({ detail }: { detail: string }) => detail.length > 0)).toBe(true)
      return errors.map((error: { field: string }) => error.field)
    }
    expect(await refused('GET', '/notes?page=0&pinned=yes&since=never')).toEqual(['page', 'pinned', 'since'])
    expect(await refused('GET', '/notes/7?pgae=1&szie=2')).toEqual(['id', 'pgae', 'szie'])
    expect(await refused('POST', '/notes', { text: '', metadata: [], speaker: {}, colour: 1 })).toEqual([
      'colour',
      'text',
      'metadata',
      'speaker.name',
    ])
  })

  test('a repeated parameter is taken where the schema is a list', async () => {
    const api = startApi()
    api.notes.all.set('1', { owner: 'ada', text: 'tea', version: 1 })
    api.notes.all.set('2', { owner: 'ada', text: 'rum', version: 1 })
    const { items } = await (await api.request('GET', '/api/v1/notes?wanted=tea&wanted=gin')).json()
    expect(items).toEqual([{ id: '1', text: 'tea', version: 1 }])
  })

  test('{} is accepted where no body belongs, since clients send it with every write', async () => {
    const api = startApi()
    expect((await api.request('DELETE', '/api/v1/notes', { body: {} })).status).toBe(204)
  })
})

describe('RFC 9457 section 3.1: every kind of fault has its status', () => {
  const statuses: Record<FaultKind, number> = {
    invalid: 422,
    unauthenticated: 401,
    forbidden: 403,
    not_found: 404,
    timed_out: 408,
    conflict: 409,
    precondition_failed: 412,
    too_large: 413,
    rate_limited: 429,
    unavailable: 503,
  }
  for (const [kind, status] of Object.entries(statuses)) {
    test(`${kind} is ${status}`, async () => {
      const api = startApi()
      api.notes.fail = new Fault(kind as FaultKind, 'For the caller.', {
        cause: new Error('hidden-cause'),
        retryAfterSeconds: 3,
      })
      const response = await api.request('GET', '/api/v1/notes')
      expect(response.headers.get('retry-after')).toBe('3')
      const problem = await expectProblem(response, status)
      expect(problem.detail).toBe('For the caller.')
      expect(problem.code).toBe(kind)
      expect(JSON.stringify(problem)).not.toContain('hidden-cause')
    })
  }

  test('what nobody expected is 500 without a word of what it was', async () => {
    const api = startApi()
    api.notes.fail = new TypeError('marker-7f3a of the inside')
    const response = await api.request('GET', '/api/v1/notes')
    const problem = await expectProblem(response, 500)
    expect(JSON.stringify(problem)).not.toContain('marker-7f3a')
  })
})

describe('RFC 6750 section 3: challenges', () => {
  test('no token: 401 with resource_metadata and scope, and no error', async () => {
    const response = await startApi().request('GET', '/api/v1/notes', { token: null })
    const challenge = response.headers.get('www-authenticate')
    expect(challenge).toContain('resource_metadata="http://localhost/.well-known/oauth-protected-resource/api/v1"')
    expect(challenge).toContain('scope="memories:read memories:write"')
    expect(challenge).not.toContain('error=')
    await expectProblem(response, 401)
  })
  test('section 3.1: a token that is not valid is invalid_token', async () => {
    const response = await startApi().request('GET', '/api/v1/me', { token: 'nobody' })
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
    await expectProblem(response, 401)
  })
  test('section 3.1: a token without the scope is insufficient_scope, naming it', async () => {
    const response = await startApi().request('POST', '/api/v1/notes', { token: 'ada-read', body: { text: 'a' } })
    const challenge = response.headers.get('www-authenticate')
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="memories:write"')
    await expectProblem(response, 403)
  })
  test('a stranger learns nothing of what is wrong with the input', async () => {
    const response = await startApi().request('POST', '/api/v1/notes', { token: null, raw: '{' })
    expect(response.status).toBe(401)
  })
  test('section 2.3: a token in the query string is not taken', async () => {
    const response = await startApi().request('GET', '/api/v1/me?access_token=ada', { token: null })
    expect(response.status).toBe(401)
  })
})
