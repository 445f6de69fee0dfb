/** Superseding, merging and undo, for programs and the pages; a model supersedes through add_memories. */
import { type Static, Type as t } from '@sinclair/typebox'
import type { MemoryId } from '../../shared/brand.ts'
import { merge, supersede } from '../correct.ts'
import { Annotations } from '../graph/schema.ts'
import type { Wire } from '../operation.ts'
import { etagOf, ShownMemory, shownOf, toWire, WireMemory } from '../present.ts'
import { maskedNote } from '../remember.ts'
import { Categories, limits, Metadata } from '../schema.ts'
import { parseOptionalTime, timeInput } from '../time.ts'
import { Id, IdParams, inputIn, operation, read, User, UserQuery, versionOf } from './define.ts'

const version = { if_version: t.Optional(t.Integer({ minimum: 1 })) }
const Text = t.String({ minLength: 1, maxLength: limits.textCharacters })
const Note = { note: t.Optional(t.String()) }

const target = (wire: Wire) => {
  const ifVersion = versionOf(wire.ifMatch)
  return { ...read(IdParams, wire.params), ...(ifVersion === undefined ? {} : { if_version: ifVersion }) }
}

const newer = {
  text: Text,
  categories: t.Optional(Categories),
  metadata: t.Optional(Metadata),
  occurred_at: t.Optional(timeInput('When what it tells happened.')),
  entities: t.Optional(Annotations.properties.entities),
  relations: t.Optional(Annotations.properties.relations),
  valid_from: t.Optional(timeInput('Since when the new text holds; now unless given.')),
}
const SupersedeBody = t.Object({ ...newer, ...User }, { additionalProperties: false })

export const supersedeMemory = operation({
  name: 'supersede_memory',
  title: 'Supersede a memory',
  description:
    'Writes what holds now in place of a memory that held until now. Both stay: search as of a date sees the old one.',
  effect: 'write',
  idempotent: false,
  scope: 'memories:write',
  tool: false,
  input: t.Object({ ...IdParams.properties, ...newer, ...version }, { additionalProperties: false }),
  output: t.Object({ memory: ShownMemory, superseded: t.String(), ...Note }),
  rest: [
    {
      method: 'post',
      path: '/memories/{id}/supersede',
      operationId: 'supersedeMemory',
      summary: 'Write what holds now in place of a memory that held until now.',
      status: 201,
      params: IdParams,
      body: SupersedeBody,
      response: t.Object({ ...WireMemory.properties, supersedes: t.String(), ...Note }),
      toInput: (wire) => ({ ...target(wire), ...inputIn(SupersedeBody, wire.body) }),
      toBody: ({ memory, superseded, ...note }) => ({ ...toWire(memory), supersedes: superseded, ...note }),
      etag: ({ memory }) => etagOf(memory.version),
    },
  ],
  async run(services, caller, { id, if_version: ifVersion, occurred_at, valid_from, ...given }) {
    const { memory, masked } = await supersede(
      services,
      caller,
      id as MemoryId,
      {
        ...given,
        occurredAt: parseOptionalTime(occurred_at, 'occurred_at'),
        validFrom: parseOptionalTime(valid_from, 'valid_from'),
      },
      'api',
      ifVersion,
    )
    const note = masked.length === 0 ? {} : { note: maskedNote(masked) }
    return { ...(await shownOf(services.appNames, memory)), superseded: id, ...note }
  },
})

const MergeBody = t.Object(
  {
    other_id: { ...Id, description: 'The memory that is put away.' },
    text: t.Optional({ ...Text, description: 'What both say; the two texts one after the other unless given.' }),
    ...User,
  },
  { additionalProperties: false },
)
const { user_id: _user, ...mergeParts } = MergeBody.properties
const Changed = t.Object({ memory: ShownMemory })
type Changed = Static<typeof Changed>

export const mergeMemories = operation({
  name: 'merge_memories',
  title: 'Merge two memories',
  description: 'Makes one memory of two that say the same; the other is put away. It can be undone.',
  effect: 'write',
  idempotent: false,
  scope: 'memories:write',
  tool: false,
  input: t.Object({ ...IdParams.properties, ...mergeParts, ...version }, { additionalProperties: false }),
  output: Changed,
  rest: [
    {
      method: 'post',
      path: '/memories/{id}/merge',
      operationId: 'mergeMemories',
      summary: 'Make one memory of two.',
      status: 200,
      params: IdParams,
      body: MergeBody,
      response: WireMemory,
      toInput: (wire) => ({ ...target(wire), ...inputIn(MergeBody, wire.body) }),
      toBody: ({ memory }: Changed) => toWire(memory),
      etag: ({ memory }: Changed) => etagOf(memory.version),
    },
  ],
  run: async (services, caller, { id, other_id, text, if_version }) =>
    shownOf(services.appNames, await merge(services, caller, id as MemoryId, other_id as MemoryId, text, if_version)),
})

export const undoChange = operation({
  name: 'undo_change',
  title: 'Undo the last change',
  description:
    'Takes back the newest update, change of state, supersession or merge of a memory. A deletion cannot be undone.',
  effect: 'write',
  idempotent: false,
  scope: 'memories:write',
  tool: false,
  input: t.Object({ ...IdParams.properties, ...version }, { additionalProperties: false }),
  output: Changed,
  rest: [
    {
      method: 'post',
      path: '/memories/{id}/undo',
      operationId: 'undoMemoryChange',
      summary: 'Take back the last change of a memory.',
      status: 200,
      params: IdParams,
      query: UserQuery,
      response: WireMemory,
      toInput: (wire) => target(wire),
      toBody: ({ memory }: Changed) => toWire(memory),
      etag: ({ memory }: Changed) => etagOf(memory.version),
    },
  ],
  async run(services, caller, { id, if_version: ifVersion }) {
    const options = { at: caller.nowMs, ifVersion }
    return shownOf(services.appNames, await services.store.undo(caller.ownerId, caller.appId, id as MemoryId, options))
  },
})
