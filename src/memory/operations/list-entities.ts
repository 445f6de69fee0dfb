import { Type as t } from '@sinclair/typebox'
import { entityKey } from '../graph/knowledge.ts'
import { graphLimits } from '../graph/schema.ts'
import { inputIn, operation, User } from './define.ts'
import { askGraph, Degraded, entityShown, ShownEntity, withDegraded } from './graph.ts'

const Input = t.Object(
  {
    query: t.Optional(t.String({ maxLength: graphLimits.nameCharacters, description: 'A part of the name.' })),
    limit: t.Optional(t.Integer({ minimum: 1, maximum: 100, default: 20 })),
  },
  { additionalProperties: false },
)
const Query = t.Object({ ...Input.properties, ...User }, { additionalProperties: false })
const Output = t.Object({
  entities: t.Array(t.Object({ ...ShownEntity.properties, memories: t.Integer() })),
  degraded: Degraded,
})

export const listEntities = operation({
  name: 'list_entities',
  title: 'People, places and things',
  description: 'Whom and what the memories are about, the most mentioned first.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: Input,
  output: Output,
  rest: [
    {
      method: 'get',
      path: '/entities/',
      operationId: 'listEntities',
      summary: 'Whom and what the memories are about.',
      status: 200,
      query: Query,
      response: Output,
      toInput: (wire) => inputIn(Query, wire.query),
    },
  ],
  async run(services, caller, { query, limit = 20 }) {
    const contains = query === undefined || query === '' ? undefined : entityKey(query)
    const { value, degraded } = await askGraph(services, caller, (graph, rule) =>
      graph.entities(caller.ownerId, rule, { asOf: caller.nowMs, limit, contains }),
    )
    const entities = value.map((entity) => ({ ...entityShown(entity), memories: entity.memories }))
    return { entities, ...withDegraded(degraded) }
  },
})
