/** Memories in Postgres: two processes on one database, and kill -9 of the program and of the server under load. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { openPostgresMemoryStore } from '../../src/adapters/postgres/memory/store.ts'
import type { ClientId, MemoryId, OwnerId } from '../../src/shared/brand.ts'
import { Secret } from '../../src/shared/secret.ts'
import { startEmbeddingProcess } from '../support/embedding-process.ts'
import { engineUrl } from '../support/engines.ts'
import { postgresSchema } from '../support/memory-engines.ts'
import { ownEngine } from '../support/own-engine.ts'
import { signIn } from '../support/script.ts'
import { freePort, type Product, type Server, startProduct, startServer, target } from '../support/server.ts'
import { wrongInTheEnd, wrongVectorsInPostgres } from '../support/vector-truth.ts'

const url = engineUrl('DATABASE_URL')
const writers = 8

const post = (base: string, token: string, path: string, body: unknown, method = 'POST') =>
  fetch(`${base}/api/v1/memories/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

interface Written {
  /** Text by id. */
  readonly acknowledged: Map<string, string>
  readonly statuses: Set<number>
}

/** Writes from several connections at once until `enough` says so. */
async function write(
  base: string,
  token: string,
  name: string,
  enough: (written: Written) => boolean,
): Promise<Written> {
  const written: Written = { acknowledged: new Map(), statuses: new Set() }
  let next = 0
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (!enough(written)) {
        const text = `${name} ${next++}: the lighthouse keeper counted ${next * 7} ships.`
        const response = await post(base, token, '', { text }).catch(() => undefined)
        if (response === undefined) continue
        written.statuses.add(response.status)
        const body = (await response.json().catch(() => undefined)) as { id?: string } | undefined
        if (response.status === 200 && body?.id !== undefined) written.acknowledged.set(body.id, text)
        if (response.status !== 200) await Bun.sleep(20)
      }
    }),
  )
  return written
}

/** What was acknowledged is there, word for word, and the index agrees with the table. */
async function expectKept(address: string, token: string, acknowledged: ReadonlyMap<string, string>): Promise<void> {
  const ownerId = decodeJwt(token).sub as OwnerId
  const { store, verify } = await openPostgresMemoryStore({ url: new Secret(address), poolSize: 2 })
  expect(await verify(ownerId)).toEqual([])
  const ids = [...acknowledged.keys()] as MemoryId[]
  const found = await store.get(ownerId, 'any' as ClientId, ids)
  expect(found.map(({ id, content }) => [id as string, content])).toEqual([...acknowledged])
  await store.close()
}

