import { Type as t } from '@sinclair/typebox'
import type { MemoryId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { contentHash } from '../content.ts'
import { findMemory } from '../find-memory.ts'
import { etagOf, ShownMemory, shownOf, toWire, WireMemory } from '../present.ts'
import { logReadings } from '../readings.ts'
import { cleanBeside, cleanCategories, cleanMetadata, cleanText, maskedNote } from '../remember.ts'
import { Categories, limits, Metadata } from '../schema.ts'
import { parseOptionalTime, timeInput } from '../time.ts'
import { Id, operation, read, User, UserQuery, versionOf } from './define.ts'

const Named = { ...Id, description: 'The memory, as its id in other results.' }
const Params = t.Object({ id: Named }, { additionalProperties: false })
const Shown = t.Object({ memory: ShownMemory })

export const readMemory = operation({
  name: 'read_memory',
  title: 'Read one memory',
  description: 'One memory by its id.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: Params,
  output: Shown,
  rest: [
    {
      method: 'get',
      path: '/memories/{id}',
      operationId: 'getMemory',
      summary: 'One memory.',
      status: 200,
      params: Params,
      query: UserQuery,
      response: t.Object({ ...WireMemory.properties, text: t.String() }),
      actions: true,
      toInput: (wire) => read(Params, wire.params),
      // OpenMemory calls it `text` here and `content` elsewhere.
      toBody: ({ memory }) => ({ ...toWire(memory), text: memory.text }),
      etag: ({ memory }) => etagOf(memory.version),
    },
  ],
  async run(services, caller, { id }) {
    const memory = await findMemory(services, caller, id as MemoryId)
    logReadings(services, caller, [{ memoryId: memory.id, kind: 'read' }])
    return shownOf(services.appNames, memory)
  },
})

const Change = t.Object(
  {
    id: Named,
    text: t.Optional(t.String({ minLength: 1, maxLength: limits.textCharacters })),
    categories: t.Optional(Categories),
    metadata: t.Optional(Metadata),
    occurred_at: t.Optional(timeInput('When it happened.')),
    if_version: t.Optional(t.Integer({ minimum: 1, description: 'Only if it still has this version.' })),
  },
  { additionalProperties: false },
)

const PutBody = t.Object(
  {
    // OpenMemory's dashboard names the memory here too.
    memory_id: t.Optional(Named),
    memory_content: t.Optional(Change.properties.text),
    categories: Change.properties.categories,
    metadata: Change.properties.metadata,
    occurred_at: Change.properties.occurred_at,
    ...User,
  },
  { additionalProperties: false },
)

export const updateMemory = operation({
  name: 'update_memory',
  title: 'Correct a memory',
  description: 'Change the text, categories or date of a memory. The former text stays in its history.',
  effect: 'write',
  idempotent: true,
  scope: 'memories:write',
  tool: true,
  input: Change,
  output: t.Object({ ...Shown.properties, note: t.Optional(t.String()) }),
  rest: [
    {
      method: 'put',
      path: '/memories/{id}',
      operationId: 'updateMemory',
      summary: 'Change a memory; If-Match guards against overwriting.',
      status: 200,
      params: Params,
      query: UserQuery,
      body: PutBody,
      response: WireMemory,
      actions: true,
      toInput(wire) {
        const { user_id: _user, memory_id: named, memory_content: text, ...rest } = read(PutBody, wire.body)
        if (named !== undefined && named !== read(Params, wire.params).id) {
          throw new Fault('invalid', 'memory_id names another memory than the address.', { field: 'memory_id' })
        }
        const ifVersion = versionOf(wire.ifMatch)
        return {
          ...read(Params, wire.params),
          ...rest,
          ...(text === undefined ? {} : { text }),
          ...(ifVersion === undefined ? {} : { if_version: ifVersion }),
        }
      },
      toBody: ({ memory }) => toWire(memory),
      etag: ({ memory }) => etagOf(memory.version),
    },
  ],
  async run(services, caller, input) {
    const { text, categories, metadata } = input
    const occurredAt = parseOptionalTime(input.occurred_at, 'occurred_at')
    if (text === undefined && categories === undefined && metadata === undefined && occurredAt === undefined) {
      throw new Fault('invalid', 'Send what is to change: memory_content, categories, metadata or occurred_at.', {
        code: 'nothing_to_change',
        field: 'memory_content',
      })
    }
    const cleaned = text === undefined ? undefined : cleanText(services.settings, text, 'text')
    const beside = metadata === undefined ? undefined : cleanMetadata(services.settings, metadata, 'metadata')
    const named =
      categories === undefined ? undefined : cleanBeside(services.settings, { categories: cleanCategories(categories) })
    const memory = await services.store.update(
      caller.ownerId,
      caller.appId,
      input.id as MemoryId,
      {
        ...(cleaned === undefined ? {} : { content: { text: cleaned.text, hash: contentHash(cleaned.text) } }),
        ...named?.value,
        ...(beside === undefined ? {} : { metadata: beside.metadata }),
        ...(occurredAt === undefined ? {} : { occurredAt }),
      },
      { at: caller.nowMs, ifVersion: input.if_version },
    )
    const masked = [...new Set([...(cleaned?.kinds ?? []), ...(beside?.kinds ?? []), ...(named?.kinds ?? [])])]
    return {
      ...(await shownOf(services.appNames, memory)),
      ...(masked.length === 0 ? {} : { note: maskedNote(masked) }),
    }
  },
})
