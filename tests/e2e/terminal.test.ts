/** What a person at a terminal sees, and what a log collector does not. */
import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  folderWithKeys,
  freePort,
  freshFolder,
  runCommand,
  startElsewhere,
  startOnTerminal,
  startServer,
  target,
} from '../support/server.ts'

// The words that work for how the process was started.
const codeCommand = target === 'bun' || target === 'deno' ? 'npx bun src/main.ts code' : ': souvenir code'

describe(`the start on ${target}`, () => {
  test('without a terminal: where it listens, the MCP URL, the data folder and the engines, but no sign-in code', async () => {
    const [port, folder] = [await freePort(), folderWithKeys()]
    const server = await startServer({ PORT: String(port), DATA_DIR: folder }, port)
    expect(await server.stop()).toBe(0)
    const output = server.output()
    for (const shown of [`http://localhost:${port}/mcp`, folder, 'SQLite', codeCommand]) expect(output).toContain(shown)
    // Not a part of a request's id.
    expect(output).not.toMatch(/(?<![\w-])[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}(?![\w-])/)
  }, 30_000)

  test('AUTH=none warns where others than this machine reach it, and only there', async () => {
    const told = async (HOST: string) => {
      const port = await freePort()
      const variables = { AUTH: 'none', HOST, ALLOWED_HOSTS: 'localhost', PORT: String(port), DATA_DIR: freshFolder() }
      const server = await startServer(variables, port)
      await server.stop()
      return server.output()
    }
    expect(await told('0.0.0.0')).toContain('WARNING: AUTH=none at HOST=0.0.0.0')
    expect(await told('127.0.0.1')).not.toContain('WARNING')
  }, 30_000)

  test('a variable with a slip of the pen, or without effect, is named at the start, without its value', async () => {
    const port = await freePort()
    const slip = { OIDC_BASE_UR: 'https://marker.example' }
    const idle = { HOST: '0.0.0.0', ALLOWED_EMAILS: 'ada@marker.example' }
    const server = await startServer({ ...slip, ...idle, PORT: String(port), DATA_DIR: folderWithKeys() }, port)
    await server.stop()
    expect(server.output()).toContain('on this machine alone: for others set OIDC_BASE_URL')
    expect(server.output()).toContain('ALLOWED_EMAILS and ALLOWED_DOMAINS say who may sign in with Google')
    expect(server.output()).toContain('OIDC_BASE_UR is no variable: perhaps OIDC_BASE_URL is meant')
    expect(server.output()).not.toContain('marker.example')
  }, 30_000)

  if (target === 'bun' || target === 'deno') {
    test.each([
      ['deno', true],
      ['bun', false],
    ] as const)(
      'a file .env that the start does not read is said, by name alone: on %s %p',
      async (runtime, isTold) => {
        const [port, folder] = [await freePort(), freshFolder()]
        writeFileSync(join(folder, '.env'), 'PORT=70000\nOPENAI_APPS_CHALLENGE=marker-quokka\n')
        const server = await startElsewhere(runtime, { PORT: String(port), DATA_DIR: folder }, port, folder)
        await server.stop()
        const told = 'not read     ./.env (OPENAI_APPS_CHALLENGE): give it with "set -a; . ./.env; set +a" before'
        expect(server.output().includes(told)).toBe(isTold)
        expect(server.output()).not.toContain('quokka')
      },
      40_000,
    )
  }

  test('on a terminal: a code to sign in with', async () => {
    const [port, folder] = [await freePort(), freshFolder()]
    const server = await startOnTerminal({ PORT: String(port), DATA_DIR: folder }, port)
    await server.stop()
    expect(server.output()).toMatch(/[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}/)
  }, 30_000)

  test('a configuration that cannot be used: every problem at once, and exit status 1', async () => {
    const start = startServer({ PORT: '70000', LOG_LEVEL: 'loud', DATA_DIR: freshFolder() }, 1)
    const failure = await start.catch((error: Error) => error.message)
    expect(failure).toContain('exit 1')
    expect(failure).toContain('PORT')
    expect(failure).toContain('LOG_LEVEL')
  }, 30_000)

  test.each([
    ['PORT', []],
    ['OIDC_PORT', ['--roles', 'auth']],
    ['METRICS_PORT', []],
  ])(
    'a port that is taken is said so, and %s named',
    async (variable, words) => {
      const [taken, other] = [await freePort(), await freePort()]
      const first = Bun.serve({ hostname: '127.0.0.1', port: taken, fetch: () => new Response() })
      const variables = { PORT: String(other), [variable]: String(taken), DATA_DIR: folderWithKeys() }
      const failure = await startServer(variables, 1, ...words).catch((error: Error) => error.message)
      expect(failure).toContain('exit 1')
      expect(failure).toContain(`Port ${taken} is taken`)
      expect(failure).toContain(`set ${variable} to another`)
      await first.stop(true)
    },
    30_000,
  )

  test('a HOST that is no address of this machine is named, without a stack', async () => {
    const variables = { PORT: String(await freePort()), HOST: '192.0.2.1', DATA_DIR: freshFolder() }
    const failure = await startServer(variables, 1).catch((error: Error) => error.message)
    expect(failure).toContain('exit 1')
    expect(failure).toContain('192.0.2.1 is no address of this machine')
    expect(failure).not.toMatch(/^ +at /m)
  }, 30_000)

  test('a DATA_DIR that cannot be written is named, and why', async () => {
    const folder = join(freshFolder(), 'file')
    writeFileSync(folder, '')
    const port = String(await freePort())
    const failure = await startServer({ PORT: port, DATA_DIR: folder }, 1).catch((error: Error) => error.message)
    expect(failure).toContain('exit 1')
    expect(failure).toContain(folder)
    expect(failure).toContain('DATA_DIR')
  }, 30_000)

  test('a command that there is not is named in one line', async () => {
    const failure = await runCommand({}, 'kode').catch((error: Error) => error.message)
    expect(failure).toMatch(/There is no command "kode". "(souvenir|npx bun src\/main.ts) --help" shows them all\./)
    expect(failure).not.toContain('serve [--roles')
  }, 30_000)
})
