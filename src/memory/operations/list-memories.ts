import type { ClientId, MemoryId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import {
  answerCharacters,
  fitting,
  namesFor,
  readBriefly,
  readFor,
  recallNotice,
  showBriefly,
  showWhole,
} from '../present.ts'
import { parseOptionalTime } from '../time.ts'
import { operation } from './define.ts'
import { filterBinding, listBinding } from './list-memories-rest.ts'
import { Input, Output } from './list-memories-schema.ts'

export const listMemories = operation({
  name: 'list_memories',
  title: 'List memories',
  description:
    "Page through the user's memories, newest first. To find something in particular use search_memory instead.",
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: true,
  input: Input,
  output: Output,
  rest: [listBinding, filterBinding],
  async run({ store, appNames }, caller, input) {
    const size = input.limit ?? 20
    const page = input.page ?? 1
    const after = input.cursor === undefined ? undefined : readCursor(input.cursor)
    const most = input.max_characters ?? answerCharacters.model
    const found = await store.list(caller.ownerId, caller.appId, {
      filter: {
        states: input.states ?? ['active'],
        appIds: input.apps as ClientId[] | undefined,
        categories: input.categories,
        from: parseOptionalTime(input.from, 'from'),
        to: parseOptionalTime(input.to, 'to'),
        contains: input.contains,
        asOf: parseOptionalTime(input.as_of, 'as_of') ?? caller.nowMs,
      },
      sort: sortOf[input.sort ?? 'created_at'],
      descending: (input.direction ?? 'desc') === 'desc',
      limit: size,
      texts: input.full === true ? readFor(most) : readBriefly,
      ...(after === undefined ? { offset: (page - 1) * size } : { after }),
    })
    const inOrder = (input.sort ?? 'created_at') === 'created_at'
    // A cursor goes on wherever a page ends. Who counts pages would never see what is left out: they are shown it briefly.
    const endsEarly = input.full === true && inOrder && input.page === undefined
    const items = endsEarly ? found.items.slice(0, fitting(found.items, most, found.cut)) : found.items
    const names = await namesFor(appNames, items)
    const last = items.at(-1)
    const more = inOrder && (items.length < found.items.length || found.items.length === size)
    return {
      ...(items.length === 0 ? {} : { notice: recallNotice }),
      memories:
        input.full === true
          ? showWhole(items, names, most, found.cut)
          : items.map((memory) => showBriefly(memory, names)),
      total: found.total,
      page,
      size,
      ...(more && last !== undefined ? { next_cursor: `${last.createdAt}.${last.id}` } : {}),
    }
  },
})

const sortOf = { created_at: 'createdAt', memory: 'content', app_name: 'app', categories: 'categories' } as const

function readCursor(cursor: string): { createdAt: number; id: MemoryId } {
  // Imported memories keep their ids, which may be any text, and may be from before 1970.
  const match = /^(-?\d{1,16})\.(.{1,64})$/su.exec(cursor)
  if (match === null)
    throw new Fault('invalid', 'cursor is not one that came from here.', { code: 'cursor_invalid', field: 'cursor' })
  return { createdAt: Number(match[1]), id: match[2] as MemoryId }
}
