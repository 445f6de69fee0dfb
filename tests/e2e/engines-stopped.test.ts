/**
 * Each engine is stopped and started during a run, Postgres and the model by kill -9: right statuses, /health says which, nothing acknowledged is
 * lost, and in the end words, vectors and graph are those of the memories.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { openNeo4j } from '../../src/adapters/neo4j/connection.ts'
import { neo4jGraphStore } from '../../src/adapters/neo4j/graph.ts'
import { openPostgresMemoryStore } from '../../src/adapters/postgres/memory/store.ts'
import { openRule } from '../../src/memory/access.ts'
import type { GraphStore } from '../../src/memory/graph/ports.ts'
import type { OwnerId } from '../../src/shared/brand.ts'
import { Secret } from '../../src/shared/secret.ts'
import { type EmbeddingProcess, startEmbeddingProcess } from '../support/embedding-process.ts'
import { engineUrl } from '../support/engines.ts'
import { app } from '../support/memories.ts'
import { type EngineKind, type OwnEngine, ownEngine } from '../support/own-engine.ts'
import { type Signed, signIn } from '../support/script.ts'
import { freePort, freshFolder, runCommand, type Server, startServer, target } from '../support/server.ts'
import { wrongInTheEnd, wrongVectorsInPostgres } from '../support/vector-truth.ts'

const installed = [engineUrl('REDIS_URL'), engineUrl('DATABASE_URL'), engineUrl('NEO4J_URL')]

if (!installed.includes(undefined)) {
  describe(`engines that are stopped and started, on ${target}`, () => {
    const acknowledged: string[] = []
    const statuses = new Map<number, number>()
    let engines: Record<EngineKind, OwnEngine>
    let modelPort: number
    let model: EmbeddingProcess
    let server: Server
    let signed: Signed
    let writing = true
    let writer: Promise<void>

    const api = (path: string, init: RequestInit = {}) =>
      fetch(`${server.url}/api/v1${path}`, {
        ...init,
        headers: { authorization: `Bearer ${signed.accessToken}`, 'content-type': 'application/json' },
      })
    const health = async () => {
      const response = await fetch(`${server.url}/health`)
      const body = (await response.json()) as { engines: { engine: string; state: string }[] }
      return {
        status: response.status,
        down: body.engines.filter(({ state }) => state !== 'up').map(({ engine }) => engine),
      }
    }
    /** Asks until the answer is as wanted, at most `seconds`. */
    async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean, seconds = 30): Promise<T> {
      const end = Date.now() + seconds * 1000
      for (;;) {
        const answer = await ask()
        if (wanted(answer) || Date.now() > end) return answer
        await Bun.sleep(100)
      }
    }

    const degraded = async () => {
      const found = await api('/memories/search', { method: 'POST', body: JSON.stringify({ query: 'acknowledged' }) })
      return ((await found.json()) as { degraded?: string[] }).degraded ?? []
    }

    /** Lets the writer write on for a while. */
    const goOn = () => {
      const target = acknowledged.length + 15
      return until(
        async () => acknowledged.length,
        (count) => count >= target,
      )
    }

    beforeAll(async () => {
      const [redis, postgres, neo4j] = await Promise.all([
        ownEngine('redis'),
        ownEngine('postgres'),
        ownEngine('neo4j'),
      ])
      engines = { redis, postgres, neo4j }
      modelPort = await freePort()
      model = await startEmbeddingProcess(modelPort)
      const port = await freePort()
      const variables = {
        DATA_DIR: freshFolder(),
        PORT: String(port),
        REDIS_URL: engines.redis.url,
        DATABASE_URL: engines.postgres.url,
        NEO4J_URL: engines.neo4j.url,
        NEO4J_USER: process.env.NEO4J_USER ?? 'neo4j',
        NEO4J_PASSWORD: process.env.NEO4J_PASSWORD ?? '',
        EMBEDDER_URL: `http://127.0.0.1:${modelPort}/v1`,
        EMBEDDER_MODEL: 'directions',
        KEYS_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      }
      server = await startServer(variables, port)
      signed = await signIn({ issuer: server.url, issueCode: () => runCommand(variables, 'code') })
      writer = (async () => {
        for (let n = 0; writing; n++) {
          const text = `Note ${n}: what was acknowledged stays.`
          const entities = [{ name: 'everything' }, { name: `of ${n % 7}` }]
          const response = await api('/memories/', { method: 'POST', body: JSON.stringify({ text, entities }) })
          statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
          if (response.ok) acknowledged.push(text)
          await response.arrayBuffer()
          await Bun.sleep(60)
        }
      })()
    }, 240_000)

    afterAll(async () => {
      writing = false
      await server?.stop()
      await model?.kill()
      await Promise.all(Object.values(engines ?? {}).map((engine) => engine.stop()))
    }, 60_000)

    test('the embedding model, killed: writes go on, and a search says that it went by words', async () => {
      await goOn()
      await model.kill()
      const before = acknowledged.length
      expect(await until(degraded, (without) => without.includes('embedder'))).toEqual(['embedder'])
      await goOn()
      expect(acknowledged.length).toBeGreaterThan(before)
      expect([...statuses.keys()]).toEqual([200])
      model = await startEmbeddingProcess(modelPort)
    }, 60_000)

    test('Postgres, killed: writes are 503 with Retry-After, /health names it; afterwards all goes on', async () => {
      await goOn()
      engines.postgres.kill()
      expect(await until(health, ({ down }) => down.includes('postgres'))).toMatchObject({ status: 503 })
      const refused = await api('/memories/', { method: 'POST', body: JSON.stringify({ text: 'Not now.' }) })
      expect(refused.status).toBe(503)
      expect(refused.headers.get('content-type')).toContain('problem+json')
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      await engines.postgres.start()
      expect(await until(health, ({ down }) => down.length === 0)).toMatchObject({ status: 200 })
      const written = await until(
        () => api('/memories/', { method: 'POST', body: JSON.stringify({ text: 'Now.' }) }),
        ({ ok }) => ok,
      )
      expect(written.ok).toBe(true)
    }, 60_000)

    test('Redis: no token is believed once revocations may be missed; the same token is good afterwards', async () => {
      await goOn()
      await engines.redis.stop()
      expect(await until(health, ({ down }) => down.includes('redis'))).toMatchObject({ status: 503 })
      const refused = await until(
        () => api('/me'),
        ({ status }) => status === 503,
      )
      expect(refused.status).toBe(503)
      await engines.redis.start()
      expect(await until(health, ({ down }) => down.length === 0)).toMatchObject({ status: 200 })
      expect(
        (
          await until(
            () => api('/me'),
            ({ ok }) => ok,
          )
        ).status,
      ).toBe(200)
    }, 90_000)

    test('Neo4j: a projection; the memory works without it and says so', async () => {
      await goOn()
      await engines.neo4j.stop()
      expect(await until(health, ({ down }) => down.includes('neo4j'))).toEqual({ status: 200, down: ['neo4j'] })
      const written = await api('/memories/', { method: 'POST', body: JSON.stringify({ text: 'Without the graph.' }) })
      expect(written.ok).toBe(true)
      const found = await api('/memories/search', {
        method: 'POST',
        body: JSON.stringify({ query: 'without the graph' }),
      })
      expect(found.status).toBe(200)
      await engines.neo4j.start()
      expect(await until(health, ({ down }) => down.length === 0, 60)).toMatchObject({ status: 200 })
    }, 240_000)

    test('nothing that was acknowledged is lost, and no answer was anything but done or 503', async () => {
      await goOn()
      writing = false
      await writer
      const kept = new Set<string>()
      for (let page = 1; ; page++) {
        const { items, pages } = (await (await api(`/memories/?size=100&page=${page}`)).json()) as {
          items: { content: string }[]
          pages: number
        }
        for (const { content } of items) kept.add(content)
        if (page >= pages) break
      }
      expect(acknowledged.length).toBeGreaterThan(50)
      expect(acknowledged.filter((text) => !kept.has(text))).toEqual([])
      expect([...statuses.keys()].filter((status) => status >= 400 && status !== 503)).toEqual([])
      expect(statuses.get(503) ?? 0).toBeGreaterThan(0)
    }, 60_000)

    // Once, and not on each target: catching up takes a while, and what is compared is the adapters' work.
    if (target !== 'bun') return
    test('the index of words, the vectors and the graph catch up, and are those of the memories', async () => {
      expect(await until(degraded, (without) => without.length === 0, 90)).toEqual([])
      const of = decodeJwt(signed.accessToken).sub as OwnerId
      const memories = await openPostgresMemoryStore({ url: new Secret(engines.postgres.url), poolSize: 2 })
      expect(await memories.verify(of)).toEqual([])
      expect(await wrongInTheEnd(() => wrongVectorsInPostgres(engines.postgres.url), 30)).toEqual([])

      const connection = openNeo4j({
        url: new Secret(engines.neo4j.url),
        user: process.env.NEO4J_USER ?? 'neo4j',
        password: new Secret(process.env.NEO4J_PASSWORD ?? ''),
        // The first time that a query is asked the server plans it.
        readTimeoutMs: 60_000,
      })
      const told = async (graph: GraphStore) => {
        const request = { from: undefined, to: undefined, limit: 10_000, descending: false }
        return [
          await graph.entities(of, openRule(app('any')), { asOf: Date.now(), limit: 100 }),
          await graph.timeline(of, openRule(app('any')), 'everything', request),
        ]
      }
      const truth = await told(memories.graph)
      expect(truth[1]?.length).toBeGreaterThanOrEqual(acknowledged.length)
      const graph = neo4jGraphStore(connection)
      expect(
        await until(
          () => told(graph).catch(() => undefined),
          (now) => Bun.deepEquals(now, truth),
          120,
        ),
      ).toEqual(truth)
      await Promise.all([connection.close(), memories.store.close()])
    }, 200_000)
  })
}
