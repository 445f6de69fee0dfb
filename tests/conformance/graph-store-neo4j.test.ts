/** The same suite on a real Neo4j, which is brought up to date by the job that does so in production. */
import { describe, test } from 'bun:test'
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

if (url === undefined) describe.skip('GraphStore on Neo4j (NEO4J_URL is not set)', () => test('', () => undefined))
else
  describeGraphStore('Neo4j', async () => {
    const { store, outbox, graphSource: source } = openSqliteMemoryStore({ path: ':memory:' })
    const password = new Secret(process.env.NEO4J_PASSWORD ?? '')
    const connection = openNeo4j({
      url: new Secret(url),
      user: process.env.NEO4J_USER ?? 'neo4j',
      password,
      // The first time that a query is asked the server plans it.
      readTimeoutMs: 60_000,
      writeTimeoutMs: 60_000,
    })
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
