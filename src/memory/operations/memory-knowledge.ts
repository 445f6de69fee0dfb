import { Type as t } from '@sinclair/typebox'
import type { MemoryId } from '../../shared/brand.ts'
import { assertReader } from '../access.ts'
import { noSuchMemory } from '../change/permitted.ts'
import { IdParams, operation, read, UserQuery } from './define.ts'
import { ShownEntity } from './graph.ts'

const origin = t.Union([t.Literal('given'), t.Literal('rule'), t.Literal('model')], {
  description: 'given: by who wrote it. rule: by its form in the text. model: derived by the configured model.',
})
const Output = t.Object({
  facts: t.Array(t.String(), { description: 'What a model took from the text, sentence by sentence.' }),
  entities: t.Array(t.Object({ ...ShownEntity.properties, origin })),
  relations: t.Array(t.Object({ subject: t.String(), predicate: t.String(), object: t.String(), origin })),
})

export const memoryKnowledge = operation({
  name: 'memory_knowledge',
  title: 'What a memory is about',
  description: 'The entities, relations and facts of one memory, and who said so.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: IdParams,
  output: Output,
  rest: [
    {
      method: 'get',
      path: '/memories/{id}/knowledge',
      operationId: 'getMemoryKnowledge',
      summary: 'What a memory is about.',
      status: 200,
      params: IdParams,
      query: UserQuery,
      response: Output,
      toInput: (wire) => read(IdParams, wire.params),
    },
  ],
  async run({ store, graphSource }, { ownerId, appId }, { id }) {
    const rule = await store.rule(ownerId, appId)
    assertReader(rule)
    const known = await graphSource.knowledge(ownerId, rule, id as MemoryId)
    if (known === undefined) throw noSuchMemory()
    const names = new Map(known.mentions.map(({ key, name }) => [key, name]))
    return {
      facts: [...known.facts],
      entities: known.mentions.map(({ name, kind, origin: by }) => ({ name, kind, origin: by })),
      relations: known.relations.map(({ subject, predicate, object, origin: by }) => ({
        subject: names.get(subject) ?? subject,
        predicate,
        object: names.get(object) ?? object,
        origin: by,
      })),
    }
  },
})
