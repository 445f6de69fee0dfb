/** The graph written behind the truth: memories, the entities that they mention and the relations that they state. No text. */
import type { GraphMemory, GraphProjection } from '../../memory/graph/ports.ts'
import { integer, integerOrNull, type Neo4jConnection, type Run } from './connection.ts'

const clearedAtOnce = 2_000

export const neo4jGraphProjection = (connection: Neo4jConnection): GraphProjection => ({
  put: (owner, memories, gone) =>
    connection.write(async (run) => {
      const accepted = await putMemories(run, owner, memories)
      const changing = [...accepted, ...gone]
      const left = await forget(run, owner, changing)
      const news = memories.filter(({ id }) => accepted.has(id))
      await mention(run, owner, news)
      await relate(run, owner, news)
      if (gone.length > 0) {
        await run('UNWIND $gone AS id MATCH (m:Memory {owner: $owner, id: id}) DETACH DELETE m', { owner, gone })
      }
      await run(
        'UNWIND $left AS key MATCH (e:Entity {owner: $owner, key: key}) WHERE NOT EXISTS { (e)<-[:MENTIONS]-() } DETACH DELETE e',
        { owner, left },
      )
    }),

  async clear(owner) {
    for (const label of ['Memory', 'Entity'] as const) {
      for (;;) {
        const rows = await connection.write((run) =>
          run<{ count: number }>(
            `MATCH (n:${label} {owner: $owner}) WITH n LIMIT $limit DETACH DELETE n RETURN count(n) AS count`,
            { owner, limit: integer(clearedAtOnce) },
          ),
        )
        if ((rows[0]?.count ?? 0) < clearedAtOnce) break
      }
    }
  },
})

/** Writes the memories unless a newer version is there, and gives the ids of those that were written. */
async function putMemories(run: Run, owner: string, memories: readonly GraphMemory[]): Promise<ReadonlySet<string>> {
  const rows = memories.map((memory) => ({
    id: memory.id,
    version: integer(memory.version),
    properties: {
      seq: integer(memory.seq),
      version: integer(memory.version),
      app: memory.appId,
      categories: memory.categories,
      active: memory.state === 'active',
      validFrom: integer(memory.validFrom),
      validTo: integerOrNull(memory.validTo),
      at: integer(memory.occurredAt ?? memory.validFrom),
    },
  }))
  const accepted = await run<{ id: string }>(
    `UNWIND $rows AS row
     MERGE (m:Memory {owner: $owner, id: row.id})
     WITH m, row WHERE coalesce(m.version, -1) <= row.version
     SET m += row.properties
     RETURN m.id AS id`,
    { owner, rows },
  )
  return new Set(accepted.map(({ id }) => id))
}

/** Takes out what these memories said, and gives the keys of the entities that they mentioned. */
async function forget(run: Run, owner: string, ids: readonly string[]): Promise<readonly string[]> {
  await run('UNWIND $ids AS id MATCH ()-[r:RELATES {owner: $owner, memory: id}]->() DELETE r', { owner, ids })
  const rows = await run<{ key: string }>(
    `UNWIND $ids AS id MATCH (:Memory {owner: $owner, id: id})-[r:MENTIONS]->(e:Entity)
     WITH r, e.key AS key DELETE r RETURN DISTINCT key`,
    { owner, ids },
  )
  return rows.map(({ key }) => key)
}

async function mention(run: Run, owner: string, memories: readonly GraphMemory[]): Promise<void> {
  const rows = memories.flatMap(({ id, mentions }) => mentions.map((one) => ({ memory: id, ...one })))
  if (rows.length === 0) return
  await run(
    `UNWIND $rows AS row
     MATCH (m:Memory {owner: $owner, id: row.memory})
     MERGE (e:Entity {owner: $owner, key: row.key})
     CREATE (m)-[:MENTIONS {name: row.name, kind: row.kind, origin: row.origin}]->(e)`,
    { owner, rows },
  )
}

async function relate(run: Run, owner: string, memories: readonly GraphMemory[]): Promise<void> {
  const rows = memories.flatMap(({ id, relations }) => relations.map((one) => ({ memory: id, ...one })))
  if (rows.length === 0) return
  await run(
    `UNWIND $rows AS row
     MATCH (s:Entity {owner: $owner, key: row.subject}), (o:Entity {owner: $owner, key: row.object})
     CREATE (s)-[:RELATES {owner: $owner, memory: row.memory, predicate: row.predicate, origin: row.origin}]->(o)`,
    { owner, rows },
  )
}
