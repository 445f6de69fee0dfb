/** One person's client asks much at once of an engine that is slow: what reaches the engine, and who waits. */
import { expect, test } from 'bun:test'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deploy } from '../support/deployment.ts'

test('a client that asks fifty things at once has eight under way, over REST and MCP together, and all are answered', async () => {
  let [asking, most] = [0, 0]
  const slow = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    // The job that embeds what was added asks too.
    const question = body.includes('is Rex') ? 1 : 0
    asking += question
    most = Math.max(most, asking)
    setTimeout(() => {
      asking -= question
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ data: [{ index: 0, embedding: [1, 0] }] }))
    }, 20)
  })
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve))
  const deployment = await deploy({
    EMBEDDER_URL: `http://127.0.0.1:${(slow.address() as AddressInfo).port}/v1`,
    EMBEDDER_MODEL: 'slow',
  })
  await deployment.dependencies.people?.add('ada')
  const { access_token } = await deployment.signIn(await deployment.register(), { user: 'ada' })
  const post = (path: string, body: unknown) =>
    deployment.send(path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${access_token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(body),
    })
  const overRest = (query: string) => post('/api/v1/memories/search', { query })
  const overMcp = (query: string) =>
    post('/mcp', {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'search_memory', arguments: { query } },
    })
  expect((await post('/api/v1/memories/', { text: 'Rex is a dog.' })).status).toBe(200)
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? overRest : overMcp)(`is Rex a dog, ${at}`)),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  for (const answer of answers) expect(await answer.text()).toContain('Rex is a dog.')
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(8)
  await deployment.close()
  slow.close()
})
