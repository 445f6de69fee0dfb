import { describe, expect, test } from 'bun:test'
import { localOnly } from '../../../src/http/local-only.ts'

const guarded = localOnly(() => new Response('served'), ['openmemory-mcp'])
const ask = async (url: string, headers: Record<string, string> = {}) =>
  (await guarded(new Request(url, { headers: { host: new URL(url).host, ...headers } }))).status

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
    expect(await ask(url, { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' })).toBe(200)
  })
})
