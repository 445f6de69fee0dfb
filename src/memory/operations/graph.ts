/** What the operations about entities have in common: who asks, of which graph, and how an entity and a memory are shown. */
import { type Static, Type as t } from '@sinclair/typebox'
import type { MemoryId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { assertReader } from '../access.ts'
import type { GraphAnswer } from '../graph/ask.ts'
import { entityKey } from '../graph/knowledge.ts'
import type { Entity, GraphStore } from '../graph/ports.ts'
import { EntityKind, graphLimits } from '../graph/schema.ts'
import type { Caller } from '../operation.ts'
import { namesFor, type ShownMemory, showBriefly } from '../present.ts'
import type { AccessRule } from '../schema.ts'
import type { MemoryServices } from '../services.ts'

export const ShownEntity = t.Object({ name: t.String(), kind: EntityKind })
export const entityShown = ({ name, kind }: Entity): Static<typeof ShownEntity> => ({ name, kind })

export const Degraded = t.Optional(
  t.Array(t.String(), { description: 'graph: Neo4j does not answer, so SQL did; the answer is the same.' }),
)

export const EntityName = (description: string) =>
  t.String({ minLength: 1, maxLength: graphLimits.nameCharacters, description })

/** Asks the graph as the caller's app may see it. @throws Fault `forbidden` for an app that may read nothing */
export async function askGraph<T>(
  { store, graph }: Pick<MemoryServices, 'store' | 'graph'>,
  { ownerId, appId }: Caller,
  question: (graph: GraphStore, rule: AccessRule) => Promise<T>,
): Promise<GraphAnswer<T>> {
  const rule = await store.rule(ownerId, appId)
  assertReader(rule)
  return graph.ask(ownerId, (engine) => question(engine, rule))
}

/**
 * Memories as they are shown, by id. The graph proposes; whether one is there, and whether this app may read it, the store says
 * anew, so that no projection that is behind shows what is gone.
 */
export async function shownMemories(
  { store, appNames }: Pick<MemoryServices, 'store' | 'appNames'>,
  { ownerId, appId }: Caller,
  ids: readonly MemoryId[],
): Promise<ReadonlyMap<MemoryId, ShownMemory>> {
  const memories = (await store.get(ownerId, appId, [...new Set(ids)])).filter(({ state }) => state === 'active')
  const names = await namesFor(appNames, memories)
  return new Map(memories.map((memory) => [memory.id, showBriefly(memory, names)]))
}

/** The key of an entity that was named. @throws Fault `invalid` */
export function keyOf(name: string, field: string): string {
  const key = entityKey(name)
  if (key === '') throw new Fault('invalid', `${field} is empty.`, { field })
  return key
}

export const withDegraded = (degraded: readonly string[]) => (degraded.length === 0 ? {} : { degraded: [...degraded] })
