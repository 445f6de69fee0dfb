/** One person's client asks much at once of an engine that is slow: what reaches the engine, and who waits. */
import { expect, test } from 'bun:test'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deploy } from '../support/deployment.ts'
import { restCaller } from '../support/rest.ts'

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
  const call = await restCaller(deployment, 'ada')
  expect((await call('POST', '/memories/', { text: 'Rex is a dog.' })).status).toBe(200)
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, at) => call('POST', '/memories/search', { query: `is Rex a dog, ${at}` })),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(8)
  expect(deployment.dependencies.mcp?.operations).toBe(deployment.dependencies.api?.operations)
  await deployment.close()
  slow.close()
})
