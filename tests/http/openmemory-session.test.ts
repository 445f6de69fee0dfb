/** What OpenMemory's dashboard and its users' scripts send, in the order of a session, with the shapes they read back. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Deployment, deploy } from '../support/deployment.ts'

let deployment: Deployment
let token: string
let user: string
let app: string

beforeAll(async () => {
  deployment = await deploy()
  const client = await deployment.register({ client_name: 'dashboard' })
  token = (await deployment.signIn(client)).access_token
  app = client.client_id
  user = (await send('GET', '/me')).id
})
afterAll(() => deployment.close())

/** Every path and verb of OpenMemory's API; the session below sends each. */
const openMemoryPaths = [
  'GET /memories/',
  'POST /memories/',
  'DELETE /memories/',
  'GET /memories/{id}',
  'PUT /memories/{id}',
  'DELETE /memories/{id}',
  'POST /memories/search',
  'POST /memories/filter',
  'GET /memories/categories',
  'POST /memories/actions/archive',
  'POST /memories/actions/pause',
  'GET /memories/{id}/related',
  'GET /memories/{id}/access-log',
  'GET /apps/',
  'GET /apps/{id}',
  'GET /apps/{id}/memories',
  'GET /apps/{id}/accessed',
  'PUT /apps/{id}',
  'GET /stats/',
  'GET /config/',
  'PUT /config/',
  'PATCH /config/',
  'POST /config/reset',
  'POST /backup/export',
  'POST /backup/import',
]
const sent = new Set<string>()
const note = (method: string, path: string) =>
  sent.add(
    `${method} ${path.replace(/\?.*/, '').replace(/^(\/memories|\/apps)\/(?!search|filter|categories|actions)[^/]+/, '$1/{id}')}`,
  )

