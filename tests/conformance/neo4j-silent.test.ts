/** A Neo4j that takes connections and says nothing, from the start or from some moment on: every wait ends, and nothing dies of it. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createServer, type Server, type Socket } from 'node:net'
import { type Neo4jConnection, openNeo4j } from '../../src/adapters/neo4j/connection.ts'
import { Secret } from '../../src/shared/secret.ts'
import { cutProxy } from '../support/cut-proxy.ts'
import { engineUrl } from '../support/engines.ts'

const strays: unknown[] = []
const stray = (reason: unknown) => strays.push(reason)
beforeAll(() => void process.on('unhandledRejection', stray))
afterAll(() => void process.off('unhandledRejection', stray))

const open = (url: string, timeoutMs: number): Neo4jConnection =>
  openNeo4j({
    url: new Secret(url),
    user: process.env.NEO4J_USER ?? 'neo4j',
    password: new Secret(process.env.NEO4J_PASSWORD ?? 'x'),
    readTimeoutMs: timeoutMs,
    writeTimeoutMs: timeoutMs,
  })

const one = (connection: Neo4jConnection) => connection.read<{ one: number }>('RETURN 1 AS one', {})
const unavailable = { kind: 'unavailable', code: 'graph_unavailable' }

/** Until it has been written to and asked: a server that has just started plans its first queries. */
async function answers(connection: Neo4jConnection): Promise<void> {
  const both = () => connection.write((run) => run('RETURN 1', {})).then(() => one(connection))
  while ((await both().catch(() => undefined)) === undefined);
}

async function refuses(connection: Neo4jConnection): Promise<void> {
  const asked = await Promise.allSettled([
    one(connection),
    connection.write((run) => run('RETURN 1', {})),
    connection.write((run) => run('RETURN 2', {})),
  ])
  for (const answer of asked) expect(answer).toMatchObject({ status: 'rejected', reason: unavailable })
  expect(await connection.health.check()).toMatchObject({ state: 'down' })
}

test('a server that never answers: questions, writes and the check of health end, and so does closing', async () => {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const connection = open(`bolt://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, 200)
  await refuses(connection)
  await connection.close()
  for (const socket of sockets) socket.destroy()
  server.close()
  await Bun.sleep(100)
  expect(strays).toEqual([])
}, 30_000)

const url = engineUrl('NEO4J_URL')

if (url === undefined) describe.skip('Neo4j that falls silent (NEO4J_URL is not set)', () => test('', () => undefined))
else
  describe('Neo4j that falls silent', () => {
    test('in the middle of a transaction: what waits ends, and when it speaks again it is asked again', async () => {
      const proxy = await cutProxy(new URL(url))
      const connection = open(proxy.url.href, 2_000)
      await answers(connection)
      let rounds = 0
      const endless = connection.write(async (run) => {
        for (;;) {
          await run('UNWIND range(1, 1000) AS n RETURN sum(n)', {})
          rounds++
        }
      })
      endless.catch(() => undefined)
      while (rounds === 0) await Bun.sleep(10)
      proxy.deafen()
      await refuses(connection)
      await expect(endless).rejects.toMatchObject(unavailable)
      proxy.mend()
      await answers(connection)
      await connection.close()
      proxy.close()
      await Bun.sleep(100)
      expect(strays).toEqual([])
    }, 60_000)

    test('cut off in the middle of a transaction', async () => {
      const proxy = await cutProxy(new URL(url))
      const connection = open(proxy.url.href, 2_000)
      await answers(connection)
      const cutOff = connection.write(async (run) => {
        await run('RETURN 1', {})
        proxy.cut()
        await Promise.all([run('RETURN 2', {}), run('RETURN 3', {})])
      })
      await expect(cutOff).rejects.toMatchObject(unavailable)
      await refuses(connection)
      await connection.close()
      proxy.close()
      await Bun.sleep(100)
      expect(strays).toEqual([])
    }, 60_000)
  })
