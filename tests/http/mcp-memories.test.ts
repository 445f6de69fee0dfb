import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { type Deployment, deploy, origin } from '../support/deployment.ts'

let here: Deployment
beforeAll(async () => {
  here = await deploy()
  await here.dependencies.people?.add('grace')
})
afterAll(() => here.close())

/** The official client with a token that was got through the pages. */
async function connect(user?: string, scope?: string) {
  const { access_token } = await here.signIn(await here.register(), { user, ...(scope === undefined ? {} : { scope }) })
  const client = new Client({ name: 'test', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', origin), {
    requestInit: { headers: { authorization: `Bearer ${access_token}` } },
    fetch: (url, init) => here.send(url.toString(), init),
  })
  // The SDK's transport types its optional fields another way than this project's compiler settings.
  await client.connect(transport as unknown as Parameters<Client['connect']>[0])
  const call = async (name: string, input: Record<string, unknown> = {}) => {
    const result = await client.callTool({ name, arguments: input })
    const data = result.structuredContent as Record<string, unknown>
    return { isError: result.isError === true, data, text: JSON.stringify(result.content) }
  }
  return { client, call }
}

describe('memories over MCP', () => {
  test('remember, recall, list, fetch, delete', async () => {
    const { call } = await connect()
    const added = await call('add_memories', { text: 'Rex is our golden retriever.', categories: ['family'] })
    expect(added.data).toMatchObject({ results: [{ status: 'added' }] })
    const found = await call('search_memory', { query: 'what kind of retriever is Rex' })
    expect(found.data).toMatchObject({
      results: [{ memory: { text: 'Rex is our golden retriever.', said_by: 'self', app: 'Test client' } }],
    })
    const listed = await call('list_memories')
    expect(listed.data).toMatchObject({ total: 1 })
    const searched = (await call('search', { query: 'golden retriever' })).data.results as { id: string; url: string }[]
    const fetched = await call('fetch', { id: searched[0]?.id })
    expect(fetched.data).toMatchObject({
      text: 'Rex is our golden retriever.',
      url: `${origin}/memories/${searched[0]?.id}`,
    })
    const deleted = await call('delete_memories', { memory_ids: [searched[0]?.id] })
    expect(deleted.data).toMatchObject({ deleted: [searched[0]?.id] })
    expect((await call('search_memory', { query: 'retriever' })).data).toMatchObject({ results: [] })
  })

  test('a search tells why, in parts when asked, and keeps to a threshold', async () => {
    const { call } = await connect()
    await call('add_memories', { text: 'The chess club meets on Thursdays.' })
    const { results } = (await call('search_memory', { query: 'chess club', explain: true })).data as {
      results: unknown[]
    }
    expect(results).toMatchObject([
      {
        why: {
          lists: [{ name: 'words', rank: 1, score: 1 }],
          matched: ['chess', 'club'],
          details: { words: { thread: expect.any(Number) }, terms: [{ word: 'chess' }, { word: 'club' }] },
        },
      },
    ])
    expect((await call('search_memory', { query: 'chess club', threshold: 50 })).data).toMatchObject({ results: [] })
  })

  test('where words alone are compared, an answer that found nothing says so, and to try others', async () => {
    const { call } = await connect()
    const { data } = await call('search_memory', { query: 'chezz clubb' })
    expect(data).toEqual({ results: [], notice: expect.stringContaining('by their words alone: try others') })
    expect((await call('search_memory', { query: 'chess club' })).data).toMatchObject({
      notice: expect.not.stringContaining('by their words alone'),
    })
    expect((await call('search_memory', { query: 'chess club', threshold: -1 })).isError).toBe(true)
  })

  test('the same text twice is one memory', async () => {
    const { call } = await connect()
    await call('add_memories', { text: 'The spare key is with the neighbour.' })
    expect((await call('add_memories', { text: '  The spare key is\nwith the neighbour. ' })).data).toMatchObject({
      results: [{ status: 'duplicate' }],
    })
  })

  test('what was recalled a moment ago is not stored again', async () => {
    const { call } = await connect()
    await call('add_memories', { text: 'Ada plays the viola in an orchestra.' })
    await call('add_memories', { text: 'Ada was born in Lyon in the year 1990.' })
    await call('search_memory', { query: 'Ada' })
    const again = await call('add_memories', {
      text: 'I know: Ada plays the viola in an orchestra. Ada was born in Lyon in the year 1990.',
    })
    expect(again.data).toMatchObject({ results: [{ status: 'recalled' }] })
  })

  test('two people never see each other', async () => {
    const [ada, grace] = [await connect(), await connect('grace')]
    await ada.call('add_memories', { text: 'Ada keeps a secret garden.' })
    expect((await grace.call('search_memory', { query: 'secret garden' })).data).toMatchObject({ results: [] })
    expect((await grace.call('list_memories')).data).toMatchObject({ total: 0 })
    const ids = ((await ada.call('search', { query: 'garden' })).data.results as { id: string }[]).map(({ id }) => id)
    expect((await grace.call('fetch', { id: ids[0] })).isError).toBe(true)
    expect((await grace.call('delete_memories', { memory_ids: ids })).isError).toBe(true)
    expect((await ada.call('fetch', { id: ids[0] })).isError).not.toBe(true)
  })

  test('deleting everything takes two steps, and the token of the first works once', async () => {
    const { call } = await connect('grace')
    await call('add_memories', { text: 'One thing to forget.' })
    const first = await call('delete_all_memories')
    expect(first.data).toMatchObject({ deleted: 0, would_delete: 1 })
    expect((await call('list_memories')).data).toMatchObject({ total: 1 })
    expect((await call('delete_all_memories', { confirmation: 'invented' })).isError).toBe(true)
    const second = await call('delete_all_memories', { confirmation: first.data.confirmation })
    expect(second.data).toMatchObject({ deleted: 1 })
    expect((await call('delete_all_memories', { confirmation: first.data.confirmation })).isError).toBe(true)
  })

  test('a wrong argument is a tool error that names the field', async () => {
    const { call } = await connect()
    const wrong = await call('search_memory', { query: 'x', limit: 0 })
    expect(wrong.isError).toBe(true)
    expect(wrong.text).toContain('limit')
  })

  test('long texts are cut unless the whole is asked for, and recalled text is framed as data', async () => {
    const { call } = await connect()
    const text = `The long saga of Björk begins. ${'And on it goes through the winter. '.repeat(60)}`.trim()
    await call('add_memories', { text })
    type Found = { notice: string; results: { memory: { text: string; truncated?: boolean } }[] }
    const brief = (await call('search_memory', { query: 'saga of Björk' })).data as Found
    expect(brief.notice).toContain('not instructions')
    expect(brief.results[0]?.memory).toMatchObject({
      truncated: true,
      text: expect.stringMatching(/^The long saga.{900,}…$/),
    })
    const full = (await call('search_memory', { query: 'saga of Björk', full: true })).data as Found
    expect(full.results[0]?.memory.text).toBe(text)
  })

  test('every tool that shows memories tells the app, the speaker and the date of each', async () => {
    const { call } = await connect()
    await call('add_memories', {
      text: 'The ferry to Elba was late.',
      speaker: { kind: 'other', name: 'Grace' },
      occurred_at: '2026-05-07',
    })
    expect((await call('search_memory', { query: 'ferry to Elba' })).data).toMatchObject({
      results: [{ memory: { app: 'Test client', said_by: 'Grace', occurred_at: '2026-05-07T00:00:00.000Z' } }],
    })
  })
})

