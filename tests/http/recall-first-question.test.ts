/** When a model that has to be loaded first begins to be: before somebody asks, and not for whoever merely comes. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Embedder } from '../../src/memory/rank/embedder.ts'
import { type Deployment, deploy } from '../support/deployment.ts'
import { restCaller } from '../support/rest.ts'
import { openSignedIn } from '../support/ui.ts'

let prepared = 0
const embedder: Embedder = {
  space: 'counting/1',
  questionBudgetMs: 150,
  embed: async (texts) => texts.map(() => Float32Array.of(1)),
  embedQuestion: async () => Float32Array.of(1),
  prepare() {
    prepared += 1
  },
}
const opened: Deployment[] = []

/** A deployment whose model counts how often it was told to make ready. */
async function deployCounting(environment: Record<string, string> = {}) {
  const deployment = await deploy(environment)
  opened.push(deployment)
  Object.assign(deployment.dependencies.api?.services ?? expect.unreachable(), { embedder })
  prepared = 0
  return deployment
}

describe('The model begins to be loaded', () => {
  let deployment: Deployment
  beforeAll(async () => {
    deployment = await deployCounting()
    await deployment.dependencies.people?.add('ada')
  })
  afterAll(async () => {
    for (const one of opened) await one.close()
  })

  test('when somebody opens the pages, where the next thing may be a search', async () => {
    prepared = 0
    await openSignedIn(deployment, deployment.browser(), '/memories', 'ada')
    expect(prepared).toBeGreaterThan(0)
  })

  test('when an MCP client comes', async () => {
    const { access_token } = await deployment.signIn(await deployment.register(), { user: 'ada' })
    prepared = 0
    const listed = await deployment.send('/mcp', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${access_token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    })
    expect(listed.status).toBe(200)
    expect(prepared).toBe(1)
  })

  test('not for a script that asks for a list now and then, nor for a stranger', async () => {
    const call = await restCaller(deployment, 'ada')
    prepared = 0
    expect((await call('GET', '/memories/')).status).toBe(200)
    const strange = { authorization: 'Bearer nobody' }
    expect((await call('GET', '/memories/', undefined, strange)).status).toBe(401)
    expect((await deployment.send('/memories')).status).toBeGreaterThanOrEqual(300)
    expect(prepared).toBe(0)
  })
})

test('without sign-in the pages are told from nobody, so that whoever comes has the model loaded', async () => {
  const open = await deployCounting({ AUTH: 'none' })
  expect((await open.send('/api/v1/memories/')).status).toBe(200)
  expect(prepared).toBe(1)
})
