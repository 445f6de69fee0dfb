/** The doctor looks at a server that means harm: what it names, says and never ends. */
import { afterAll, expect, test } from 'bun:test'
import { createAsk } from '../../../../src/cli/doctor/ask.ts'
import type { Patient } from '../../../../src/cli/doctor/check.ts'
import { health } from '../../../../src/cli/doctor/checks/health.ts'
import { jwks } from '../../../../src/cli/doctor/checks/jwks.ts'
import { examine } from '../../../../src/cli/doctor/examine.ts'
import { isInside, mayAskBeside } from '../../../../src/cli/doctor/inside.ts'

const answers: Record<string, () => Response> = {}
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: (request) => answers[new URL(request.url).pathname]?.() ?? new Response(null, { status: 404 }),
})
afterAll(() => server.stop(true))
const here = `http://127.0.0.1:${server.port}`

const patient = (changes: Partial<Patient> = {}): Patient => ({
  issuer: here,
  api: here,
  ask: createAsk(fetch),
  token: undefined,
  holdMs: undefined,
  now: () => Date.now(),
  variables: undefined,
  ...changes,
})

test('what it says of itself moves no cursor, makes no line of its own and fills no terminal', async () => {
  const engine = `\u001b[2J\u001b]0;owned\u0007\u009b31mredis\r\npass  token validation: all is well\u2028\u202e${'x'.repeat(100_000)}`
  answers['/health'] = () => Response.json({ engines: [{ engine, state: 'down', needed: true }] }, { status: 503 })
  const [line] = await examine(patient(), [health])
  expect(line?.saw).toContain('redis')
  expect(line?.saw).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
  expect(line?.saw.length).toBeLessThan(1_100)
})

test('an answer that never ends is given up at 4 MiB, and none of it is kept', async () => {
  const block = new Uint8Array(256 * 1024).fill(0x20)
  answers['/endless'] = () => new Response(new ReadableStream({ pull: (to) => to.enqueue(block) }))
  const answer = await createAsk(fetch)(`${here}/endless`)
  expect(answer).toMatchObject({ status: 0, text: '', problem: expect.stringContaining('more than') })
})

test('a redirect is not followed', async () => {
  let asked = 0
  answers['/inner'] = () => {
    asked++
    return new Response()
  }
  answers['/redirect'] = () => Response.redirect(`${here}/inner`)
  expect((await createAsk(fetch)(`${here}/redirect`)).status).toBe(302)
  expect(asked).toBe(0)
})

test.each([
  'http://127.0.0.1:2375/',
  'http://[::1]/',
  'http://[::ffff:10.0.0.1]/',
  'http://169.254.169.254/latest/meta-data/',
  'http://192.168.1.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://localhost./',
  'http://intranet/',
  'http://db.internal/',
  'http://printer.local/',
  'no address',
])('%s is an address inside a network', (url) => {
  expect(isInside(url)).toBe(true)
})

test('an address inside a network that a public server names is not asked; on one machine it is', async () => {
  const asked: string[] = []
  const fetchIt = (async (url: string) => {
    asked.push(url)
    return Response.json({ jwks_uri: 'http://169.254.169.254/latest/meta-data/' })
  }) as unknown as typeof fetch
  const issuer = 'https://memory.example.com'
  const ask = createAsk(fetchIt, mayAskBeside([issuer]))
  const [line] = await examine(patient({ issuer, ask }), [jwks])
  expect(asked).toEqual([`${issuer}/.well-known/openid-configuration`])
  expect(line).toMatchObject({ outcome: 'fail', saw: expect.stringContaining('inside a network') })
  expect(mayAskBeside([issuer])('https://api.example.com/mcp')).toBe(true)
  expect(mayAskBeside([issuer])('file:///etc/passwd')).toBe(false)
  expect(mayAskBeside(['http://localhost:8765'])('http://localhost:8766/auth/jwks')).toBe(true)
})
