import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { createProcessHandover } from '../../src/adapters/handover/process.ts'
import { openRedis } from '../../src/adapters/redis/connection.ts'
import { createRedisHandover } from '../../src/adapters/redis/stream-handover.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { createLog } from '../../src/shared/log.ts'
import { createRandom } from '../../src/shared/random.ts'
import { Secret } from '../../src/shared/secret.ts'
import { engineUrl } from '../support/engines.ts'
import { describeStreamHandover, posted } from './stream-handover.ts'

describeStreamHandover('the process', async () => {
  const handover = createProcessHandover()
  return { ends: [handover, handover], close: () => handover.close() }
})

const redisUrl = engineUrl('REDIS_URL')
const random = createRandom(systemClock)
const prefix = `test-${random.token(6)}:`

if (redisUrl !== undefined) {
  describeStreamHandover('Redis', async () => {
    const redis = await openRedis({ url: new Secret(redisUrl), keyPrefix: prefix })
    const end = () => createRedisHandover(redis, random, createLog('silent'))
    const ends = [end(), end()] as const
    return {
      ends,
      async close() {
        await Promise.all(ends.map((one) => one.close()))
        await redis.close()
      },
    }
  })

  test('StreamHandover on Redis: while Redis is away, streams cannot be reached, which is not the same as unknown', async () => {
    const redis = await openRedis({ url: new Secret(redisUrl), keyPrefix: prefix })
    const handover = createRedisHandover(redis, random, createLog('silent'))
    await redis.close()
    await expect(handover.post('session', posted(1))).rejects.toMatchObject({ kind: 'unavailable' })
    await handover.close()
  })

  describe('Two processes with one Redis', () => {
    const processes = [1, 2].map(() => spawn(redisUrl))
    let ports: number[]
    beforeAll(async () => {
      ports = await Promise.all(processes.map(portOf))
    })
    afterAll(() => {
      for (const one of processes) one.kill()
    })

    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

    test('MCP 2024-11-05: a client whose stream is in one and whose POSTs all reach the other is served', async () => {
      const toOther: typeof fetch = Object.assign(
        (url: string | URL | Request, init?: RequestInit) =>
          fetch(url.toString().replace(`:${ports[0]}/`, `:${ports[1]}/`), init),
        { preconnect: () => {} },
      )
      const client = new Client({ name: 'test', version: '1' })
      await client.connect(
        new SSEClientTransport(new URL(`http://localhost:${ports[0]}/mcp/sse`), {
          requestInit: bearer('ada'),
          eventSourceInit: {
            fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...bearer('ada').headers } }),
          },
          fetch: toOther,
        }),
      )
      await client.callTool({ name: 'add_note', arguments: { text: 'tea at four' } })
      const found = await client.callTool({ name: 'search_notes', arguments: { query: 'tea' } })
      expect(found.structuredContent).toEqual({ results: [{ text: 'tea at four' }] })
      await client.close()
    })

    test("another person's token in the other process is 403 all the same", async () => {
      const stream = await fetch(`http://localhost:${ports[0]}/mcp/sse`, bearer('ada'))
      const reader = stream.body?.getReader()
      const endpoint = /data: (\S+)/.exec(new TextDecoder().decode((await reader?.read())?.value))?.[1]
      const post = (token: string) =>
        fetch(`http://localhost:${ports[1]}${endpoint}`, {
          method: 'POST',
          headers: { ...bearer(token).headers, 'content-type': 'application/json' },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
        })
      expect((await post('eve')).status).toBe(403)
      expect((await post('ada')).status).toBe(202)
      await reader?.cancel()
    })
  })
}

function spawn(url: string) {
  return Bun.spawn([process.execPath, 'tests/support/mcp-process.ts', url, prefix], { stdout: 'pipe' })
}

async function portOf(one: ReturnType<typeof spawn>): Promise<number> {
  const reader = one.stdout.getReader()
  const { value } = await reader.read()
  reader.releaseLock()
  return Number(new TextDecoder().decode(value).trim())
}
