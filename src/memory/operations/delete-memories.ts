import { Type as t } from '@sinclair/typebox'
import type { MemoryId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { askToConfirm, assertConfirmed } from '../confirmation.ts'
import { kept } from '../present.ts'
import { limits } from '../schema.ts'
import { Id, IdParams, operation, read, User, UserQuery } from './define.ts'

const Ids = t.Array(Id, {
  minItems: 1,
  maxItems: limits.ids,
  description: 'Which, by id.',
})
const Deleted = t.Object({ deleted: t.Array(t.String()), message: t.String() })
const Message = t.Object({ message: t.String(), deleted: t.Array(t.String()) })

const Input = t.Object({ memory_ids: Ids }, { additionalProperties: false })
const Body = t.Object({ memory_ids: Ids, ...User }, { additionalProperties: false })

export const deleteMemories = operation({
  name: 'delete_memories',
  title: 'Delete memories',
  description: 'Delete memories by id, for good: the texts are erased everywhere. Only when the user asked for it.',
  effect: 'destroy',
  idempotent: true,
  scope: 'memories:write',
  tool: true,
  input: Input,
  output: Deleted,
  rest: [
    {
      method: 'delete',
      path: '/memories/',
      operationId: 'deleteMemories',
      summary: 'Delete memories by id, for good.',
      status: 200,
      body: Body,
      response: Message,
      toInput: (wire) => ({ memory_ids: read(Body, wire.body).memory_ids }),
    },
    {
      method: 'delete',
      path: '/memories/{id}',
      operationId: 'deleteMemory',
      summary: 'Delete one memory, for good.',
      status: 200,
      params: IdParams,
      query: UserQuery,
      response: Message,
      actions: true,
      toInput: (wire) => ({ memory_ids: [read(IdParams, wire.params).id] }),
    },
  ],
  async run({ store }, caller, { memory_ids: ids }) {
    const deleted = await store.delete(caller.ownerId, caller.appId, ids as MemoryId[], { at: caller.nowMs })
    if (deleted.length === 0) throw new Fault('not_found', 'None of these memories exists.', { field: 'memory_ids' })
    return { deleted: [...deleted], message: `Successfully deleted ${deleted.length} memories` }
  },
})

const AllInput = t.Object(
  {
    confirmation: t.Optional(
      t.String({ maxLength: 100, description: 'The token that the first call gave, once the user has agreed.' }),
    ),
  },
  { additionalProperties: false },
)

/** In two steps, so that no model wipes a person's memory in one: the first call tells how much and gives a token for the second. */
export const deleteAllMemories = operation({
  name: 'delete_all_memories',
  title: 'Delete all memories',
  description:
    'Erase every memory, for good. Call it first without arguments: it deletes nothing and returns how many there are and a ' +
    'confirmation token. Ask the user; only if they plainly agree call it again with that token. If that is interrupted, some are ' +
    'left: begin again.',
  effect: 'destroy',
  idempotent: false,
  scope: 'memories:write',
  tool: true,
  input: AllInput,
  output: t.Object({
    deleted: t.Integer(),
    would_delete: t.Optional(t.Integer()),
    confirmation: t.Optional(t.String()),
    message: t.String(),
  }),
  rest: [],
  async run(services, caller, { confirmation }) {
    const { store } = services
    const { ownerId, appId, nowMs } = caller
    if (confirmation === undefined) {
      const wouldDelete = kept(await store.counts(ownerId, appId))
      return {
        deleted: 0,
        would_delete: wouldDelete,
        confirmation: await askToConfirm(services, caller, 'delete_all'),
        message: `Nothing was deleted yet. Ask the user whether all ${wouldDelete} memories are to be erased for good.`,
      }
    }
    await assertConfirmed(services, caller, 'delete_all', confirmation)
    const deleted = await store.deleteAll(ownerId, appId, { at: nowMs })
    return { deleted, message: `Deleted all ${deleted} memories.` }
  },
})
