/** souvenir doctor: a deployment is broken in each of the ways it knows, and the matching line is expected. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createAsk } from '../../src/cli/doctor/ask.ts'
import type { Check, Patient } from '../../src/cli/doctor/check.ts'
import { notHeld } from '../../src/cli/doctor/checks/stream.ts'
import { checks } from '../../src/cli/doctor/checks.ts'
import { examine, exitStatus } from '../../src/cli/doctor/examine.ts'
import { type Bend, bentProxy } from '../support/bent-proxy.ts'
import { broken } from '../support/broken-deployments.ts'
import { signIn } from '../support/script.ts'
import {
  command,
  folderWithKeys,
  freePort,
  freshFolder,
  runCommand,
  type Server,
  startServer,
} from '../support/server.ts'

const port = await freePort()
const proxy = bentProxy(() => `http://127.0.0.1:${port}`)
let server: Server
let variables: Record<string, string>
let token: string

beforeAll(async () => {
  variables = {
    DATA_DIR: folderWithKeys(),
    PORT: String(port),
    OIDC_BASE_URL: proxy.url,
    // Enough for every test here, and little enough that the limit is met.
    RATE_LIMIT_PER_MINUTE: '300',
    RATE_LIMIT_BURST: '0',
  }
  server = await startServer(variables, port)
  token = (await signIn({ issuer: proxy.url, issueCode: () => runCommand(variables, 'code') })).accessToken
}, 60_000)
afterEach(() => proxy.bend({}))
afterAll(async () => {
  await server.stop()
  await proxy.close()
})

const patient = (changes: Partial<Patient> = {}): Patient => ({
  issuer: proxy.url,
  api: proxy.url,
  ask: createAsk(fetch),
  token,
  holdMs: undefined,
  now: () => Date.now(),
  variables: { problems: [], issuer: proxy.url },
  ...changes,
})

const named = (name: string): Check => {
  const found = checks.find((check) => check.name === name)
  if (found === undefined) throw new Error(`there is no check ${name}`)
  return found
}

/** The findings of one check that are no pass. */
async function complaintsOf(name: string, bend: Bend = {}, changes: Partial<Patient> = {}) {
  proxy.bend(bend)
  const lines = await examine(patient(changes), [named(name)])
  return lines.filter(({ outcome }) => outcome !== 'pass')
}

/** The product's stream up to its first event; then a comment every 100 ms, so often, and the end. */
const goesOn = ({ times }: { readonly times: number }): Bend => ({
  change(response, path) {
    if (path !== '/mcp/sse') return response
    const reader = response.body?.getReader()
    let open = true
    return new Response(
      new ReadableStream({
        async start(controller) {
          const part = await reader?.read()
          if (part?.value !== undefined) controller.enqueue(part.value)
          for (let n = 0; n < times && open; n++) {
            await Bun.sleep(100)
            if (open) controller.enqueue(new TextEncoder().encode(': still here\n\n'))
          }
          if (open) controller.close()
        },
        cancel() {
          open = false
          reader?.cancel().catch(() => {})
        },
      }),
      { headers: response.headers },
    )
  },
})

/** What works all the same, or cannot be judged from here; all else that is broken is a failure. */
const warnings = new Set([
  'a limit without Retry-After',
  'an engine that is not needed is down',
  'the disk is full',
  'request ids are dropped',
  'callers behind a proxy look like one',
  'Google is not configured at a public address',
  'the server is run elsewhere, or from a folder of its own',
])

