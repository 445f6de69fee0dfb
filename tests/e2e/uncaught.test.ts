/** An error that nobody caught: the log says where and nothing of anybody, and the process ends as when it is told to, with 1. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { freePort, freshFolder, startFile, target } from '../support/server.ts'
import { projectRoot } from '../support/source-files.ts'

const file = join(projectRoot, 'tests/support/uncaught.ts')

/** From source, whatever is tested. */
const runtime = target === 'deno' ? 'deno' : 'bun'

test.concurrent.each(['exception', 'rejection'] as const)(
  `on ${runtime}, an uncaught %s`,
  async (kind) => {
    const port = await freePort()
    const server = await startFile(runtime, file, { DATA_DIR: freshFolder(), PORT: String(port), UNCAUGHT: kind }, port)
    expect(await server.stop('SIGUSR2')).toBe(1)
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.filter(({ level }) => level === 'fatal')).toEqual([
      expect.objectContaining({
        err: { type: 'Error', code: '23505', at: expect.arrayContaining([expect.stringContaining('uncaught.ts')]) },
      }),
    ])
    expect(lines.at(-1)).toMatchObject({ msg: 'stopping', signal: 'uncaught error' })
    expect(server.output()).not.toContain('private diary')
    expect(server.output()).not.toContain('at home')
  },
  60_000,
)

test.concurrent('what throws again and again until the process is gone fills no log', async () => {
  const port = await freePort()
  const variables = { DATA_DIR: freshFolder(), PORT: String(port), UNCAUGHT: 'again and again' }
  const server = await startFile('bun', file, variables, port)
  const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data() {} } })
  // A request that never ends keeps it for a while.
  socket.write(
    'POST /auth/register HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
  )
  await Bun.sleep(100)
  expect(await server.stop('SIGUSR2')).toBe(1)
  expect(server.output().match(/"level":"fatal"/g)).toHaveLength(10)
  socket.terminate()
}, 60_000)
