/** The questions of memory/graph/ports.ts in Cypher. */
import {
  type Entity,
  type EntityUse,
  type GraphStore,
  type Link,
  memoriesPerEntity,
  type Shared,
  type TimelineEntry,
} from '../../memory/graph/ports.ts'
import type { AccessRule } from '../../memory/schema.ts'
import { integer, integerOrNull, type Neo4jConnection, type Parameters } from './connection.ts'

/** memory/access.ts `mayRead`, for a rule that lets its app read something. */
const readable = (m: string) =>
  `${m}.active AND (${m}.app = $app OR (NOT $own AND ($categories IS NULL OR any(c IN ${m}.categories WHERE c IN $categories))))`
const holding = (m: string) =>
  `${readable(m)} AND ${m}.validFrom <= $asOf AND (${m}.validTo IS NULL OR ${m}.validTo > $asOf)`
const newestOf = (entity: string, others: string) => `
  CALL { WITH ${entity}${others === '' ? '' : `, ${others}`}
    MATCH (${entity})<-[:MENTIONS]-(m:Memory) WHERE ${others === '' ? '' : `m <> ${others} AND `}${holding('m')}
    RETURN m ORDER BY m.seq DESC LIMIT ${memoriesPerEntity}
  }`

/** A mention of a known kind names an entity better than one of none; among equals the newest. */
const entities = `
  MATCH (e:Entity {owner: $owner})
  WHERE ($keys IS NULL OR e.key IN $keys) AND ($contains IS NULL OR e.key CONTAINS $contains)
  MATCH (e)<-[n:MENTIONS]-(m:Memory) WHERE ${holding('m')}
  WITH e, n, m ORDER BY n.kind <> 'other' DESC, m.seq DESC
  WITH e, collect(n)[0] AS best, count(*) AS memories
  RETURN e.key AS key, best.name AS name, best.kind AS kind, memories ORDER BY memories DESC, key LIMIT $limit`

const shared = `
  MATCH (s:Memory {owner: $owner, id: $id})-[:MENTIONS]->(e:Entity)
  ${newestOf('e', 's')}
  RETURN e.key AS key, m.id AS memoryId, m.seq AS seq ORDER BY key, seq DESC`

const links = `
  UNWIND range(0, size($keys) - 1) AS place
  MATCH (f:Entity {owner: $owner, key: $keys[place]})
  ${newestOf('f', '')}
  MATCH (m)-[:MENTIONS]->(o:Entity) WHERE o <> f
  WITH place, f, o, m ORDER BY m.seq DESC
  WITH place, f, o, collect(m)[0] AS m
  RETURN f.key AS from, o.key AS key, m.id AS memoryId,
    [(f)-[r:RELATES {memory: m.id}]->(o) | r.predicate] AS forwards,
    [(o)-[b:RELATES {memory: m.id}]->(f) | b.predicate] AS backwards
  ORDER BY place, m.seq DESC, key`

const timeline = (direction: 'ASC' | 'DESC') => `
  MATCH (:Entity {owner: $owner, key: $key})<-[:MENTIONS]-(m:Memory)
  WHERE ${readable('m')} AND ($from IS NULL OR m.at >= $from) AND ($to IS NULL OR m.at <= $to)
  RETURN m.id AS memoryId, m.at AS at ORDER BY m.at ${direction}, m.seq ${direction} LIMIT $limit`
const timelines = { ascending: timeline('ASC'), descending: timeline('DESC') }

interface LinkRow extends Pick<Link, 'from' | 'memoryId'> {
  readonly key: string
  readonly forwards: readonly string[]
  readonly backwards: readonly string[]
}

export function neo4jGraphStore(connection: Neo4jConnection): GraphStore {
  /** Nothing is asked for an app that may read nothing; an unknown value of a rule lets it read nothing. */
  async function ask<Row>(cypher: string, owner: string, rule: AccessRule, parameters: Parameters) {
    if (rule.paused || (rule.read !== 'all' && rule.read !== 'own')) return []
    const access = { app: rule.appId, own: rule.read === 'own', categories: rule.categories ?? null }
    return connection.read<Row>(cypher, { ...parameters, ...access, owner })
  }

  /** Rows with the entities that they name by key. */
  async function named<Row extends { readonly key: string }>(
    owner: string,
    rule: AccessRule,
    asOf: number,
    rows: readonly Row[],
  ): Promise<readonly (readonly [Row, Entity])[]> {
    const keys = [...new Set(rows.map(({ key }) => key))]
    if (keys.length === 0) return []
    const given = { asOf: integer(asOf), limit: integer(keys.length), keys, contains: null }
    const found = await ask<EntityUse>(entities, owner, rule, given)
    const byKey = new Map(found.map(({ key, name, kind }) => [key, { key, name, kind }]))
    return rows.flatMap((row) => {
      const entity = byKey.get(row.key)
      return entity === undefined ? [] : [[row, entity] as const]
    })
  }

  return {
    entities: async (owner, rule, { asOf, limit, keys, contains }) =>
      ask<EntityUse>(entities, owner, rule, {
        asOf: integer(asOf),
        limit: integer(limit),
        keys: keys ?? null,
        contains: contains ?? null,
      }),
    async shared(owner, rule, id, asOf) {
      const rows = await ask<Omit<Shared, 'name' | 'kind'>>(shared, owner, rule, { id, asOf: integer(asOf) })
      return (await named(owner, rule, asOf, rows)).map(([row, entity]): Shared => ({ ...row, ...entity }))
    },
    async links(owner, rule, keys, asOf) {
      const rows = await ask<LinkRow>(links, owner, rule, { keys, asOf: integer(asOf) })
      return (await named(owner, rule, asOf, rows)).map(([{ from, memoryId, forwards, backwards }, to]): Link => {
        const predicate = forwards.toSorted()[0] ?? backwards.toSorted()[0]
        const relation = predicate === undefined ? undefined : { predicate, reversed: forwards.length === 0 }
        return { from, to, memoryId, relation }
      })
    },
    timeline: async (owner, rule, key, { from, to, limit, descending }) =>
      ask<TimelineEntry>(descending ? timelines.descending : timelines.ascending, owner, rule, {
        key,
        from: integerOrNull(from),
        to: integerOrNull(to),
        limit: integer(limit),
      }),
  }
}
