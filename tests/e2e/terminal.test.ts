/** What a person at a terminal sees, and what a log collector does not. */
import { describe, expect, test } from 'bun:test'
import { freePort, freshFolder, startOnTerminal, startServer, target } from '../support/server.ts'

describe(`the start on ${target}`, () => {
  test('without a terminal: where it listens, the MCP URL, the data folder and the engines, but no sign-in code', async () => {
    const [port, folder] = [await freePort(), freshFolder()]
    const server = await startServer({ PORT: String(port), DATA_DIR: folder }, port)
    await Bun.sleep(300)
    expect(await server.stop()).toBe(0)
    const output = server.output()
    for (const shown of [`http://localhost:${port}/mcp`, folder, 'SQLite', 'souvenir code'])
      expect(output).toContain(shown)
    // Not a part of a request's id.
    expect(output).not.toMatch(/(?<![\w-])[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}(?![\w-])/)
  }, 30_000)

  test('on a terminal: a code to sign in with', async () => {
    const [port, folder] = [await freePort(), freshFolder()]
    const server = await startOnTerminal({ PORT: String(port), DATA_DIR: folder }, port)
    await Bun.sleep(300)
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

  test('a port that is taken is said so', async () => {
    const port = await freePort()
    const server = await startServer({ PORT: String(port), DATA_DIR: freshFolder() }, port)
    const second = startServer({ PORT: String(port), DATA_DIR: freshFolder() }, port + 1)
    const failure = await second.catch((error: Error) => error.message)
    expect(failure).toContain('exit 1')
    expect(failure).toContain(`Port ${port} is taken`)
    await server.stop()
  }, 30_000)
})
