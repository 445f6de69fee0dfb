/** The same suite on a real Neo4j, which is brought up to date by the job that does so in production. */
import { describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { openNeo4j } from '../../src/adapters/neo4j/connection.ts'
import { neo4jGraphStore } from '../../src/adapters/neo4j/graph.ts'
import { neo4jGraphProjection } from '../../src/adapters/neo4j/projection.ts'
import { openSqliteMemoryStore } from '../../src/adapters/sqlite/memory/store.ts'
import { projectGraph } from '../../src/memory/jobs/project-graph.ts'
import { runOutbox } from '../../src/memory/jobs/run-outbox.ts'
import { Secret } from '../../src/shared/secret.ts'
import { engineUrl } from '../support/engines.ts'
import { startMs } from '../support/memories.ts'
import { testClock } from '../support/time.ts'
import { describeGraphStore } from './graph-store.ts'

const url = engineUrl('NEO4J_URL')

const open = (address: string) =>
  openNeo4j({
    url: new Secret(address),
    user: process.env.NEO4J_USER ?? 'neo4j',
    password: new Secret(process.env.NEO4J_PASSWORD ?? ''),
    // The first time that a query is asked the server plans it.
    readTimeoutMs: 60_000,
    writeTimeoutMs: 60_000,
  })

if (url === undefined) describe.skip('GraphStore on Neo4j (NEO4J_URL is not set)', () => test('', () => undefined))
else
  describeGraphStore('Neo4j', async () => {
    const { store, outbox, graphSource: source } = openSqliteMemoryStore({ path: ':memory:' })
    const connection = open(url)
    const projection = neo4jGraphProjection(connection)
    const clock = testClock(startMs + 1_000)
    await outbox.subscribe(['graph'], startMs)
    const work = projectGraph({ source, projection, outbox, clock })
    return {
      graph: neo4jGraphStore(connection),
      store,
      source,
      runs: 8,
      async sync() {
        while ((await runOutbox(work)) > 0);
      },
      async close() {
        await connection.close()
        await store.close()
      },
    }
  })

if (url !== undefined)
  test.each([
    ['memory', 'Memory', 'id'],
    ['entity', 'Entity', 'key'],
  ])(
    'Neo4j itself keeps a %s of an owner once; another owner may have the same',
    async (_, label, key) => {
      const connection = open(url)
      const [owner, other] = [randomUUID(), randomUUID()]
      const make = (of: string) =>
        connection.write((run) => run(`CREATE (:${label} {owner: $of, ${key}: 'the same'})`, { of }))
      try {
        await make(owner)
        await make(other)
        await expect(make(owner)).rejects.toThrow()
        const [found] = await connection.read<{ count: number }>(
          `MATCH (n:${label} {${key}: 'the same'}) WHERE n.owner IN $owners RETURN toFloat(count(n)) AS count`,
          { owners: [owner, other] },
        )
        expect(found?.count).toBe(2)
      } finally {
        await connection.write((run) => run('MATCH (n) WHERE n.owner IN $owners DELETE n', { owners: [owner, other] }))
        await connection.close()
      }
    },
    60_000,
  )
