import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Deployment, deploy } from '../support/deployment.ts'

let deployment: Deployment
let call: Awaited<ReturnType<typeof caller>>
let other: Awaited<ReturnType<typeof caller>>

async function caller(user: string) {
  const { access_token } = await deployment.signIn(await deployment.register(), { user })
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await deployment.send(`/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${access_token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }
}

beforeAll(async () => {
  deployment = await deploy()
  await deployment.dependencies.people?.add('ada')
  await deployment.dependencies.people?.add('eve')
  call = await caller('ada')
  other = await caller('eve')
})
afterAll(() => deployment.close())

describe('OpenMemory: memories over REST', () => {
  test('a memory is added, read, found, changed and deleted', async () => {
    const added = await call('POST', '/memories/', { text: 'Ada keeps bees behind the mill.', app: 'script' })
    expect(added.status).toBeOneOf([200, 201])
    const { id } = added.body
    expect((await call('GET', `/memories/${id}`)).body.text).toBe('Ada keeps bees behind the mill.')
    const listed = await call('GET', '/memories/?page=1&size=10')
    expect(listed.body).toMatchObject({ total: 1, page: 1, size: 10, pages: 1 })
    const found = await call('POST', '/memories/search', { query: 'who keeps bees' })
    expect(JSON.stringify(found.body)).toContain(id)
    const changed = await call('PUT', `/memories/${id}`, { memory_content: 'Ada sold her bees.' })
    expect(changed.status).toBe(200)
    expect((await call('GET', `/memories/${id}`)).body.text).toBe('Ada sold her bees.')
    expect((await call('DELETE', '/memories/', { memory_ids: [id] })).status).toBe(200)
    expect((await call('GET', `/memories/${id}`)).status).toBe(404)
  })

  test('a search tells why, in parts when asked, and keeps to a threshold', async () => {
    await call('POST', '/memories/', { text: 'The chess club meets on Thursdays.' })
    const search = (parts: object) => call('POST', '/memories/search', { query: 'chess club', ...parts })
    const { body } = await search({ explain: true })
    expect(body.results[0].why).toMatchObject({
      lists: [{ name: 'words', rank: 1 }],
      matched: ['chess', 'club'],
      details: { words: { own: expect.any(Number) }, terms: [{ word: 'chess' }, { word: 'club' }] },
    })
    expect((await search({})).body.results[0].why).not.toHaveProperty('details')
    expect((await search({ threshold: 50 })).body.results).toEqual([])
    expect((await search({ threshold: 50 })).body.notice).toContain('by their words alone')
    expect((await search({})).body).not.toHaveProperty('notice')
    expect(await search({ threshold: 'high' })).toMatchObject({ status: 422 })
  })

  test('a time told from an event is found by when the event was, and the answer says by which memory', async () => {
    const add = async (text: string, occurredAt: string) =>
      (await call('POST', '/memories/', { text, occurred_at: occurredAt })).body.id as string
    const event = await add('The sailing regatta was windy.', '2026-05-20T10:00:00Z')
    const meant = await add('I repaired the mast.', '2026-05-06T10:00:00Z')
    await add('I repaired the keel.', '2026-04-01T10:00:00Z')
    const query = 'What did I repair two weeks before the regatta?'
    const { results } = (await call('POST', '/memories/search', { query })).body
    const told = results.filter(({ why }: { why: { events?: unknown } }) => why.events !== undefined)
    expect(told).toMatchObject([
      {
        id: meant,
        why: {
          boosts: [{ name: 'date' }],
          events: [
            {
              phrase: 'two weeks before the regatta',
              memory: event,
              from: '2026-05-03T00:00:00.000Z',
              to: '2026-05-10T00:00:00.000Z',
            },
          ],
        },
      },
    ])
    const unknown = { query: 'What did I repair two weeks before the flood?' }
    const { body } = await call('POST', '/memories/search', unknown)
    expect(body.results).toHaveLength(2)
    expect(JSON.stringify(body)).not.toContain('events')
    expect(JSON.stringify((await other('POST', '/memories/search', { query })).body)).not.toContain('events')
  })

  test('a memory of one person does not exist for another', async () => {
    const { id } = (await call('POST', '/memories/', { text: 'Ada fears geese.' })).body
    expect((await other('GET', `/memories/${id}`)).status).toBe(404)
    expect((await other('PUT', `/memories/${id}`, { memory_content: 'mine' })).status).toBe(404)
    expect((await other('GET', '/memories/')).body.items).toEqual([])
    expect(JSON.stringify((await other('POST', '/memories/search', { query: 'geese' })).body)).not.toContain('geese.')
    expect((await call('GET', `/memories/${id}`)).body.text).toBe('Ada fears geese.')
  })

  test('user_id is accepted only when it names the caller', async () => {
    const { id } = (await call('GET', '/me')).body
    expect((await call('GET', `/memories/?user_id=${id}`)).status).toBe(200)
    const refused = await call('GET', '/memories/?user_id=somebody')
    expect(refused.status).toBe(403)
    expect(refused.body.field).toBe('user_id')
    expect((await call('POST', '/memories/', { text: 'a', user_id: 'somebody' })).status).toBe(403)
  })

  test('a slip in the name of a field names that field and the one that is missing for it', async () => {
    const refused = await call('POST', '/memories/', { txt: 'The tea is green.' })
    expect(refused.status).toBe(422)
    expect(refused.body.detail).toBe('`text` or `memories` is missing. `txt` is not a known field.')
    expect(refused.body.errors.map(({ field }: { field: string }) => field)).toEqual(['text', 'txt'])
    expect((await call('POST', '/memories/', {})).body.field).toBe('text')
  })

  test('RFC 9110 section 13.1.1: of two updates with one ETag, one wins', async () => {
    const { id } = (await call('POST', '/memories/', { text: 'The tea is green.' })).body
    const etag = (await call('GET', `/memories/${id}`)).headers.get('etag') ?? ''
    const answers = await Promise.all(
      ['black', 'white'].map((tea) =>
        call('PUT', `/memories/${id}`, { memory_content: `The tea is ${tea}.` }, { 'if-match': etag }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
  })

  test('draft-ietf-httpapi-idempotency-key-header: a write sent again with its key is done once', async () => {
    const headers = { 'idempotency-key': 'a-key-of-mine' }
    const first = await call('POST', '/memories/', { text: 'Once only, said the raven.' }, headers)
    const again = await call('POST', '/memories/', { text: 'Once only, said the raven.' }, headers)
    expect(again.body).toEqual(first.body)
    const different = await call('POST', '/memories/', { text: 'Another text.' }, headers)
    expect(different.status).toBe(409)
  })

  test('a thousand texts in one request are a thousand memories, in their order; one more is refused by name', async () => {
    await deployment.dependencies.people?.add('joan')
    const joan = await caller('joan')
    const memories = Array.from({ length: 1_000 }, (_, at) => ({ text: `Ring ${at} of the old oak.` }))
    const { status, body } = await joan('POST', '/memories/', { memories })
    expect(status).toBe(200)
    expect(body.results).toHaveLength(1_000)
    expect(body.results.map((each: { memory: { content: string } }) => each.memory.content)).toEqual(
      memories.map(({ text }) => text),
    )
    expect((await joan('GET', '/memories/?size=1')).body.total).toBe(1_000)
    const more = await joan('POST', '/memories/', { memories: [...memories, { text: 'One ring more.' }] })
    expect(more).toMatchObject({ status: 422, body: { field: 'memories' } })
  }, 30_000)

  for (const [bad, what] of [
    ['a\u0000b', 'a NUL character'],
    ['half \ud83d of a pair', 'half of a surrogate pair'],
  ] as const) {
    const fields: [string, object][] = [
      ['text', { text: bad }],
      ['categories.0', { categories: [bad] }],
      ['thread', { thread: bad }],
      ['speaker.name', { speaker: { kind: 'other', name: bad } }],
      ['entities.0.name', { entities: [{ name: bad }] }],
      ['relations.0.object', { relations: [{ subject: 'Ada', predicate: 'knows', object: bad }] }],
    ]
    for (const [field, over] of fields) {
      test(`RFC 8259 section 8.2: ${field} with ${what}, which not every engine can keep, is 422 by name`, async () => {
        const refused = await call('POST', '/memories/', { text: 'Kept as sent.', ...over })
        expect(refused).toMatchObject({ status: 422, body: { field } })
      })
    }

    test(`metadata with ${what} is kept as JSON`, async () => {
      const kept = await call('POST', '/memories/', { text: `Metadata has ${what}.`, metadata: { [bad]: [bad] } })
      expect((await call('GET', `/memories/${kept.body.id}`)).body.metadata_).toEqual({ [bad]: [bad] })
    })
  }

  test('a batch is one transaction: with one text that cannot be kept none is, and each wrong one is named', async () => {
    const { total } = (await call('GET', '/memories/?size=1')).body
    const memories = [{ text: 'The first is good.' }, { text: '' }, { text: 'The third is good.', colour: 'red' }]
    const refused = await call('POST', '/memories/', { memories })
    expect(refused.status).toBe(422)
    expect(refused.body.errors.map(({ field }: { field: string }) => field)).toEqual(
      expect.arrayContaining(['memories.1.text', 'memories.2.colour']),
    )
    const later = await call('POST', '/memories/', { memories: [{ text: 'Also good.' }, { text: 'bad \u0000 text' }] })
    expect(later.status).toBe(422)
    expect((await call('GET', '/memories/?size=1')).body.total).toBe(total)
  })
})
