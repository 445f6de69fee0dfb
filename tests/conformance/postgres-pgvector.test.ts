/** A server of Postgres on which pgvector cannot be had: memories are kept and found by meaning all the same, and the start says why. */
import { afterEach, describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { loadConfig } from '../../src/config/config.ts'
import { openMemoryEngine } from '../../src/dependencies/memory-engine.ts'
import { embedItems } from '../../src/memory/jobs/embed-items.ts'
import type { Embedder } from '../../src/memory/rank/embedder.ts'
import { search } from '../../src/memory/recall.ts'
import { engineUrl } from '../support/engines.ts'
import { app, callerOf, draftOf, owner, policyAt, startMs } from '../support/memories.ts'
import { freePort, freshFolder, startServer } from '../support/server.ts'
import { testClock } from '../support/time.ts'

const url = engineUrl('DATABASE_URL')
const dog = Float32Array.of(1, 0)
const embedder: Embedder = {
  space: 'animals/2',
  questionBudgetMs: 1_000,
  embed: async (texts) => texts.map((text) => (text.includes('hound') ? dog : Float32Array.of(0, 1))),
  embedQuestion: async () => dog,
}

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A database of its own, in which a role of its own has a schema and no right to anything else; `also` is done by its superuser. */
async function databaseOfRole(address: string, also?: string): Promise<string> {
  const name = `souvenir_test_${randomUUID().replaceAll('-', '')}`
  const server = postgres(address, { max: 1, onnotice: () => undefined })
  await server.unsafe(`CREATE ROLE ${name} LOGIN PASSWORD '${name}' NOSUPERUSER NOCREATEDB NOCREATEROLE`)
  await server.unsafe(`CREATE DATABASE ${name} TEMPLATE template0`)
  cleanups.push(async () => {
    await server.unsafe(`DROP DATABASE ${name} WITH (FORCE)`)
    await server.unsafe(`DROP ROLE ${name}`)
    await server.end()
  })
  const inside = new URL(address)
  inside.pathname = `/${name}`
  const admin = postgres(inside.href, { max: 1, onnotice: () => undefined })
  await admin.unsafe(`CREATE SCHEMA souvenir AUTHORIZATION ${name}`)
  if (also !== undefined) await admin.unsafe(also)
  await admin.end()
  inside.username = name
  inside.password = name
  return inside.href
}

/** Adds two memories, embeds them, and asks by meaning: the engine's name as the start says it, and what was found first. */
async function usedAt(address: string) {
  const engine = await openMemoryEngine(loadConfig(undefined, { DATA_DIR: freshFolder(), DATABASE_URL: address }))
  cleanups.push(() => engine.close())
  const drafts = ['Rex is a hound.', 'It rains in Oslo.'].map((text) => draftOf(text))
  await engine.store.add(owner('ada'), app('chat'), drafts, policyAt())
  const clock = testClock(startMs)
  while ((await embedItems({ vectors: engine.vectors, embedder, clock })) > 0);
  const question = { query: 'Which puppy is there?', limit: 5, unlogged: true }
  const { hits } = await search({ ...engine, embedder }, callerOf('ada', 'chat'), question)
  return {
    name: engine.name,
    first: hits[0]?.memory.content,
    lists: hits[0]?.why.lists.map(({ name }) => String(name)),
  }
}

const found = { first: 'Rex is a hound.', lists: ['meaning'] }
const without = (why: string) => `Postgres without pgvector (${why}): vectors are compared in this process`

if (url !== undefined) {
  describe('Postgres where pgvector cannot be had', () => {
    test('a role that may not make the extension', async () => {
      const address = await databaseOfRole(url)
      expect(await usedAt(address)).toEqual({ name: without('this role may not make the extension'), ...found })
    })

    test('an extension older than 0.7', async () => {
      // What the catalog says of it: this server has the files of one version.
      const old = "CREATE EXTENSION vector; UPDATE pg_extension SET extversion = '0.6.2' WHERE extname = 'vector'"
      const address = await databaseOfRole(url, old)
      expect(await usedAt(address)).toEqual({ name: without('0.6.2 is older than 0.7'), ...found })
    })

    test('one that somebody else made is used', async () => {
      const address = await databaseOfRole(url, 'CREATE EXTENSION vector')
      expect(await usedAt(address)).toEqual({ name: 'Postgres with pgvector', ...found })
    })

    test('the program says so once, at its start', async () => {
      const port = await freePort()
      const variables = { DATA_DIR: freshFolder(), PORT: String(port), DATABASE_URL: await databaseOfRole(url) }
      const server = await startServer(variables, port)
      cleanups.push(() => server.stop())
      const { status } = await fetch(`${server.url}/health`)
      expect(status).toBe(200)
      expect(server.output().match(/pgvector/g)).toHaveLength(1)
      expect(server.output()).toContain(without('this role may not make the extension'))
    }, 30_000)
  })
}
