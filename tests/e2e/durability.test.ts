/** What was acknowledged is there, whole, and found, by meaning too: whatever kills the process, whenever. */
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import type { OwnerId } from '../../src/shared/brand.ts'
import { startEmbeddingProcess } from '../support/embedding-process.ts'
import { runs } from '../support/runs.ts'
import { signIn } from '../support/script.ts'
import { freePort, type Product, startProduct, target } from '../support/server.ts'
import { wrongInTheEnd, wrongVectorsInSqlite } from '../support/vector-truth.ts'

/** 20 in CI, one where a person waits; DURABILITY_ROUNDS says otherwise. */
const rounds = Number(process.env.DURABILITY_ROUNDS ?? (process.env.CI === 'true' ? 20 : 1))
const writes = runs(1_000)
/** With a model beside, which embeds each of them. */
const embeddedWrites = 200
const writers = 8

/** Writes until the server is gone, from several connections at once; gives what was acknowledged, text by id. */
async function writeUntilKilled(
  product: Product,
  token: string,
  round: number,
  killAt: number,
): Promise<Map<string, string>> {
  const acknowledged = new Map<string, string>()
  let next = 0
  let killed: Promise<unknown> | undefined
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (next < writes && killed === undefined) {
        const text = `Round ${round}, note ${next++}: the lighthouse keeper counted ${next * 7} ships.`
        const response = await fetch(`${product.apiUrl}/api/v1/memories/`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ text }),
        }).catch(() => undefined)
        if (response?.status !== 200) continue
        const body = (await response.json().catch(() => undefined)) as { id: string } | undefined
        if (body !== undefined) acknowledged.set(body.id, text)
        if (acknowledged.size >= killAt) killed ??= product.stop('SIGKILL')
      }
    }),
  )
  await killed
  return acknowledged
}

describe(`durability on ${target}`, () => {
  test(`kill -9 amid ${writes} writes, ${rounds} times: none lost, none half done, the index agrees with the table`, async () => {
    const product = await startProduct('one process')
    const token = (await signIn(product)).accessToken
    const ownerId = decodeJwt(token).sub as OwnerId
    const all = new Map<string, string>()
    for (let round = 0; round < rounds; round++) {
      const killAt = 1 + Math.floor((writes * (round + 1)) / (rounds + 1))
      for (const [id, text] of await writeUntilKilled(product, token, round, killAt)) all.set(id, text)
      const { store, verify } = openSqliteMemoryStore({ path: join(product.variables.DATA_DIR ?? '', 'memory.db') })
      expect(verify(ownerId)).toEqual([])
      const { total } = await store.list(ownerId, 'any' as never, {
        filter: { states: ['active'] },
        sort: 'createdAt',
        descending: true,
        limit: 1,
      })
      expect(total).toBeGreaterThanOrEqual(all.size)
      for (const ids of chunks([...all.keys()], 500)) {
        const found = await store.get(ownerId, 'any' as never, ids as never)
        expect(found.map(({ id, content }) => [id as string, content])).toEqual(
          ids.map((id) => [id, all.get(id) ?? '']),
        )
      }
      await store.close()
      await product.restart('SIGKILL')
    }
    const last = [...all.values()].at(-1) ?? ''
    const search = await fetch(`${product.apiUrl}/api/v1/memories/search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: last }),
    })
    const { results } = (await search.json()) as { results: { content: string }[] }
    expect(results[0]?.content).toBe(last)
    await product.stop()
  }, 600_000)

  // A killed process's lease ends after 20 s, for which a person need not wait each time.
  test.if(process.env.CI === 'true')(
    `kill -9 amid ${embeddedWrites} writes that a model reads: in the end each has its vector`,
    async () => {
      const modelPort = await freePort()
      const model = await startEmbeddingProcess(modelPort)
      const product = await startProduct('one process', {
        EMBEDDER_URL: `http://127.0.0.1:${modelPort}/v1`,
        EMBEDDER_MODEL: 'directions',
      })
      const token = (await signIn(product)).accessToken
      expect((await writeUntilKilled(product, token, 0, embeddedWrites / 2)).size).toBeGreaterThanOrEqual(
        embeddedWrites / 2,
      )
      await product.restart('SIGKILL')
      const memories = join(product.variables.DATA_DIR ?? '', 'memory.db')
      expect(await wrongInTheEnd(() => wrongVectorsInSqlite(memories), 120)).toEqual([])
      await product.stop()
      await model.kill()
    },
    180_000,
  )
})

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