async function send(method: string, path: string, body?: unknown, status = 200) {
  note(method, path)
  const response = await deployment.send(`/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  expect([text, response.status]).toEqual([text, status])
  return JSON.parse(text)
}

const memoryFields = ['id', 'content', 'created_at', 'state', 'app_id', 'app_name', 'categories', 'metadata_']

describe('OpenMemory session', () => {
  const ids: string[] = []

  test('POST /memories/ as the dashboard does', async () => {
    for (const text of ['Rex is our golden retriever.', 'The mill burned down in 1911.', 'I drink my tea green.']) {
      const made = await send('POST', '/memories/', { user_id: user, text, infer: false, app: 'openmemory' })
      for (const field of memoryFields) expect(made).toHaveProperty(field)
      ids.push(made.id)
    }
    expect(new Set(ids).size).toBe(3)
  })

  test('GET /memories/ with every parameter of the old API', async () => {
    const query = new URLSearchParams({
      user_id: user,
      app_id: app,
      from_date: '0',
      to_date: '4102444800',
      search_query: 'retriever',
      sort_column: 'created_at',
      sort_direction: 'desc',
      page: '1',
      size: '10',
    })
    const page = await send('GET', `/memories/?${query}`)
    expect(page).toMatchObject({ total: 1, page: 1, size: 10, pages: 1 })
    for (const field of memoryFields) expect(page.items[0]).toHaveProperty(field)
    expect(page.items[0].content).toBe('Rex is our golden retriever.')
    expect(Number.isInteger(page.items[0].created_at)).toBe(true)
  })

  test('POST /memories/filter as the dashboard does', async () => {
    const page = await send('POST', '/memories/filter', {
      user_id: user,
      page: 1,
      size: 2,
      search_query: '',
      app_ids: [],
      category_ids: [],
      sort_column: 'created_at',
      sort_direction: 'asc',
      show_archived: false,
    })
    expect(page).toMatchObject({ total: 3, page: 1, size: 2, pages: 2 })
    expect(page.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2))
  })

  test('POST /memories/search', async () => {
    const { results } = await send('POST', '/memories/search', {
      query: 'what is my dog a retriever of',
      user_id: user,
    })
    expect(results[0].id).toBe(ids[0])
  })

  test('GET /memories/{id}', async () => {
    const memory = await send('GET', `/memories/${ids[0]}?user_id=${user}`)
    expect(memory).toMatchObject({ id: ids[0], text: 'Rex is our golden retriever.', state: 'active' })
    for (const field of ['created_at', 'app_id', 'app_name', 'categories', 'metadata_'])
      expect(memory).toHaveProperty(field)
  })

  test('PUT /memories/{id} as the dashboard does', async () => {
    await send('PUT', `/memories/${ids[2]}`, { memory_id: ids[0], memory_content: 'a' }, 422)
    const body = { memory_id: ids[2], memory_content: 'I drink my tea black.', user_id: user }
    const changed = await send('PUT', `/memories/${ids[2]}`, body)
    expect(changed).toMatchObject({ id: ids[2], content: 'I drink my tea black.' })
    const { results } = await send('POST', '/memories/search', { query: 'green tea' })
    expect(JSON.stringify(results)).not.toContain('green')
  })

  test('GET /memories/categories', async () => {
    const categories = await send('GET', `/memories/categories?user_id=${user}`)
    expect(categories).toEqual({ categories: expect.any(Array), total: expect.any(Number) })
  })

  test('POST /memories/actions/pause, and what is paused is not recalled', async () => {
    await send('POST', '/memories/actions/pause', {
      memory_ids: [ids[1]],
      all_for_app: false,
      state: 'paused',
      user_id: user,
    })
    expect((await send('GET', `/memories/${ids[1]}`)).state).toBe('paused')
    const { results } = await send('POST', '/memories/search', { query: 'mill burned' })
    expect(JSON.stringify(results)).not.toContain(ids[1])
    await send('POST', '/memories/actions/pause', { memory_ids: [ids[1]], state: 'active', user_id: user })
    expect((await send('GET', `/memories/${ids[1]}`)).state).toBe('active')
  })

  test('POST /memories/actions/archive, with ids alone and in an object', async () => {
    await send('POST', `/memories/actions/archive?user_id=${user}`, [ids[1]])
    expect((await send('GET', `/memories/${ids[1]}`)).state).toBe('archived')
    await send('POST', '/memories/actions/archive', { memory_ids: [ids[1]], user_id: user })
    const shown = await send('POST', '/memories/filter', { user_id: user, show_archived: true })
    const hidden = await send('POST', '/memories/filter', { user_id: user, show_archived: false })
    expect([shown.total, hidden.total]).toEqual([3, 2])
  })

  test('GET /memories/{id}/related and /access-log', async () => {
    const related = await send('GET', `/memories/${ids[0]}/related?user_id=${user}`)
    expect(related).toMatchObject({
      page: 1,
      items: expect.any(Array),
      total: expect.any(Number),
      pages: expect.any(Number),
    })
    const log = await send('GET', `/memories/${ids[0]}/access-log?page=1&page_size=10`)
    expect(log).toMatchObject({ page: 1, page_size: 10, total: expect.any(Number) })
    expect(log.logs.length).toBeGreaterThan(0)
    for (const field of ['id', 'app_name', 'accessed_at']) expect(log.logs[0]).toHaveProperty(field)
  })

  test('apps: list, one, what it made and read', async () => {
    const list = await send('GET', '/apps/?name=&is_active=true&sort_by=name&sort_direction=asc&page=1&page_size=10')
    expect(list).toMatchObject({ total: 1, page: 1, page_size: 10 })
    expect(list.apps[0]).toMatchObject({ id: app, is_active: true, total_memories_created: 3 })
    expect(await send('GET', `/apps/${app}`)).toMatchObject({ id: app, is_active: true, total_memories_created: 3 })
    const made = await send('GET', `/apps/${app}/memories?page=1&page_size=10`)
    expect(made.memories.length).toBe(made.total)
    const accessed = await send('GET', `/apps/${app}/accessed?page=1&page_size=10`)
    expect(accessed.memories[0]).toMatchObject({ memory: { id: expect.any(String) }, access_count: expect.any(Number) })
  })

  test('PUT /apps/{id}?is_active=false: a paused app recalls nothing until it is active again', async () => {
    const other = await deployment.register({ client_name: 'other' })
    const { access_token } = await deployment.signIn(other)
    const recalled = async () => {
      const response = await deployment.send('/api/v1/memories/search', {
        method: 'POST',
        headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: 'retriever' }),
      })
      return (await response.text()).includes(ids[0] ?? 'none')
    }
    expect(await recalled()).toBe(true)
    expect((await send('PUT', `/apps/${other.client_id}?is_active=false`)).status).toBe('success')
    expect(await recalled()).toBe(false)
    await send('PUT', `/apps/${other.client_id}?is_active=true`)
    expect(await recalled()).toBe(true)
  })

  test('GET /stats/', async () => {
    const stats = await send('GET', `/stats/?user_id=${user}`)
    expect(stats.total_memories).toBeNumber()
    expect(stats.total_apps).toBe(stats.apps.length)
    expect(stats.apps.map(({ id }: { id: string }) => id)).toContain(app)
  })

  test('config: get, put, patch, reset', async () => {
    const config = await send('GET', '/config/')
    expect(config).toHaveProperty('openmemory')
    expect(config).toHaveProperty('mem0')
    const openmemory = { custom_instructions: 'Remember names.' }
    expect((await send('PUT', '/config/', { openmemory })).openmemory).toMatchObject(openmemory)
    expect((await send('PATCH', '/config/', { openmemory })).openmemory).toMatchObject(openmemory)
    expect((await send('POST', '/config/reset')).openmemory.custom_instructions ?? null).toBeNull()
  })

  test('POST /backup/export gives a zip, which POST /backup/import takes in a form, as the dashboard sends it', async () => {
    const transfer = async (path: string, init: RequestInit) => {
      note('POST', path)
      const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) }
      return deployment.send(`/api/v1${path}`, { method: 'POST', ...init, headers })
    }
    const exported = await transfer('/backup/export', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: user }),
    })
    expect(exported.headers.get('content-type')).toBe('application/zip')
    const form = new FormData()
    form.set('file', new File([await exported.arrayBuffer()], 'memories_export.zip'))
    form.set('user_id', user)
    const imported = await transfer('/backup/import?mode=skip', { body: form })
    expect(await imported.json()).toMatchObject({ message: expect.stringContaining('Imported'), skipped: ids.length })
  })

  test('DELETE /memories/{id} and DELETE /memories/ with memory_ids', async () => {
    await send('DELETE', `/memories/${ids[0]}?user_id=${user}`)
    await send('DELETE', '/memories/', { memory_ids: ids.slice(1), user_id: user })
    for (const id of ids) await send('GET', `/memories/${id}`, undefined, 404)
    expect((await send('GET', '/memories/')).total).toBe(0)
  })

  test('a user_id that names someone else is 403 at every address that takes one', async () => {
    for (const path of ['/memories/', '/memories/categories', '/stats/', '/apps/', '/config/']) {
      expect((await send('GET', `${path}?user_id=somebody-else`, undefined, 403)).field).toBe('user_id')
    }
  })

  test('the session sent every path and verb there was', () => {
    expect(openMemoryPaths.filter((path) => !sent.has(path))).toEqual([])
  })
})
