import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Deployment } from '../support/deployment.ts'
import { type Call, deployFor, restCaller } from '../support/rest.ts'

let deployment: Deployment
let call: Call
let second: Call
let rex: string
let tea: string

beforeAll(async () => {
  ;({ deployment, call } = await deployFor('ada'))
  second = await restCaller(deployment, 'ada')
  rex = (await call('POST', '/memories/', { text: 'Rex is a golden retriever.', categories: ['family', 'pets'] })).body
    .id
  tea = (await call('POST', '/memories/', { text: 'Ada drinks green tea.', metadata: { cup: 'blue' }, infer: true }))
    .body.id
})
afterAll(() => deployment.close())

describe('OpenMemory’s REST paths: memories', () => {
  test('GET /memories/ gives {items,total,page,size,pages} and takes its filters', async () => {
    const { body } = await call('GET', '/memories/?page=1&size=1&sort_column=created_at&sort_direction=asc')
    expect(body).toMatchObject({ total: 2, page: 1, size: 1, pages: 2, items: [{ id: rex, state: 'active' }] })
    expect((await call('GET', '/memories/?categories=pets,garden')).body.items).toMatchObject([{ id: rex }])
    expect((await call('GET', '/memories/?search_query=GREEN')).body.items).toMatchObject([
      { id: tea, content: 'Ada drinks green tea.', metadata_: { cup: 'blue' } },
    ])
    expect((await call('GET', '/memories/?app_id=nobody')).body).toMatchObject({ total: 0, items: [], pages: 0 })
    expect((await call('GET', '/memories/?to_date=1000000000')).body.total).toBe(0)
    expect((await call('GET', '/memories/?from_date=1000000000')).body.total).toBe(2)
  })

  test('a cursor goes on where the page ended', async () => {
    const first = (await call('GET', '/memories/?size=1')).body
    const next = (await call('GET', `/memories/?size=1&cursor=${first.next_cursor}`)).body
    expect([first.items[0].id, next.items[0].id]).toEqual([tea, rex])
  })

  test('page and size are bounded, and unknown fields are refused by name', async () => {
    for (const [query, field] of [
      ['page=0', 'page'],
      ['page=-1', 'page'],
      ['size=101', 'size'],
      ['size=ten', 'size'],
      ['colour=red', 'colour'],
    ]) {
      const { status, body } = await call('GET', `/memories/?${query}`)
      expect(status).toBeOneOf([400, 422])
      expect(body.field).toBe(field)
    }
    expect((await call('POST', '/memories/', { text: 'a', colour: 'red' })).body.field).toBe('colour')
  })

  test('POST /memories/filter', async () => {
    const { body } = await call('POST', '/memories/filter', {
      category_ids: ['family'],
      app_ids: null,
      page: 1,
      size: 10,
    })
    expect(body).toMatchObject({ total: 1, items: [{ id: rex, categories: ['family', 'pets'] }] })
  })

  test('an app whose id is a long address is filtered by, as it is paused by', async () => {
    const id = `https://app.example/${'x'.repeat(900)}/client.json`
    expect((await call('GET', `/memories/?app_id=${encodeURIComponent(id)}`)).body.total).toBe(0)
    expect((await call('POST', '/memories/filter', { app_ids: [id] })).body.total).toBe(0)
    expect((await call('POST', '/memories/search', { query: 'tea', app: id })).body.results).toEqual([])
    expect((await call('POST', '/memories/actions/pause', { app_id: id })).body.changed).toBe(0)
  })

  test('GET /memories/categories', async () => {
    const { body } = await call('GET', '/memories/categories')
    expect(body).toMatchObject({ total: 2, categories: [{ name: 'family' }, { name: 'pets' }] })
  })

  test('GET /memories/{id}/related gives a page of what resembles it', async () => {
    const puppy = (await call('POST', '/memories/', { text: 'The golden puppy of the retriever is called Max.' })).body
      .id
    expect((await call('GET', `/memories/${rex}/related`)).body).toMatchObject({ items: [{ id: puppy }], page: 1 })
    await call('DELETE', '/memories/', { memory_ids: [puppy] })
  })

  test('GET /memories/{id}/access-log tells who read it and when, and no words of the question', async () => {
    await second('POST', '/memories/search', { query: 'who drinks green tea' })
    const { body } = await call('GET', `/memories/${tea}/access-log?page=1&page_size=5`)
    expect(body).toMatchObject({ page: 1, page_size: 5 })
    expect(body.logs[0]).toMatchObject({ memory_id: tea, access_type: 'search' })
    expect(JSON.stringify(body)).not.toContain('who drinks')
  })

  test('GET /memories/{id}/access-log/days tells how often which app read it on which day', async () => {
    await second('POST', '/memories/search', { query: 'who drinks green tea' })
    const { body } = await call('GET', `/memories/${tea}/access-log/days?page=1&page_size=5`)
    const log = (await call('GET', `/memories/${tea}/access-log?page_size=100`)).body
    expect(body).toMatchObject({ page: 1, page_size: 5 })
    const { app_id, app_name, accessed_at } = log.logs[0]
    expect(body.days[0]).toMatchObject({ app_id, app_name, last_accessed_at: accessed_at })
    const times = body.days.reduce((sum: number, day: { access_count: number }) => sum + day.access_count, 0)
    expect([times, body.total]).toEqual([log.total, body.days.length])
  })

  test('POST /memories/actions/archive takes the ids as the body, as OpenMemory did, or by name', async () => {
    const a = (await call('POST', '/memories/', { text: 'To be put away.' })).body.id
    const b = (await call('POST', '/memories/', { text: 'To be put away too.' })).body.id
    expect((await call('POST', '/memories/actions/archive', [a])).body.changed).toBe(1)
    expect((await call('POST', '/memories/actions/archive', { memory_ids: [a, b] })).body.changed).toBe(1)
    expect((await call('GET', '/memories/')).body.total).toBe(2)
    expect((await call('POST', '/memories/filter', { show_archived: true })).body.total).toBe(4)
    expect(JSON.stringify((await call('POST', '/memories/search', { query: 'put away' })).body)).not.toContain(a)
    await call('DELETE', '/memories/', { memory_ids: [a, b] })
  })

  test('POST /memories/actions/pause by id, category, app and for all; resumed the same way', async () => {
    const pause = (body: unknown) => call('POST', '/memories/actions/pause', body)
    const found = async () => (await call('POST', '/memories/search', { query: 'retriever' })).body.results.length
    for (const which of [{ memory_ids: [rex] }, { category_ids: ['pets'] }]) {
      expect((await pause({ ...which, state: 'paused' })).body.changed).toBe(1)
      expect(await found()).toBe(0)
      expect((await pause({ ...which, state: 'active' })).body.changed).toBe(1)
      expect(await found()).toBe(1)
    }
    expect((await pause({ global_pause: true })).body.changed).toBe(2)
    expect((await pause({ global_pause: true, state: 'active' })).body.changed).toBe(2)
    const nothing = await pause({ state: 'paused' })
    expect([nothing.status, nothing.body.field]).toEqual([expect.any(Number), 'memory_ids'])
    expect(nothing.status).toBeOneOf([400, 422])
  })
})