if (url !== undefined) {
  describe(`two processes on one Postgres, on ${target}`, () => {
    const schema = postgresSchema(url)
    let product: Product
    let second: Server
    let token = ''
    beforeAll(async () => {
      product = await startProduct('one process', { DATABASE_URL: schema.url })
      const port = await freePort()
      const beside = { ...product.variables, PORT: String(port), JWKS_URL: `${product.issuer}/auth/jwks` }
      second = await startServer(beside, port, '--roles', 'mcp,api')
      token = (await signIn(product)).accessToken
    }, 60_000)
    afterAll(async () => {
      await second?.stop()
      await product?.stop()
      await schema.drop()
    }, 30_000)

    const found = async (base: string, query: string) => {
      const response = await post(base, token, 'search', { query })
      expect(response.status).toBe(200)
      return ((await response.json()) as { results: { content: string }[] }).results.map(({ content }) => content)
    }

    test('the start and /health name Postgres', async () => {
      expect(product.output()).toMatch(/memories\s+Postgres with/)
      const { engines } = (await (await fetch(`${second.url}/health`)).json()) as { engines: unknown[] }
      expect(engines).toContainEqual({ engine: 'postgres', state: 'up', needed: true })
    })

    test('what one process writes, changes and erases the other finds, and finds no more, at once', async () => {
      const [here, there] = [product.apiUrl, second.url]
      const { id } = (await (await post(here, token, '', { text: 'The zebra drinks tea.' })).json()) as { id: string }
      expect(await found(there, 'zebra')).toEqual(['The zebra drinks tea.'])
      expect((await post(there, token, id, { memory_content: 'The walrus drinks tea.' }, 'PUT')).status).toBe(200)
      expect([await found(here, 'zebra'), await found(here, 'walrus')]).toEqual([[], ['The walrus drinks tea.']])
      expect((await post(here, token, '', { memory_ids: [id] }, 'DELETE')).ok).toBe(true)
      expect(await found(there, 'walrus')).toEqual([])
    })

    test('100 adds of one text at once over both processes are one memory', async () => {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          post(n % 2 === 0 ? product.apiUrl : second.url, token, '', { text: 'One of a hundred.' }),
        ),
      )
      const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { id: string }).id))
      expect(new Set(ids).size).toBe(1)
    })

    test('kill -9 of the program amid writes: none that was acknowledged is lost, and it starts again', async () => {
      let killed: Promise<unknown> | undefined
      const { acknowledged } = await write(product.apiUrl, token, 'Killed program', (written) => {
        if (written.acknowledged.size >= 100) killed ??= product.stop('SIGKILL')
        return killed !== undefined
      })
      await killed
      await expectKept(schema.url, token, acknowledged)
      await product.restart('SIGKILL')
      expect(await found(product.apiUrl, [...acknowledged.values()].at(-1) ?? '')).toContain(
        [...acknowledged.values()].at(-1) ?? '',
      )
    }, 60_000)
  })

  // Once, and not on each target: what is compared is the adapter's work, and the killed process's lease ends after 20 s.
  if (target === 'bun') {
    test('kill -9 of the program amid writes that a model reads: in the end each memory in Postgres has its vector', async () => {
      const schema = postgresSchema(url)
      const modelPort = await freePort()
      const model = await startEmbeddingProcess(modelPort)
      const product = await startProduct('one process', {
        DATABASE_URL: schema.url,
        EMBEDDER_URL: `http://127.0.0.1:${modelPort}/v1`,
        EMBEDDER_MODEL: 'directions',
      })
      try {
        const token = (await signIn(product)).accessToken
        let killed: Promise<unknown> | undefined
        const { acknowledged } = await write(product.apiUrl, token, 'Embedded', (written) => {
          if (written.acknowledged.size >= 100) killed ??= product.stop('SIGKILL')
          return killed !== undefined
        })
        await killed
        await expectKept(schema.url, token, acknowledged)
        await product.restart('SIGKILL')
        expect(await wrongInTheEnd(() => wrongVectorsInPostgres(url, schema.schema), 120)).toEqual([])
      } finally {
        await product.stop()
        await model.kill()
        await schema.drop()
      }
    }, 180_000)
  }

  describe(`kill -9 of Postgres, on ${target}`, () => {
    test('amid writes: the program says 503, goes on by itself when the server is back, and nothing acknowledged is lost', async () => {
      const server = await ownEngine('postgres')
      const product = await startProduct('one process', { DATABASE_URL: server.url })
      try {
        const token = (await signIn(product)).accessToken
        let killedAt = Number.POSITIVE_INFINITY
        let back: Promise<unknown> | undefined
        const { acknowledged, statuses } = await write(product.apiUrl, token, 'Killed server', (written) => {
          if (written.acknowledged.size >= 60 && back === undefined) {
            killedAt = written.acknowledged.size
            server.kill()
            back = Bun.sleep(500).then(() => server.start())
          }
          return written.acknowledged.size >= killedAt + 60
        })
        await back
        expect([...statuses].sort()).toEqual([200, 503])
        await expectKept(server.url, token, acknowledged)
        expect((await fetch(`${product.apiUrl}/health`)).status).toBe(200)
      } finally {
        await product.stop()
        await server.stop()
      }
    }, 120_000)
  })
}
