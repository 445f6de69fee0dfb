/** SIGTERM while people are at it: what was begun is answered, streams end, the process is gone with 0 within ten seconds. */
import { expect, test } from 'bun:test'
import { signIn } from '../support/script.ts'
import { shapes, startProduct, target } from '../support/server.ts'

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
