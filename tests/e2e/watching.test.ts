/** What an operator can watch: /metrics, and the audit log of security events. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { type Signed, signIn } from '../support/script.ts'
import {
  folderWithKeys,
  freePort,
  type Product,
  runCommand,
  type Server,
  startServer,
  target,
} from '../support/server.ts'

const token = 'a-token-of-the-scraper'
const told = 'The heron nests above the weir.'

describe(`watching, on ${target}`, () => {
  let server: Server
  let signed: Signed
  let metricsUrl: string
  let product: Pick<Product, 'issuer' | 'issueCode'>
  const api = (path: string, init: RequestInit = {}, accessToken = signed.accessToken) =>
    fetch(`${server.url}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${accessToken}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
    })
  const scrape = async () => (await fetch(metricsUrl)).text()
  /** The sum of a metric's samples that have all of these labels. */
  const value = (page: string, name: string, ...labels: string[]) =>
    page
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => labels.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)

  beforeAll(async () => {
    const [port, metricsPort] = [await freePort(), await freePort()]
    const variables = {
      DATA_DIR: folderWithKeys(),
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      METRICS_TOKEN: token,
      RATE_LIMIT_PER_MINUTE: '30',
      RATE_LIMIT_BURST: '0',
    }
    metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`
    server = await startServer(variables, port)
    product = {
      issuer: server.url,
      issueCode: () => runCommand(variables, 'code'),
    }
    signed = await signIn(product)
    await api('/api/v1/memories/', { method: 'POST', body: JSON.stringify({ text: told }) })
    const call = (name: string, input: unknown) => ({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: input },
    })
    await api('/mcp', { method: 'POST', body: JSON.stringify(call('search_memory', { query: 'heron' })) })
    const found = (await (await api('/api/v1/memories/')).json()) as { items: { id: string }[] }
    await api(`/api/v1/memories/${found.items[0]?.id}`, { method: 'DELETE' })
    await api('/api/v1/me', {}, 'not.a.token')
    for (let n = 0; n < 35; n++) await api('/api/v1/me')
  }, 60_000)
  afterAll(async () => {
    await server.stop()
  })

  test('/metrics counts requests by route, tokens, flows by step, limits by rule, tools, search by stage, engines and memory', async () => {
    const page = await scrape()
    expect(value(page, 'souvenir_http_requests_total', 'route="/api/v1/me"', 'status="200"')).toBeGreaterThan(20)
    expect(value(page, 'souvenir_rate_limited_total', 'rule="principal"')).toBeGreaterThan(0)
    expect(value(page, 'souvenir_token_validation_seconds_count', 'outcome="valid"', 'cached="yes"')).toBeGreaterThan(
      20,
    )
    expect(value(page, 'souvenir_token_validation_seconds_count', 'outcome="invalid"')).toBe(1)
    for (const step of ['authorize', 'sign_in', 'consent', 'token']) {
      expect([step, value(page, 'souvenir_oauth_flow_steps_total', `step="${step}"`, 'event="entered"')]).toEqual([
        step,
        1,
      ])
    }
    for (const step of ['sign_in', 'consent', 'token']) {
      expect([step, value(page, 'souvenir_oauth_flow_steps_total', `step="${step}"`, 'event="completed"')]).toEqual([
        step,
        1,
      ])
    }
    expect(value(page, 'souvenir_tool_call_seconds_count', 'tool="search_memory"', 'outcome="ok"')).toBe(1)
    expect(value(page, 'souvenir_search_stage_seconds_count', 'stage="postings"')).toBeGreaterThan(0)
    expect(value(page, 'souvenir_engine_up', 'engine="sqlite"')).toBeGreaterThan(0)
    expect(value(page, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
    expect(page).toContain('souvenir_jwks_lookups_total{result="miss"} ')
  })

  test('an open stream is counted for as long as it is open', async () => {
    // Another client, whose allowance is not used up.
    const { accessToken } = await signIn(product)
    const abort = new AbortController()
    const headers = { authorization: `Bearer ${accessToken}`, accept: 'text/event-stream' }
    const stream = await fetch(`${server.url}/mcp/sse`, { headers, signal: abort.signal })
    expect(stream.status).toBe(200)
    expect(value(await scrape(), 'souvenir_open_streams', 'kind="mcp_sse"')).toBe(1)
    abort.abort()
    for (let tries = 0; tries < 50 && value(await scrape(), 'souvenir_open_streams', 'mcp_sse') > 0; tries++) {
      await Bun.sleep(50)
    }
    expect(value(await scrape(), 'souvenir_open_streams', 'kind="mcp_sse"')).toBe(0)
  }, 20_000)

  test('on the public port it takes the token; without METRICS_TOKEN there is nothing', async () => {
    const ask = (authorization?: string) =>
      fetch(`${server.url}/metrics`, authorization === undefined ? {} : { headers: { authorization } })
    expect((await ask()).status).toBe(401)
    expect((await ask('Bearer wrong')).status).toBe(401)
    const allowed = await ask(`Bearer ${token}`)
    expect(allowed.status).toBe(200)
    expect(allowed.headers.get('content-type')).toContain('text/plain')
    const port = await freePort()
    const silent = await startServer({ DATA_DIR: folderWithKeys(), PORT: String(port) }, port)
    expect((await fetch(`${silent.url}/metrics`)).status).toBe(404)
    await silent.stop()
  }, 20_000)

  test('no person, client, token or text is in any label', async () => {
    const page = await scrape()
    for (const secret of [signed.clientId, decodeJwt(signed.accessToken).sub ?? '', 'heron', ...signed.secrets]) {
      expect(page.includes(secret)).toBe(false)
    }
  })

  test('the audit log: one JSON line an event, with the request id of the answer, and nothing personal', async () => {
    const refused = await api('/api/v1/me', {}, 'again.not.one')
    const requestId = refused.headers.get('x-request-id')
    await Bun.sleep(100)
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.includes('"audit"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const events = lines.map((line) => line.audit)
    for (const event of [
      'client_registered',
      'sign_in',
      'consent_given',
      'tokens_issued',
      'token_refused',
      'memories_deleted',
    ]) {
      expect(events).toContain(event)
    }
    expect(lines.find((line) => line.requestId === requestId)).toMatchObject({
      audit: 'token_refused',
      msg: 'Invalid token',
    })
    for (const line of lines) expect(line.requestId).toBeString()
    const text = JSON.stringify(lines)
    for (const personal of ['owner', 'heron', ...signed.secrets]) expect(text.includes(personal)).toBe(false)
  })
})