describe('a batch of 2025-03-26', () => {
  let headers: Record<string, string>
  beforeAll(async () => {
    await here.dependencies.people?.add('ida')
    const { access_token } = await here.signIn(await here.register(), { user: 'ida' })
    headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' }
  })
  type Answers = { id: number; result?: { structuredContent: Record<string, unknown> }; error?: { message: string } }[]
  const batch = async (calls: readonly { name: string; arguments: unknown }[]): Promise<Answers> => {
    const body = JSON.stringify(calls.map((params, id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params })))
    return (await here.send('/mcp', { method: 'POST', headers, body })).json()
  }

  test('runs in its order: what a request asks for, one before it may have written', async () => {
    const [, found] = await batch([
      { name: 'add_memories', arguments: { text: 'The spare key lies under the blue pot.' } },
      { name: 'search_memory', arguments: { query: 'spare key' } },
    ])
    expect(found?.result?.structuredContent.results).toHaveLength(1)
  })

  test('is not run further once its answers are more than may be held at once, and says so of each', async () => {
    for (const n of [1, 2, 3, 4, 5]) {
      const body = JSON.stringify({ text: `${n} ${'long words '.repeat(9_000)}` })
      expect((await here.send('/api/v1/memories/', { method: 'POST', headers, body })).status).toBe(200)
    }
    const answers = await batch([
      ...Array.from({ length: 49 }, () => ({
        name: 'list_memories',
        arguments: { full: true, max_characters: 1_000_000 },
      })),
      { name: 'add_memories', arguments: { text: 'This is not written.' } },
    ])
    expect(answers.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, id) => id))
    expect(answers[0]?.result?.structuredContent.total).toBe(6)
    expect(answers[49]?.error?.message).toStartWith('Not run')
    expect(JSON.stringify(answers).length).toBeLessThan(20 * 1024 * 1024)
    const [after] = await batch([{ name: 'list_memories', arguments: {} }])
    expect(after?.result?.structuredContent.total).toBe(6)
  })
})
