import { Type as t } from '@sinclair/typebox'
import { ShownMemory } from '../present.ts'
import { logReadings } from '../readings.ts'
import { parseOptionalTime, timeInput, timeOutput, toIso } from '../time.ts'
import { inputIn, operation, User } from './define.ts'
import { askGraph, Degraded, EntityName, keyOf, shownMemories, withDegraded } from './graph.ts'

const Input = t.Object(
  {
    entity: EntityName('The name of a person, place, thing or topic.'),
    from: t.Optional(timeInput('Not before.')),
    to: t.Optional(timeInput('Not after.')),
    newest_first: t.Optional(t.Boolean({ description: 'Otherwise the oldest first.' })),
    limit: t.Optional(t.Integer({ minimum: 1, maximum: 100, default: 20 })),
  },
  { additionalProperties: false },
)
const Query = t.Object({ ...Input.properties, ...User }, { additionalProperties: false })
const Output = t.Object({
  entries: t.Array(t.Object({ at: timeOutput('When it happened, or since when it holds.'), memory: ShownMemory })),
  degraded: Degraded,
})

export const entityTimeline = operation({
  name: 'entity_timeline',
  title: 'Timeline',
  description:
    'What the memories tell of one person, place, thing or topic, by name, in the order in which it happened; also what held ' +
    'once and no longer does.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: true,
  input: Input,
  output: Output,
  rest: [
    {
      method: 'get',
      path: '/entities/timeline',
      operationId: 'getEntityTimeline',
      summary: 'What the memories tell of an entity, in the order in which it happened.',
      status: 200,
      query: Query,
      response: Output,
      toInput: (wire) => inputIn(Query, wire.query),
    },
  ],
  async run(services, caller, { entity, newest_first: descending = false, limit = 20, ...between }) {
    const request = {
      from: parseOptionalTime(between.from, 'from'),
      to: parseOptionalTime(between.to, 'to'),
      limit,
      descending,
    }
    const { value, degraded } = await askGraph(services, caller, (graph, rule) =>
      graph.timeline(caller.ownerId, rule, keyOf(entity, 'entity'), request),
    )
    const memories = await shownMemories(
      services,
      caller,
      value.map(({ memoryId }) => memoryId),
    )
    logReadings(
      services,
      caller,
      [...memories.keys()].map((memoryId) => ({ memoryId, kind: 'read' })),
    )
    const entries = value.flatMap(({ memoryId, at }) => {
      const memory = memories.get(memoryId)
      return memory === undefined ? [] : [{ at: toIso(at), memory }]
    })
    return { entries, ...withDegraded(degraded) }
  },
})