describe('souvenir doctor', () => {
  test('a deployment in order on this machine: every line passes, exit status 0', async () => {
    const lines = await examine(
      patient(),
      checks.filter(({ name }) => name !== 'rate limit'),
    )
    expect(lines.filter(({ outcome }) => outcome !== 'pass')).toEqual([])
    expect(exitStatus(lines)).toBe(0)
  }, 20_000)

  test('at a public address a stream that was not held is a warning, exit status 1', () => {
    const line = notHeld('https://mcp.example.com')
    expect(line).toMatchObject({ outcome: 'warn' })
    expect(exitStatus([line])).toBe(1)
  })

  test.each(broken)(
    '%s: the line of "%s"',
    async (how, check, bend, word, changes = {}) => {
      const complaints = await complaintsOf(check, bend, changes)
      expect(complaints.length).toBeGreaterThan(0)
      const text = complaints.map(({ saw, todo }) => `${saw} ${todo}`).join('\n')
      expect(text).toContain(word)
      const outcomes = new Set(complaints.map(({ outcome }) => outcome))
      expect([...outcomes]).toEqual([warnings.has(how) ? 'warn' : 'fail'])
      for (const { todo } of complaints) expect(todo?.length).toBeGreaterThan(10)
    },
    20_000,
  )

  test('every check can complain, and each has a line here', () => {
    const covered = new Set(broken.map(([, check]) => check))
    expect(checks.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([])
  })

  test('a proxy that buffers the stream is told from one that does not', async () => {
    const held: Bend = {
      change(response, path) {
        if (path !== '/mcp/sse') return response
        const { headers } = response
        void response.body?.cancel()
        return new Response(new ReadableStream({ start() {} }), { headers })
      },
    }
    const [complaint] = await complaintsOf('SSE stream', held)
    expect(complaint).toMatchObject({ outcome: 'fail' })
    expect(complaint?.todo).toContain('buffer')
  }, 20_000)

  test('--slow: a stream that is cut before its time is told, and one that lives past it', async () => {
    const complaints = await complaintsOf('SSE stream', goesOn({ times: 2 }), { holdMs: 110_000 })
    expect(complaints.map(({ saw }) => saw).join()).toContain('was ended after')
    proxy.bend(goesOn({ times: Number.POSITIVE_INFINITY }))
    const [opened, held] = await examine(patient({ holdMs: 1_000 }), [named('SSE stream')])
    expect(opened).toMatchObject({ outcome: 'pass' })
    expect(held).toMatchObject({ outcome: 'pass', saw: 'held for 1 s' })
  }, 20_000)

  test('without a token nothing is claimed of what needs one', async () => {
    for (const check of ['token validation', 'MCP', 'SSE stream', 'rate limit']) {
      expect(await complaintsOf(check, {}, { token: undefined })).toMatchObject([{ outcome: 'warn' }])
    }
  })

  test('the command: a token minted beside the server, JSON for machines, the exit status, and the limit met with 429', async () => {
    const child = Bun.spawn([...(await command()), 'doctor', '--json'], {
      env: { PATH: process.env.PATH ?? '', HOME: variables.DATA_DIR ?? '', ...variables },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const report = JSON.parse(await new Response(child.stdout).text()) as {
      status: number
      lines: { check: string; outcome: string; saw: string }[]
    }
    expect(report.lines.filter(({ outcome }) => outcome !== 'pass')).toEqual([])
    expect(report.lines.find(({ check }) => check === 'rate limit')?.saw).toContain('429 with Retry-After')
    expect(report.lines.find(({ check }) => check === 'token validation')?.outcome).toBe('pass')
    expect(await child.exited).toBe(report.status)
    expect(report.status).toBe(0)
  }, 30_000)

  test('the command asked again at once finds the same: the run before used up its own allowance, not the next one’s', async () => {
    const statusOf = async () =>
      Bun.spawn([...(await command()), 'doctor'], {
        env: { PATH: process.env.PATH ?? '', HOME: variables.DATA_DIR ?? '', ...variables },
        stdout: 'ignore',
        stderr: 'ignore',
      }).exited
    expect([await statusOf(), await statusOf()]).toEqual([0, 0])
  }, 60_000)

  test('the command without a token: warnings and no failure, exit status 1', async () => {
    const child = Bun.spawn([...(await command()), 'doctor', proxy.url], {
      env: { PATH: process.env.PATH ?? '', HOME: freshFolder() },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const text = await new Response(child.stdout).text()
    expect(text).toMatch(/^warn {2}token validation: /m)
    expect(text).not.toMatch(/^fail /m)
    expect(await child.exited).toBe(1)
  }, 30_000)

  test('the command with a DATA_DIR that was mistyped: no key is there, none is made, and what to set is said', async () => {
    const mistyped = join(freshFolder(), 'not there')
    const child = Bun.spawn([process.execPath, 'src/main.ts', 'doctor'], {
      env: { PATH: process.env.PATH ?? '', HOME: freshFolder(), ...variables, DATA_DIR: mistyped },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const text = await new Response(child.stdout).text()
    expect(text).toContain(`set DATA_DIR as for the server: there are no signing keys in ${join(mistyped, 'keys')}`)
    expect(await child.exited).toBe(1)
    expect(existsSync(mistyped)).toBe(false)
  }, 30_000)

  test('the command at a deployment that is broken: a failure beside what is in order, exit status 2', async () => {
    proxy.bend({ instead: (_, path) => (path === '/openapi.json' ? new Response('', { status: 404 }) : undefined) })
    const child = Bun.spawn([...(await command()), 'doctor'], {
      env: { PATH: process.env.PATH ?? '', HOME: variables.DATA_DIR ?? '', ...variables },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const text = await new Response(child.stdout).text()
    expect(text).toMatch(/^fail {2}OpenAPI: /m)
    expect(text).toMatch(/^pass {2}discovery: /m)
    expect(await child.exited).toBe(2)
  }, 30_000)

  test('an address where nothing answers: one failure says it, the rest is skipped, exit status 2', async () => {
    const child = Bun.spawn([...(await command()), 'doctor', 'http://127.0.0.1:1'], {
      env: { PATH: process.env.PATH ?? '', HOME: freshFolder() },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const text = await new Response(child.stdout).text()
    expect(text.match(/^fail /gm)).toHaveLength(1)
    expect(text).toMatch(/^fail {2}connection: nothing answers at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)/m)
    expect(text).toMatch(/^skip {2}rate limit: not looked at: connection failed$/m)
    expect(text).not.toMatch(/^(pass|warn) .*(discovery|health)/m)
    expect(await child.exited).toBe(2)
  }, 30_000)
})
