/** SIGTERM while people are at it: what was begun is answered, streams end, the process is gone with 0 within ten seconds. */
import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { signIn } from '../support/script.ts'
import {
  folderWithKeys,
  freePort,
  freshFolder,
  shapes,
  startFile,
  startProduct,
  startServer,
  target,
} from '../support/server.ts'
import { projectRoot } from '../support/source-files.ts'

const withinMs = 10_000

test.each([...shapes])(
  `SIGTERM on ${target}, %s: open streams hold nobody up, and every request that was begun is answered whole`,
  async (shape) => {
    const product = await startProduct(shape)
    const { accessToken } = await signIn(product)
    const authorization = `Bearer ${accessToken}`
    const stream = await fetch(`${product.apiUrl}/mcp/sse`, { headers: { authorization, accept: 'text/event-stream' } })
    expect(stream.status).toBe(200)
    const ended = stream.text().catch(() => 'cut off')
    const adding = Array.from({ length: 40 }, (_, at) =>
      fetch(`${product.apiUrl}/api/v1/memories/`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ text: `Gull ${at} came by while the harbour closed.` }),
      }).then(
        async (response) => ({ status: response.status, body: await response.text() }),
        () => undefined,
      ),
    )
    await Promise.race(adding)
    const from = performance.now()
    const statuses = await product.stop('SIGTERM')
    expect(statuses).toEqual(statuses.map(() => 0))
    expect(performance.now() - from).toBeLessThan(withinMs)
    await ended
    const answers = (await Promise.all(adding)).filter((answer) => answer !== undefined)
    // A connection that still waited to be accepted is reset (on Deno now and then): nothing was begun, and nothing is kept.
    const begun = product.output().match(/"method":"POST","route":"\/api\/v1\/memories\/"/g) ?? []
    expect(answers.length).toBeGreaterThan(0)
    expect(answers).toHaveLength(begun.length)
    for (const { status: answered, body } of answers) {
      expect(answered).toBe(200)
      expect(JSON.parse(body)).toMatchObject({ content: expect.stringContaining('Gull') })
    }
  },
  60_000,
)

// Each of these waits for the product's patience to end, so they wait together.
test.concurrent(`SIGTERM on ${target}: a client that never ends its request does not keep the process, which is gone with 0 all the same`, async () => {
  const port = await freePort()
  const server = await startServer({ DATA_DIR: folderWithKeys(), PORT: String(port) }, port)
  const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data() {} } })
  socket.write('POST /auth/register HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n')
  socket.write('content-length: 100\r\n\r\n{"client_name":')
  await Bun.sleep(200)
  const from = performance.now()
  expect(await server.stop('SIGTERM')).toBe(0)
  expect(performance.now() - from).toBeLessThan(withinMs)
  socket.terminate()
}, 60_000)

test.concurrent(`SIGTERM on ${target}: a driver whose promise never settles does not keep the process, and what is open beside it is closed`, async () => {
  const runtime = target === 'deno' ? 'deno' : 'bun'
  const port = await freePort()
  const hanging = join(projectRoot, 'tests/support/hanging.ts')
  const variables = {
    DATA_DIR: freshFolder(),
    PORT: String(port),
    AUTH: 'none',
    EMBEDDER_URL: 'http://127.0.0.1:9/v1',
    EMBEDDER_MODEL: 'never-answers',
  }
  const server = await startFile(runtime, hanging, variables, port)
  const add = await fetch(`${server.url}/api/v1/memories/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'The harbour is closed.' }),
  })
  expect(add.status).toBe(200)
  // Until the job has the memory in hand, which asks once a second.
  await Bun.sleep(2_500)
  const from = performance.now()
  expect(await Promise.race([server.stop('SIGTERM'), Bun.sleep(2 * withinMs)])).toBe(0)
  expect(performance.now() - from).toBeLessThan(withinMs)
  // Closed in order, SQLite leaves no log beside its file.
  expect(readdirSync(variables.DATA_DIR).filter((name) => name.endsWith('-wal'))).toEqual([])
  if (server.pid > 0) await server.stop('SIGKILL').catch(() => undefined)
}, 60_000)
