import { describe, expect, test } from 'bun:test'
import { localOnly } from '../../../src/http/local-only.ts'

const guarded = localOnly(() => new Response('served'), {
  allowedHosts: ['openmemory-mcp'],
  origins: ['http://localhost:8765', 'http://127.0.0.1:3001', 'https://chatgpt.com'],
})
const answer = async (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  guarded(new Request(url, { method, headers: { host: new URL(url).host, ...headers } }))
const ask = async (...request: Parameters<typeof answer>) => (await answer(...request)).status

describe('AUTH=none: who may reach a process without sign-in', () => {
  test('requests that name loopback or a listed host', async () => {
    for (const host of ['localhost:8765', '127.0.0.1:8765', '[::1]:8765', 'openmemory-mcp:8765']) {
      expect([host, await ask(`http://${host}/api/v1/me`)]).toEqual([host, 200])
    }
  })

  test('a host name that was pointed here (DNS rebinding) is refused', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.168.1.5:8765']) {
      expect([host, await ask(`http://${host}/api/v1/me`)]).toEqual([host, 403])
    }
  })

  test('a page of another origin is refused, even where it could not read the answer', async () => {
    const url = 'http://localhost:8765/api/v1/me'
    expect(await ask(url, { origin: 'https://evil.example' })).toBe(403)
    expect(await ask(url, { origin: 'null' })).toBe(403)
    expect(await ask(url, { 'sec-fetch-site': 'cross-site' })).toBe(403)
    // ALLOWED_ORIGINS names pages of the internet where there is sign-in.
    expect(await ask(url, { origin: 'https://chatgpt.com' })).toBe(403)
  })

  const url = 'http://localhost:8765/api/v1/memories/'

  test('a page of another port of this machine is refused, and told what to set', async () => {
    const others = ['http://localhost:3000', 'http://127.0.0.1:8000', 'http://localhost', 'https://localhost:8765']
    for (const origin of [...others, 'http://openmemory-mcp:3000']) {
      expect([origin, await ask(url, { origin }, 'POST')]).toEqual([origin, 403])
      expect([origin, await ask(url, { origin, 'sec-fetch-site': 'same-site' }, 'POST')]).toEqual([origin, 403])
    }
    const refused = await answer(url, { origin: 'http://localhost:3000' }, 'POST')
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(await refused.json()).toMatchObject({
      code: 'origin_not_allowed',
      detail: expect.stringMatching(/AUTH=none.*ALLOWED_ORIGINS/),
    })
  })

  test('pages of our own addresses and of listed ones call, by whichever name of loopback', async () => {
    const ours = ['http://localhost:8765', 'http://127.0.0.1:8765', 'http://[::1]:8765', 'http://localhost:3001']
    for (const origin of ours) {
      expect([origin, await ask(url, { origin, 'sec-fetch-site': 'same-site' }, 'POST')]).toEqual([origin, 200])
    }
    // What a browser says of a form of a page that asked for no referrer, as ours do (Fetch, append a request Origin header).
    expect(await ask(url, { origin: 'null', 'sec-fetch-site': 'same-origin' }, 'POST')).toBe(200)
    expect(await ask(url, { origin: 'null', 'sec-fetch-site': 'cross-site' }, 'POST')).toBe(403)
    // Of the address that was asked, as where another port is published for this one.
    expect(await ask('http://localhost:9000/', { origin: 'http://localhost:9000' }, 'POST')).toBe(200)
    expect(await ask('http://openmemory-mcp:8765/', { origin: 'http://openmemory-mcp:8765' }, 'POST')).toBe(200)
  })

  test('what comes without Origin from another port is refused (Fetch Metadata), but a link may be followed', async () => {
    const from = { 'sec-fetch-site': 'same-site' }
    expect(await ask(url, { ...from, 'sec-fetch-mode': 'no-cors' })).toBe(403)
    expect(await ask(url, from)).toBe(403)
    expect(await ask(url, { ...from, 'sec-fetch-mode': 'navigate' })).toBe(200)
    expect(await ask(url, { ...from, 'sec-fetch-mode': 'navigate' }, 'POST')).toBe(403)
    expect(await ask(url, { 'sec-fetch-site': 'same-origin' })).toBe(200)
    expect(await ask(url, { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' })).toBe(200)
    // Programs say nothing of either.
    expect(await ask(url, {}, 'POST')).toBe(200)
  })
})
