import { Type as t } from '@sinclair/typebox'
import type { MemoryId } from '../../shared/brand.ts'
import { findMemory } from '../find-memory.ts'
import { rankRelated } from '../graph/related.ts'
import { ShownMemory } from '../present.ts'
import { IdParams, inputIn, operation, read, User } from './define.ts'
import { askGraph, Degraded, entityShown, ShownEntity, shownMemories, withDegraded } from './graph.ts'

const limit = t.Optional(t.Integer({ minimum: 1, maximum: 50, default: 10 }))
const Input = t.Object({ ...IdParams.properties, limit }, { additionalProperties: false })
const Query = t.Object({ limit, ...User }, { additionalProperties: false })
const Output = t.Object({
  connected: t.Array(t.Object({ memory: ShownMemory, shared: t.Array(ShownEntity) })),
  degraded: Degraded,
})

export const connectedMemories = operation({
  name: 'connected_memories',
  title: 'Connected memories',
  description: 'The memories that mention the same people, places or things as one, those that share the rarest first.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: Input,
  output: Output,
  rest: [
    {
      method: 'get',
      path: '/memories/{id}/connections',
      operationId: 'getConnectedMemories',
      summary: 'The memories that mention the same entities as one.',
      status: 200,
      params: IdParams,
      query: Query,
      response: Output,
      toInput: (wire) => ({ ...read(IdParams, wire.params), ...inputIn(Query, wire.query) }),
    },
  ],
  async run(services, caller, { id, limit: most = 10 }) {
    await findMemory(services, caller, id as MemoryId)
    const { value, degraded } = await askGraph(services, caller, (graph, rule) =>
      graph.shared(caller.ownerId, rule, id as MemoryId, caller.nowMs),
    )
    const related = rankRelated(value, most)
    const memories = await shownMemories(
      services,
      caller,
      related.map(({ memoryId }) => memoryId),
    )
    const connected = related.flatMap(({ memoryId, shared }) => {
      const memory = memories.get(memoryId)
      return memory === undefined ? [] : [{ memory, shared: shared.map(entityShown) }]
    })
    return { connected, ...withDegraded(degraded) }
  },
})
