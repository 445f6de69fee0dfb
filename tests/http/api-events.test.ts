import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Deployment, deploy, type Tokens } from '../support/deployment.ts'

let deployment: Deployment
let tokens: Tokens
let client: { client_id: string }

beforeAll(async () => {
  deployment = await deploy()
  await deployment.dependencies.people?.add('eve')
  client = await deployment.register()
  tokens = await deployment.signIn(client)
})
afterAll(() => deployment.close())

const follow = (headers: Record<string, string> = {}, token = tokens.access_token) =>
  deployment.send('/api/v1/events', { headers: { authorization: `Bearer ${token}`, ...headers } })

async function add(text: string, token = tokens.access_token): Promise<string> {
  const response = await deployment.send('/api/v1/memories/', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  })
  return ((await response.json()) as { id: string }).id
}

/** What a stream says until it has said `marker`, or ends. */
async function readUntil(response: Response, marker: string): Promise<string> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  let text = ''
  const decoder = new TextDecoder()
  while (!text.includes(marker)) {
    const { done, value } = await reader.read()
    if (done) return `${text}[end]`
    text += decoder.decode(value, { stream: true })
  }
  await reader.cancel()
  return text
}

describe('HTML section 9.2: changes as server-sent events', () => {
  test('a comment comes at once, then what happens from now on, without any text of a memory', async () => {
    await add('Before the stream, a heron.')
    const response = await follow()
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const id = await add('A heron stood in the mill pond.')
    const text = await readUntil(response, id)
    expect(text).toStartWith(':\n')
    expect(text.match(/^event: /gm)).toHaveLength(1)
    expect(text).toMatch(/^id: \d+\nevent: created\ndata: \{/m)
    expect(text).not.toContain('heron')
  })

  test('section 9.2.4: Last-Event-ID goes on where the last connection stopped', async () => {
    const stream = await follow()
    const first = await add('One more thing to remember.')
    const last = /^id: (\d+)$/m.exec(await readUntil(stream, first))?.[1] ?? ''
    const missed = await add('Something that happened while nobody listened.')
    const text = await readUntil(await follow({ 'last-event-id': last }), missed)
    expect(text).not.toContain(first)
    const refused = await follow({ 'last-event-id': 'x' })
    expect(refused.status).toBe(422)
  })

  test('nobody hears of another person', async () => {
    const eve = (await deployment.signIn(await deployment.register(), { user: 'eve' })).access_token
    const stream = await follow({}, eve)
    const hers = await add('Ada whispers.')
    const own = await add('Eve listens.', eve)
    expect(await readUntil(stream, own)).not.toContain(hers)
  })

  test('a stream ends when its token is revoked', async () => {
    const other = await deployment.signIn(client)
    const stream = await follow({}, other.access_token)
    await deployment.form('/auth/revoke', { token: other.access_token, client_id: client.client_id })
    expect(await readUntil(stream, 'never')).toEndWith('[end]')
  })

  test('a stream ends when its app is limited, which may not know what others do; then none is opened', async () => {
    const app = await deployment.register()
    const limited = await deployment.signIn(app)
    const stream = await follow({}, limited.access_token)
    const answer = await deployment.send(`/api/v1/apps/${app.client_id}/access`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${tokens.access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ read: 'own', write: 'own' }),
    })
    expect(answer.status).toBe(200)
    expect(await readUntil(stream, 'never')).toEndWith('[end]')
    expect((await follow({}, limited.access_token)).status).toBe(403)
  })

  test('one person cannot hold more than ten', async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, () => follow()))
    const refused = await follow()
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('15')
    await Promise.all(streams.map((stream) => stream.body?.cancel()))
    const again = await follow()
    expect(again.status).toBe(200)
    await again.body?.cancel()
  })

  test('without a token it is 401', async () => {
    expect((await deployment.send('/api/v1/events')).status).toBe(401)
  })
})
