/** The resources of a split deployment start in any order: they answer 503 and say what would help until the rest is there. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  folderWithKeys,
  freePort,
  freshFolder,
  type Server,
  startServer,
  startUnready,
  target,
} from '../support/server.ts'

describe(`openmemory-mcp without its sign-in server, on ${target}`, () => {
  let resources: Server
  let auth: Server | undefined
  let variables: Record<string, string>
  let authPort: number

  beforeAll(async () => {
    const port = await freePort()
    authPort = await freePort()
    variables = {
      DATA_DIR: folderWithKeys(),
      PORT: String(port),
      OIDC_PORT: String(authPort),
      OIDC_BASE_URL: `http://localhost:${authPort}`,
      API_BASE_URL: `http://localhost:${port}`,
      JWKS_URL: `http://127.0.0.1:${authPort}/auth/jwks`,
    }
    resources = await startUnready(variables, port, '--roles', 'mcp,api')
  }, 30_000)
  afterAll(async () => {
    await Promise.all([resources.stop(), auth?.stop()])
  })

  test.each([
    ['/api/v1/me', {}],
    ['/mcp', {}],
    ['/api/v1/me', { authorization: 'Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJhdCtqd3QifQ.e30.c2ln' }],
  ])('%s with %o: 503 with Retry-After, naming both remedies', async (path, headers) => {
    const response = await fetch(resources.url + path, { headers, method: path === '/mcp' ? 'POST' : 'GET' })
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    const text = await response.text()
    expect(text).toContain('docker compose --profile auth up -d')
    expect(text).toContain('AUTH=none')
  })

  test('/health says which engine is missing', async () => {
    const response = await fetch(`${resources.url}/health`)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      engines: expect.arrayContaining([expect.objectContaining({ engine: 'jwks', state: 'down' })]),
    })
  })

  test('once the sign-in server is there, without a restart: 401 with the challenge, and healthy', async () => {
    auth = await startServer(variables, authPort, '--roles', 'auth')
    const response = await fetch(`${resources.url}/api/v1/me`)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('resource_metadata')
    expect((await fetch(`${resources.url}/health`)).status).toBe(200)
    expect(resources.output()).toContain('elsewhere set REDIS_URL for both')
  }, 30_000)
})

describe(`openmemory-mcp without Redis, on ${target}`, () => {
  test('it listens, answers 503 with both remedies, and stops with 0', async () => {
    const port = await freePort()
    const nowhere = { REDIS_URL: 'redis://:hush@127.0.0.1:1/0', DATA_DIR: freshFolder(), PORT: String(port) }
    const resources = await startUnready(nowhere, port, '--roles', 'mcp,api')
    let answer = ''
    for (let tries = 0; tries < 100 && !answer.includes('REDIS_URL'); tries++) {
      const response = await fetch(`${resources.url}/mcp`, { method: 'POST' })
      expect(response.status).toBe(503)
      answer = await response.text()
      await Bun.sleep(50)
    }
    expect(answer).toContain('REDIS_URL')
    expect(answer).toContain('docker compose up -d')
    expect(answer).toContain('AUTH=none')
    expect(answer).not.toContain('hush')
    expect(await resources.stop()).toBe(0)
  }, 30_000)

  test('with AUTH=none nothing else is needed', async () => {
    const port = await freePort()
    const variables = { AUTH: 'none', REDIS_URL: 'redis://:hush@127.0.0.1:1/0', DATA_DIR: freshFolder() }
    const resources = await startServer({ ...variables, PORT: String(port) }, port, '--roles', 'mcp,api')
    expect((await fetch(`${resources.url}/api/v1/me`)).status).toBe(200)
    expect(await resources.stop()).toBe(0)
  }, 30_000)
})

describe(`openmemory-mcp without Postgres, on ${target}`, () => {
  test('whoever asks is told which variable to look at; why, with address and user, is on standard error alone', async () => {
    const port = await freePort()
    const nowhere = { AUTH: 'none', DATABASE_URL: 'postgres://marker-user:hush@127.0.0.1:1/marker-database' }
    const variables = { ...nowhere, DATA_DIR: freshFolder(), PORT: String(port) }
    const resources = await startUnready(variables, port, '--roles', 'mcp,api')
    for (const path of ['/health', '/api/v1/me']) {
      let answer = ''
      for (let tries = 0; tries < 100 && !answer.includes('DATABASE_URL'); tries++) {
        const response = await fetch(resources.url + path)
        expect(response.status).toBe(503)
        answer = await response.text()
        await Bun.sleep(50)
      }
      expect(answer).toContain('DATABASE_URL')
      expect(answer).not.toMatch(/127\.0\.0\.1|ECONN|refused|marker|hush/)
    }
    // A second try, two seconds later, finds the same.
    await Bun.sleep(2_500)
    expect(await resources.stop()).toBe(0)
    expect(resources.output().match(/^waiting: Postgres .*ECONNREFUSED/gm)).toHaveLength(1)
    expect(resources.output()).not.toContain('hush')
  }, 30_000)
})