describe('OpenMemory’s REST paths: apps, statistics, settings', () => {
  test('GET /apps/ and /apps/{id} count what an app wrote and was given', async () => {
    const { body } = await call('GET', '/apps/?page=1&page_size=10&sort_by=memories&sort_direction=desc')
    expect(body).toMatchObject({ total: 2, page: 1, page_size: 10 })
    expect(body.apps[0]).toMatchObject({ is_active: true, total_memories_created: 2 })
    expect((await call('GET', `/apps/${body.apps[0].id}`)).body).toEqual(body.apps[0])
    expect((await call('GET', '/apps/none')).status).toBe(404)
  })

  test('GET /apps/{id}/memories and /accessed', async () => {
    const [first] = (await call('GET', '/apps/?sort_by=memories&sort_direction=desc')).body.apps
    expect((await call('GET', `/apps/${first.id}/memories`)).body).toMatchObject({
      total: 2,
      memories: [{ id: tea }, { id: rex }],
    })
    const { body } = await call('GET', `/apps/${first.id}/accessed`)
    expect(body.memories[0]).toMatchObject({ memory: { id: rex }, access_count: expect.any(Number) })
  })

  test('PUT /apps/{id}?is_active=false pauses an app: it can neither read nor write, nor free itself', async () => {
    const apps = (await call('GET', '/apps/?sort_by=memories')).body.apps
    const id = apps[0].id
    expect((await call('PUT', `/apps/${id}?is_active=false`)).body).toMatchObject({ status: 'success' })
    expect((await second('GET', '/memories/')).status).toBe(403)
    expect((await second('POST', '/memories/search', { query: 'tea' })).status).toBe(403)
    expect((await second('POST', '/memories/', { text: 'from a paused app' })).status).toBe(403)
    expect((await second('GET', `/memories/${tea}`)).status).toBe(403)
    expect((await second('PUT', `/apps/${id}?is_active=true`)).status).toBe(403)
    expect((await call('PUT', `/apps/${id}?is_active=true`)).status).toBe(200)
    expect((await second('GET', `/memories/${tea}`)).status).toBe(200)
    expect((await second('PUT', `/apps/${id}?is_active=true`)).status).toBe(403)
  })

  test('GET /stats/ gives {total_memories,total_apps,apps}', async () => {
    expect((await call('GET', '/stats/')).body).toMatchObject({ total_memories: 2, total_apps: 2, apps: [{}, {}] })
  })

  test('GET, PUT, PATCH /config/ and POST /config/reset', async () => {
    const empty = { openmemory: { custom_instructions: null }, mem0: { llm: null, embedder: null, vector_store: null } }
    expect((await call('GET', '/config/')).body).toEqual(empty)
    const set = await call('PUT', '/config/', { openmemory: { custom_instructions: 'Keep dates.' } })
    expect(set.body.openmemory.custom_instructions).toBe('Keep dates.')
    expect((await call('PATCH', '/config/', empty)).body).toEqual(empty)
    await call('PUT', '/config/', { openmemory: { custom_instructions: 'Again.' } })
    expect((await call('POST', '/config/reset')).body).toEqual(empty)
    expect((await call('PUT', '/config/', { mem0: { llm: { provider: 'openai' } } })).body.field).toBe('mem0.llm')
  })

  test('user_id of somebody else is refused on every path', async () => {
    for (const [method, path, body] of [
      ['GET', '/memories/categories?user_id=eve'],
      ['GET', `/memories/${rex}/related?user_id=eve`],
      ['GET', `/memories/${rex}/access-log?user_id=eve`],
      ['POST', '/memories/actions/archive?user_id=eve', [rex]],
      ['POST', '/memories/actions/pause', { user_id: 'eve', global_pause: true }],
      ['DELETE', '/memories/', { user_id: 'eve', memory_ids: [rex] }],
      ['GET', '/apps/?user_id=eve'],
      ['GET', '/stats/?user_id=eve'],
      ['POST', '/config/reset?user_id=eve'],
    ] as const) {
      expect([path, (await call(method, path, body)).status]).toEqual([path, 403])
    }
  })
})
