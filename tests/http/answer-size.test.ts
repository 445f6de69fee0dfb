/** How large one answer gets, whatever is stored and however much is asked for: for a model, and for a program. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Deployment, deploy } from '../support/deployment.ts'
import { type Call, restCaller } from '../support/rest.ts'

let here: Deployment
beforeAll(async () => {
  here = await deploy()
})
afterAll(() => here.close())

async function person(name: string) {
  await here.dependencies.people?.add(name)
  const { access_token } = await here.signIn(await here.register(), { user: name })
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' }
  return async (tool: string, input: object) => {
    const params = { name: tool, arguments: input }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    const answer = await (await here.send('/mcp', { method: 'POST', headers, body })).json()
    return answer.result.structuredContent
  }
}

const long = (name: string, characters: number) =>
  `The ${name} saga begins. `.padEnd(characters, 'And on it goes. ').trim()
interface Shown {
  readonly id: string
  readonly text: string
  readonly truncated?: boolean
}

describe('For a model: 50,000 characters of whole texts', () => {
  const names = ['Alder', 'Birch', 'Cedar']
  let call: Awaited<ReturnType<typeof person>>
  beforeAll(async () => {
    call = await person('ada')
    for (const name of names) await call('add_memories', { text: long(name, 30_000) })
  })

  test('a list of whole texts ends early, and its cursor goes on with the next', async () => {
    const seen: Shown[] = []
    let cursor: string | undefined
    do {
      const page = await call('list_memories', { full: true, ...(cursor === undefined ? {} : { cursor }) })
      expect(JSON.stringify(page).length).toBeLessThan(60_000)
      seen.push(...page.memories)
      cursor = page.next_cursor
    } while (cursor !== undefined)
    expect(seen.map(({ text }) => text)).toEqual(names.map((name) => long(name, 30_000)).toReversed())
  })

  test('who counts pages gets every memory, those that do not fit cut', async () => {
    const { memories } = await call('list_memories', { full: true, page: 1 })
    expect(memories.map(({ text, truncated }: Shown) => [text.length > 20_000, truncated === true])).toEqual([
      [true, false],
      [false, true],
      [false, true],
    ])
  })

  test('a search gives the best whole and cuts what does not fit; fetch gives it whole', async () => {
    const { results } = await call('search_memory', { query: 'how does the Birch saga go', full: true })
    const [best, next] = results.map(({ memory }: { memory: Shown }) => memory)
    expect([best.text, next.truncated]).toEqual([long('Birch', 30_000), true])
    expect(next.text.length).toBeLessThanOrEqual(1_001)
    expect((await call('fetch', { id: next.id })).text.length).toBeGreaterThan(20_000)
    const more = await call('search_memory', { query: 'Birch saga', full: true, max_characters: 100_000 })
    expect(more.results.some(({ memory }: { memory: Shown }) => memory.truncated)).toBe(false)
  })

  test('metadata that are long are left out of lists, and fetch has them', async () => {
    const metadata = { notes: 'n'.repeat(5_000) }
    const { results } = await call('add_memories', { text: 'The ferry leaves at five.', metadata })
    const { id } = results[0].memory
    const [shown] = (await call('list_memories', { limit: 1 })).memories
    expect(shown).toMatchObject({ id, text: 'The ferry leaves at five.', truncated: true })
    expect(shown.metadata).toBeUndefined()
    expect(JSON.parse((await call('fetch', { id })).metadata.metadata)).toEqual(metadata)
  })
})

describe('For a program: a million characters', () => {
  const count = 12
  let call: Call
  beforeAll(async () => {
    await here.dependencies.people?.add('bob')
    call = await restCaller(here, 'bob')
    for (let at = 0; at < count; at++) {
      expect((await call('POST', '/memories/', { text: long(`number${at}`, 99_000) })).status).toBe(200)
    }
  })

  test('a page ends early, and its cursor goes on', async () => {
    const first = (await call('GET', '/memories/?size=50')).body
    expect([first.items.length, first.total]).toEqual([10, count])
    const next = (await call('GET', `/memories/?size=50&cursor=${encodeURIComponent(first.next_cursor)}`)).body
    expect(next.items.length).toBe(2)
    expect(next.next_cursor).toBeUndefined()
    const texts = [...first.items, ...next.items].map(({ content }: { content: string }) => content)
    expect(texts).toEqual(Array.from({ length: count }, (_, at) => long(`number${at}`, 99_000)).toReversed())
  })

  test('a page by its number has all of its memories, those that do not fit cut; one by its id is whole', async () => {
    const { items } = (await call('GET', '/memories/?page=1&size=50')).body
    const cut = items.filter(({ truncated }: Shown) => truncated)
    expect([items.length, cut.length]).toEqual([count, 2])
    expect((await call('GET', `/memories/${cut[0].id}`)).body.content.length).toBeGreaterThan(90_000)
    const filtered = (await call('POST', '/memories/filter', { size: 50 })).body.items
    expect(filtered.filter(({ truncated }: Shown) => truncated).length).toBe(2)
  })

  test('so are what an app wrote, what it was given, and what is found', async () => {
    const appId = (await call('GET', '/me')).body.client_id
    const { memories } = (await call('GET', `/apps/${appId}/memories?page_size=50`)).body
    expect(memories.filter(({ truncated }: Shown) => truncated).length).toBe(2)
    const found = (await call('POST', '/memories/search', { query: 'saga', limit: 50 })).body.results
    expect(found.filter(({ truncated }: Shown) => truncated).length).toBe(2)
    const given = (await call('GET', `/apps/${appId}/accessed?page_size=50`)).body.memories
    expect(given.filter(({ memory }: { memory: Shown }) => memory.truncated).length).toBe(2)
  })

  test('ChatGPT’s Actions, which a model reads, get less than their 100,000 characters', async () => {
    const header = { 'openai-conversation-id': 'c1' }
    for (const query of ['size=50', 'page=1&size=50']) {
      const { body } = await call('GET', `/memories/?${query}`, undefined, header)
      expect([body.items.length, body.items.every(({ truncated }: Shown) => truncated)]).toEqual([count, true])
      expect(JSON.stringify(body).length).toBeLessThan(100_000)
    }
    const found = await call('POST', '/memories/search', { query: 'saga' }, header)
    expect(JSON.stringify(found.body).length).toBeLessThan(100_000)
  })

  test('so is a history', async () => {
    const { id } = (await call('POST', '/memories/', { text: 'It began small.' })).body
    for (let at = 0; at < count; at++) {
      await call('PUT', `/memories/${id}`, { memory_content: long(`draft${at}`, 99_000) })
    }
    const { status, body } = await call('GET', `/memories/${id}/history?page_size=50`)
    expect([status, body.detail]).toEqual([200, undefined])
    expect(JSON.stringify(body).length).toBeLessThan(1_010_000)
    expect(body.events.filter(({ before }: { before?: Shown }) => before?.truncated).length).toBe(1)
  })
})
