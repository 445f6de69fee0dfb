/** How long one search takes when one owner has many memories: over REST on one connection, one after another. */
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import { contentHash } from '../../src/memory/content.ts'
import { app, draftOf, owner, policyAt } from '../support/memories.ts'
import { signIn } from '../support/script.ts'
import { connect, requestText } from './http-connection.ts'
import { expectStatus, quantile } from './load.ts'
import { freshDataDir, startProduct } from './processes.ts'
import { sentence, wordsFrom } from './synthetic.ts'

export interface SearchTimes {
  readonly memories: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly megabytes: number
}

const queries = 400

export async function searchTimes(memories: number): Promise<SearchTimes> {
  const dataDir = freshDataDir()
  const server = await startProduct(dataDir)
  const { accessToken } = await signIn(server)
  const path = join(dataDir, 'memory.db')
  await fill(path, String(decodeJwt(accessToken).sub), memories)
  const connection = await connect(server.port)
  const words = wordsFrom(7)
  const times: number[] = []
  for (let at = 0; at < queries + 20; at++) {
    const query = `${sentence(words, 5)}?`
    const request = requestText(
      'POST',
      '/api/v1/memories/search',
      { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      JSON.stringify({ query }),
    )
    const from = performance.now()
    expectStatus(await connection.ask(request), 200)
    // The first ones warm caches, as an owner's first search of the day does.
    if (at >= 20) times.push(performance.now() - from)
  }
  connection.close()
  await server.stop()
  return {
    memories,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    megabytes: Bun.file(path).size / 1_000_000,
  }
}

const batch = 1_000

async function fill(path: string, ownerName: string, memories: number): Promise<void> {
  const { store } = openSqliteMemoryStore({ path })
  const words = wordsFrom(1)
  for (let from = 0; from < memories; from += batch) {
    const drafts = Array.from({ length: Math.min(batch, memories - from) }, (_, at) => {
      const content = `${sentence(words, 12)} ${from + at}.`
      return draftOf(content, { contentHash: contentHash(content) })
    })
    await store.add(owner(ownerName), app('bench'), drafts, policyAt(Date.now()))
  }
  await store.close()
}
