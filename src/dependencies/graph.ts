/** The graph of entities: in SQL, or in Neo4j where NEO4J_URL is set, with the job that keeps it as the truth is. */
import type { Config } from '../config/config.ts'
import { type Graph, graphBehind, graphInSql } from '../memory/graph/ask.ts'
import { projectGraph } from '../memory/jobs/project-graph.ts'
import type { OutboxWork } from '../memory/jobs/run-outbox.ts'
import type { Clock } from '../shared/clock.ts'
import type { KnowledgeEngine } from './memory-engine.ts'
import type { Opening } from './opening.ts'

export interface OpenedGraph {
  readonly graph: Graph
  /** The work of a process with the role worker. */
  readonly work: readonly OutboxWork[]
}

/** Neo4j is not asked at the start: a start does not wait for a projection. Its driver is loaded only where it is configured. */
export async function openGraph(
  config: Pick<Config, 'neo4j'>,
  { graph: sql, graphSource: source, outbox }: KnowledgeEngine,
  opening: Opening,
  clock: Clock,
): Promise<OpenedGraph> {
  if (config.neo4j === undefined) return { graph: graphInSql(sql), work: [] }
  const [{ openNeo4j }, { neo4jGraphStore }, { neo4jGraphProjection }] = await Promise.all([
    import('../adapters/neo4j/connection.ts'),
    import('../adapters/neo4j/graph.ts'),
    import('../adapters/neo4j/projection.ts'),
  ])
  const connection = openNeo4j(config.neo4j)
  opening.onClose(() => connection.close())
  opening.healthChecks.push(connection.health)
  opening.engines.push({ purpose: 'graph', engine: 'Neo4j, behind SQL' })
  return {
    graph: graphBehind({ sql, projection: neo4jGraphStore(connection), outbox, clock }),
    work: [projectGraph({ source, projection: neo4jGraphProjection(connection), outbox, clock })],
  }
}
