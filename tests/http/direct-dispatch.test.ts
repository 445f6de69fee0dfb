import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { addressOf, deploy } from '../support/deployment.ts'

let deployment: Awaited<ReturnType<typeof deploy>>
let authorization: string
beforeAll(async () => {
  deployment = await deploy()
  const { access_token } = await deployment.signIn(await deployment.register())
  authorization = `Bearer ${access_token}`
})
afterAll(() => deployment.close())

const sameEachTime = new Set(['x-request-id', 'ratelimit'])

async function answer(method: string, path: string, headers: Record<string, string>) {
  const body = method === 'POST' ? '{"query":"nothing"}' : undefined
  const response = await deployment.serve(new Request(addressOf(path), { method, headers, body: body ?? null }))
  const fields = [...response.headers].filter(([name]) => !sameEachTime.has(name))
  return { status: response.status, fields, body: (await response.text()).replace(/"requestId":"[^"]+"/, '') }
}

describe('a path that is served without the router', () => {
  // An empty query is the same address to a person, and what sends the request through the router.
  for (const [method, path] of [
    ['GET', '/api/v1/me'],
    ['HEAD', '/api/v1/me'],
    ['POST', '/api/v1/me'],
    ['GET', '/api/v1/memories'],
    ['POST', '/api/v1/memories/search'],
    ['DELETE', '/api/v1/memories/search'],
    ['GET', '/api/v1/nothing-here'],
    ['GET', '/mcp'],
    ['POST', '/mcp'],
    ['DELETE', '/mcp'],
    ['GET', '/.well-known/openid-configuration'],
    ['HEAD', '/auth/jwks'],
    ['OPTIONS', '/auth/token'],
    ['DELETE', '/auth/token'],
    ['POST', '/auth/token'],
    ['GET', '/auth/userinfo'],
    ['GET', '/auth/nothing-here'],
  ] as const) {
    test(`${method} ${path} answers as it does through the router, with a token and without`, async () => {
      for (const headers of [{}, { authorization, 'content-type': 'application/json' }]) {
        expect(await answer(method, path, headers)).toEqual(await answer(method, `${path}?`, headers))
      }
    })
  }

  test('a browser is told which origins may read it all the same', async () => {
    const headers = { authorization, origin: 'https://chatgpt.com' }
    const response = await deployment.serve(new Request(addressOf('/api/v1/me'), { headers }))
    expect(response.headers.get('access-control-allow-origin')).toBe('https://chatgpt.com')
  })
})
