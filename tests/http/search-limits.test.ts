/** Each limit that a search may be given, over REST and over MCP: what it leaves out. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Deployment, deploy } from '../support/deployment.ts'
import { type Call, restCaller } from '../support/rest.ts'

let deployment: Deployment
let notes: Call
let mail: Call
let token: string
let mailApp: string
/** When the second of two memories was corrected. */
let corrected: string

beforeAll(async () => {
  deployment = await deploy()
  await deployment.dependencies.people?.add('ada')
  notes = await restCaller(deployment, 'ada')
  mail = await restCaller(deployment, 'ada')
  token = (await deployment.signIn(await deployment.register(), { user: 'ada' })).access_token
  const add = async (call: Call, text: string, parts: Record<string, unknown> = {}) =>
    (await call('POST', '/memories/', { text, ...parts })).body
  await add(notes, 'A heron in spring.', { categories: ['birds'], thread: 'weir', occurred_at: '2024-04-01T12:00:00Z' })
  const summer = { categories: ['walks'], occurred_at: '2024-08-01T12:00:00Z' }
  const { id } = await add(notes, 'A heron in summer.', { ...summer, thread: 'lake' })
  mailApp = (await add(mail, 'A heron in autumn.', { occurred_at: '2024-10-01T12:00:00Z' })).app_id
  corrected = new Date().toISOString()
  await Bun.sleep(5)
  const { status } = await notes('POST', `/memories/${id}/supersede`, { text: 'A heron in high summer.', ...summer })
  expect(status).toBe(201)
})
afterAll(() => deployment.close())

const overRest = async (limits: object): Promise<string[]> => {
  const { status, body } = await notes('POST', '/memories/search', { query: 'heron', ...limits })
  expect(status).toBe(200)
  return body.results.map(({ content }: { content: string }) => content)
}
const overMcp = async (limits: object): Promise<string[]> => {
  const params = { name: 'search_memory', arguments: { query: 'heron', ...limits } }
  const response = await deployment.send('/mcp', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  })
  const { result } = (await response.json()) as {
    result: { structuredContent: { results: { memory: { text: string } }[] } }
  }
  return result.structuredContent.results.map(({ memory }) => memory.text)
}

describe.each([
  ['REST', overRest],
  ['MCP', overMcp],
])('a search over %s', (_, search) => {
  const [spring, old, summer, autumn] = ['spring', 'summer', 'high summer', 'autumn'].map(
    (when) => `A heron in ${when}.`,
  )
  test.each([
    ['nothing', () => ({}), [autumn, summer, spring]],
    ['categories', () => ({ categories: ['birds', 'none'] }), [spring]],
    ['app', () => ({ app: mailApp }), [autumn]],
    ['from', () => ({ from: '2024-08-01T00:00:00Z' }), [autumn, summer]],
    ['to', () => ({ to: '2024-08-02T00:00:00Z' }), [summer, spring]],
    ['from and to', () => ({ from: '2024-05-01T00:00:00Z', to: '2024-09-01T00:00:00Z' }), [summer]],
    ['thread', () => ({ thread: 'weir' }), [spring]],
    ['as_of', () => ({ as_of: corrected }), [autumn, old, spring]],
    [
      'all of them',
      () => ({ categories: ['walks'], thread: 'lake', from: '2024-08-01T00:00:00Z', limit: 5 }),
      [summer],
    ],
    ['a threshold beyond all', () => ({ threshold: 50 }), []],
  ])('limited by %s', async (_, limits, texts) => {
    expect((await search(limits())).sort()).toEqual([...texts].sort() as string[])
  })

  test('limited to one gives the best alone', async () => {
    expect(await search({ query: 'heron in spring', limit: 1 })).toEqual([spring ?? ''])
  })
})
