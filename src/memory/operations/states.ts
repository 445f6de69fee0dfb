/** Putting memories away and withholding them, one by one or all of a kind. */
import { type Static, Type as t } from '@sinclair/typebox'
import type { ClientId, MemoryId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import type { MemoryFilter } from '../ports.ts'
import { Categories, limits } from '../schema.ts'
import { AppId } from './apps.ts'
import { Id, inputIn, operation, read, User, UserQuery } from './define.ts'

const Ids = t.Array(Id, { minItems: 1, maxItems: limits.ids })
const Changed = t.Object({ changed: t.Integer(), message: t.String() })

const ArchiveInput = t.Object({ memory_ids: Ids }, { additionalProperties: false })
/** OpenMemory took the ids as the body itself. */
const ArchiveBody = t.Union([Ids, t.Object({ memory_ids: Ids, ...User }, { additionalProperties: false })])

export const archiveMemories = operation({
  name: 'archive_memories',
  title: 'Archive memories',
  description: 'Puts memories away: they are kept, but neither recalled nor listed.',
  effect: 'write',
  idempotent: true,
  scope: 'memories:write',
  tool: false,
  input: ArchiveInput,
  output: Changed,
  rest: [
    {
      method: 'post',
      path: '/memories/actions/archive',
      operationId: 'archiveMemories',
      summary: 'Put memories away.',
      status: 200,
      query: UserQuery,
      body: ArchiveBody,
      response: Changed,
      toInput(wire) {
        const body = read(ArchiveBody, wire.body)
        return { memory_ids: Array.isArray(body) ? body : body.memory_ids }
      },
    },
  ],
  async run({ store }, { ownerId, appId, nowMs }, { memory_ids }) {
    const changed = await store.setState(ownerId, appId, memory_ids as MemoryId[], 'archived', { at: nowMs })
    return { changed, message: `Successfully archived ${changed} memories` }
  },
})

const StateInput = t.Object(
  {
    memory_ids: t.Optional(Ids),
    category_ids: t.Optional({ ...Categories, description: 'All memories in one of these, by name.' }),
    app_id: t.Optional(AppId),
    all_for_app: t.Optional(t.Boolean({ description: 'Accepted for older scripts: app_id alone says the same.' })),
    global_pause: t.Optional(t.Boolean({ description: 'All memories.' })),
    state: t.Optional(
      t.Union([t.Literal('active'), t.Literal('paused'), t.Literal('archived')], {
        default: 'paused',
        description: 'paused withholds them from recall, active gives them back, archived puts them away.',
      }),
    ),
  },
  { additionalProperties: false },
)
const StateBody = t.Object({ ...StateInput.properties, ...User }, { additionalProperties: false })

export const pauseMemories = operation({
  name: 'pause_memories',
  title: 'Pause or resume memories',
  description:
    'Withholds memories from recall, or gives them back: some by id, all of an app, of categories, or all. Many are done one portion ' +
    'after the other; where it is interrupted, asking again does the rest.',
  effect: 'write',
  idempotent: true,
  scope: 'memories:write',
  tool: false,
  input: StateInput,
  output: Changed,
  rest: [
    {
      method: 'post',
      path: '/memories/actions/pause',
      operationId: 'pauseMemories',
      summary: 'Withhold memories from recall, or give them back.',
      status: 200,
      query: UserQuery,
      body: StateBody,
      response: Changed,
      toInput: (wire) => inputIn(StateBody, wire.body),
    },
  ],
  async run({ store }, { ownerId, appId, nowMs }, input) {
    const state = input.state ?? 'paused'
    const changed = await store.setState(ownerId, appId, chosen(input), state, { at: nowMs })
    return { changed, message: `Successfully ${saidOf[state]} ${changed} memories` }
  },
})

const saidOf = { active: 'resumed', paused: 'paused', archived: 'archived' } as const

/** What is archived stays so unless it is named. @throws Fault `invalid` when nothing says which */
function chosen(input: Static<typeof StateInput>): readonly MemoryId[] | MemoryFilter {
  if (input.memory_ids !== undefined) return input.memory_ids as MemoryId[]
  const filter: MemoryFilter = {
    states: ['active', 'paused'],
    ...(input.app_id === undefined ? {} : { appIds: [input.app_id as ClientId] }),
    ...(input.category_ids === undefined ? {} : { categories: input.category_ids }),
  }
  if (filter.appIds === undefined && filter.categories === undefined && input.global_pause !== true) {
    throw new Fault('invalid', 'Say which: memory_ids, category_ids, app_id, or global_pause for all.', {
      code: 'nothing_chosen',
      field: 'memory_ids',
    })
  }
  return filter
}
