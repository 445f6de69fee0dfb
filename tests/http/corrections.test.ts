import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Deployment } from '../support/deployment.ts'
import { type Call, deployFor } from '../support/rest.ts'

let deployment: Deployment
let call: Call
beforeAll(async () => {
  ;({ deployment, call } = await deployFor('ada'))
})
afterAll(() => deployment.close())

const add = async (text: string, parts: Record<string, unknown> = {}) =>
  (await call('POST', '/memories/', { text, ...parts })).body.id
const found = async (query: string, parts: Record<string, unknown> = {}) =>
  (await call('POST', '/memories/search', { query, ...parts })).body.results.map(
    (hit: { content: string }) => hit.content,
  )

describe('facts that change', () => {
  test('search sees what holds now, and what held then when it is asked as of then', async () => {
    const old = await add('Grace works at the observatory.')
    const before = new Date().toISOString()
    await Bun.sleep(5)
    const { status, body } = await call('POST', `/memories/${old}/supersede`, { text: 'Grace works at the aquarium.' })
    expect([status, body.supersedes]).toEqual([201, old])
    expect(await found('where does Grace work')).toEqual(['Grace works at the aquarium.'])
    expect(await found('where does Grace work', { as_of: before })).toEqual(['Grace works at the observatory.'])
    expect((await call('GET', '/memories/?search_query=Grace')).body.total).toBe(1)
    const history = (await call('GET', `/memories/${old}/history`)).body
    expect(history.events).toMatchObject([
      {
        kind: 'superseded',
        other_id: body.id,
        app_name: 'Test client',
        before: { text: 'Grace works at the observatory.' },
      },
      { kind: 'created' },
    ])
    expect((await call('POST', `/memories/${old}/undo`)).status).toBe(200)
    expect(await found('where does Grace work')).toEqual(['Grace works at the observatory.'])
  })

  test('events and readings of a memory are numbered within it: nobody counts by them what others write and read', async () => {
    const [id, other] = [await add('The gate is painted white.'), await add('The fence has no paint.')]
    for (const text of ['The gate is painted red.', 'The gate is painted green.']) {
      await call('PUT', `/memories/${id}`, { memory_content: text })
      for (const one of [other, id, other]) await call('GET', `/memories/${one}`)
      await add(`Somebody said: ${text}`)
    }
    const numbers = async (path: string, list: string, name: string) => {
      const pages = [1, 2].map((page) => call('GET', `/memories/${id}/${path}?page=${page}&page_size=2`))
      return (await Promise.all(pages)).flatMap(({ body }) =>
        body[list].map((one: Record<string, unknown>) => one[name]),
      )
    }
    expect(await numbers('history', 'events', 'seq')).toEqual([3, 2, 1])
    expect(await numbers('access-log', 'logs', 'id')).toEqual([2, 1])
  })

  test('add with `supersedes`, as a model does it', async () => {
    const old = await add('The meeting is on Tuesday.')
    const { body } = await call('POST', '/memories/', { text: 'The meeting is on Wednesday.', supersedes: old })
    expect(body).toMatchObject({ status: 'added', supersedes: old })
    expect(await found('when is the meeting')).toEqual(['The meeting is on Wednesday.'])
  })

  test('two that say one thing are merged, and parted again', async () => {
    const [a, b] = [await add('Max is a parrot.'), await add('Max is green.')]
    const merged = await call('POST', `/memories/${a}/merge`, { other_id: b, text: 'Max is a green parrot.' })
    expect(merged.body).toMatchObject({ id: a, content: 'Max is a green parrot.', version: 2 })
    expect(await found('Max')).toEqual(['Max is a green parrot.'])
    await call('POST', `/memories/${b}/undo`)
    expect((await found('Max')).sort()).toEqual(['Max is a parrot.', 'Max is green.'])
  })

  test('If-Match guards each of them', async () => {
    const id = await add('Guarded.')
    const stale = { 'if-match': '"7"' }
    expect((await call('POST', `/memories/${id}/supersede`, { text: 'x' }, stale)).status).toBe(412)
    expect((await call('POST', `/memories/${id}/undo`, undefined, stale)).status).toBe(412)
    expect((await call('POST', `/memories/${id}/undo`)).status).toBe(409)
  })

  test('an ETag that is too old and one that never was are refused alike', async () => {
    const id = await add('Guarded too.')
    for (const etag of ['"7"', '"seven"', 'W/"1"']) {
      const { status, body } = await call('PUT', `/memories/${id}`, { memory_content: 'x' }, { 'if-match': etag })
      expect([etag, status, body.code, body.field]).toEqual([etag, 412, 'version_mismatch', 'if-match'])
    }
  })
})

describe('what is said already', () => {
  test('the same text is the memory that is there, and what nearly says the same is told with its id', async () => {
    const first = (await call('POST', '/memories/', { text: 'The ferry to Elba leaves at nine in the morning.' })).body
    expect(first).toMatchObject({ status: 'added' })
    expect(first.similar).toBeUndefined()
    const again = (await call('POST', '/memories/', { text: 'The ferry to Elba leaves at nine in the morning.' })).body
    expect(again).toMatchObject({ status: 'duplicate', id: first.id })
    const near = (await call('POST', '/memories/', { text: 'The ferry to Elba leaves at ten in the morning.' })).body
    expect(near).toMatchObject({ status: 'added', similar: [{ id: first.id, text: first.content }] })
    expect(near.similar).toHaveLength(1)
  })
})

describe('what is not kept', () => {
  test('so is one in the metadata, of a new memory and of one that is changed', async () => {
    const password = ['hunter', '2!!'].join('')
    const { body } = await call('POST', '/memories/', { text: 'The router is in the hall.', metadata: { password } })
    expect(body).toMatchObject({
      metadata_: { password: '[masked: password]' },
      note: expect.stringContaining('password'),
    })
    const put = await call('PUT', `/memories/${body.id}`, { metadata: { wifi: { password } } })
    expect(put.body.metadata_).toEqual({ wifi: { password: '[masked: password]' } })
  })

  test('a secret is masked before the write, and the answer says so', async () => {
    const { body } = await call('POST', '/memories/', { text: 'My card is 4111 1111 1111 1111, keep it.' })
    expect(body.content).toBe('My card is [masked: card number], keep it.')
    expect(body.note).toContain('card number')
    const put = await call('PUT', `/memories/${body.id}`, { memory_content: 'Or 5555-5555-5555-4444.' })
    expect(put.body.content).toBe('Or [masked: card number].')
  })

  test('text that cannot be stored as it is sent is refused by name', async () => {
    for (const text of ['', '   ', 'a\u0000b', 'half \ud83d of a pair']) {
      const { status, body } = await call('POST', '/memories/', { text })
      expect([text, status, body.field]).toEqual([text, expect.any(Number), 'text'])
      expect(status).toBeOneOf([400, 422])
    }
  })

  test('an Idempotency-Key that comes with another input is refused, and one whose memory was erased tells nothing', async () => {
    const headers = { 'idempotency-key': 'key-one' }
    const { body } = await call('POST', '/memories/', { text: 'Said once.' }, headers)
    const other = await call('POST', '/memories/', { text: 'Said otherwise.' }, headers)
    expect([other.status, other.body.code, other.body.field]).toEqual([
      409,
      'idempotency_key_reused',
      'idempotency-key',
    ])
    await call('DELETE', `/memories/${body.id}`)
    const again = await call('POST', '/memories/', { text: 'Said once.' }, headers)
    expect([again.status, again.body.code]).toEqual([409, 'idempotency_result_erased'])
  })
})
