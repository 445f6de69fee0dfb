import { Type as t } from '@sinclair/typebox'
import { entitiesOf, type Step, shortestPaths } from '../graph/paths.ts'
import { ShownMemory } from '../present.ts'
import { inputIn, operation, User } from './define.ts'
import {
  askGraph,
  Degraded,
  EntityName,
  entityShown,
  keyOf,
  ShownEntity,
  shownMemories,
  withDegraded,
} from './graph.ts'

const Input = t.Object(
  {
    from: EntityName('The entity to begin with, by name.'),
    to: EntityName('The entity to arrive at.'),
    max_steps: t.Optional(t.Integer({ minimum: 1, maximum: 4, default: 4 })),
    limit: t.Optional(t.Integer({ minimum: 1, maximum: 10, default: 3 })),
  },
  { additionalProperties: false },
)
const Query = t.Object({ ...Input.properties, ...User }, { additionalProperties: false })
const Relation = t.Object(
  { predicate: t.String(), reversed: t.Boolean({ description: 'It goes from the later entity to the earlier.' }) },
  { description: 'How the memory relates them, if it does.' },
)
const Output = t.Object({
  paths: t.Array(
    t.Object({
      entities: t.Array(ShownEntity),
      steps: t.Array(
        t.Object(
          { memory: ShownMemory, relation: t.Optional(Relation) },
          { description: 'The memory that names both.' },
        ),
      ),
    }),
  ),
  degraded: Degraded,
})

export const entityPaths = operation({
  name: 'entity_paths',
  title: 'How two entities are connected',
  description: 'The shortest ways from one entity to another over memories that name two of them.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: Input,
  output: Output,
  rest: [
    {
      method: 'get',
      path: '/entities/paths',
      operationId: 'getEntityPaths',
      summary: 'How two entities are connected.',
      status: 200,
      query: Query,
      response: Output,
      toInput: (wire) => inputIn(Query, wire.query),
    },
  ],
  async run(services, caller, input) {
    const { ownerId, nowMs } = caller
    const [from, to] = [keyOf(input.from, 'from'), keyOf(input.to, 'to')]
    const { value, degraded } = await askGraph(services, caller, async (graph, rule) => {
      const request = { from, to, maxSteps: input.max_steps ?? 4, limit: input.limit ?? 3 }
      const [first] = await graph.entities(ownerId, rule, { asOf: nowMs, limit: 1, keys: [from] })
      const paths = await shortestPaths((keys) => graph.links(ownerId, rule, keys, nowMs), request)
      return first === undefined ? [] : paths.map((path) => ({ path, entities: entitiesOf(first, path) }))
    })
    const ids = value.flatMap(({ path }) => path.map(({ memoryId }) => memoryId))
    const memories = await shownMemories(services, caller, ids)
    const stepsOf = (path: readonly Step[]) =>
      path.flatMap(({ memoryId, relation }) => {
        const memory = memories.get(memoryId)
        return memory === undefined ? [] : [{ memory, ...(relation === undefined ? {} : { relation }) }]
      })
    const paths = value
      .map(({ path, entities }) => ({ entities: entities.map(entityShown), steps: stepsOf(path) }))
      // A step whose memory is gone by now joins nothing.
      .filter(({ entities, steps }) => steps.length === entities.length - 1)
    return { paths, ...withDegraded(degraded) }
  },
})
