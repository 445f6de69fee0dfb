import { type Static, Type as t } from '@sinclair/typebox'
import type { ClientId, MemoryId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import {
  answerCharacters,
  Full,
  fitting,
  MaxCharacters,
  namesFor,
  recallNotice,
  ShownMemory,
  showBriefly,
  showWhole,
  toWire,
  WireMemory,
  wholeFor,
} from '../present.ts'
import { Categories, limits, MemoryState } from '../schema.ts'
import { parseOptionalTime, timeInput } from '../time.ts'
import { operation, type RestFace, read, User } from './define.ts'

const Sort = t.Union([t.Literal('created_at'), t.Literal('memory'), t.Literal('app_name'), t.Literal('categories')])
const Direction = t.Union([t.Literal('asc'), t.Literal('desc')])

const Input = t.Object(
  {
    limit: t.Optional(
      t.Integer({ minimum: 1, maximum: limits.pageSize, default: 20, description: 'How many at most.' }),
    ),
    cursor: t.Optional(t.String({ maxLength: 200, description: 'next_cursor of the page before.' })),
    page: t.Optional(
      t.Integer({ minimum: 1, maximum: limits.page, description: 'A page number, instead of a cursor.' }),
    ),
    categories: t.Optional(Categories),
    apps: t.Optional(t.Array(t.String({ maxLength: limits.nameCharacters }), { maxItems: 100 })),
    from: t.Optional(timeInput('Stored from then on.')),
    to: t.Optional(timeInput('Stored until then.')),
    contains: t.Optional(t.String({ minLength: 1, maxLength: 500, description: 'Has these letters in its text.' })),
    as_of: t.Optional(timeInput('What held at this time, instead of now.')),
    states: t.Optional(t.Array(MemoryState, { minItems: 1, maxItems: 3, description: 'Active ones unless given.' })),
    sort: t.Optional(Sort),
    direction: t.Optional(Direction),
    full: Full,
    max_characters: MaxCharacters,
  },
  { additionalProperties: false },
)
type Input = Static<typeof Input>

const Output = t.Object({
  notice: t.Optional(t.String()),
  memories: t.Array(ShownMemory),
  total: t.Integer({ description: 'How many there are in all.' }),
  page: t.Integer(),
  size: t.Integer(),
  next_cursor: t.Optional(
    t.String({ description: 'For the next page; absent on the last. A page of whole texts may end early.' }),
  ),
})
type Output = Static<typeof Output>

const WirePage = t.Object({
  items: t.Array(WireMemory),
  total: t.Integer(),
  page: t.Integer(),
  size: t.Integer(),
  pages: t.Integer(),
  next_cursor: t.Optional(t.String()),
})

const toPage = ({ memories, total, page, size, next_cursor }: Output): Static<typeof WirePage> => ({
  items: memories.map(toWire),
  total,
  page,
  size,
  pages: Math.ceil(total / size),
  ...(next_cursor === undefined ? {} : { next_cursor }),
})

/** OpenMemory wrote dates as Unix seconds; ISO 8601 is taken too. */
const WireTime = t.String({ minLength: 1, maxLength: 40, description: 'ISO 8601, or Unix seconds.' })
const toTime = (text: string | undefined) =>
  text !== undefined && /^\d{1,11}$/.test(text) ? new Date(Number(text) * 1000).toISOString() : text

const Names = t.String({ maxLength: 4_000, description: 'Apart by commas.' })
const apart = (text: string | undefined) =>
  text
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** What OpenMemory's lists showed: what was neither archived nor deleted. */
const inUse: ('active' | 'paused')[] = ['active', 'paused']

const Query = t.Object(
  {
    ...User,
    app_id: t.Optional(t.String({ maxLength: limits.nameCharacters })),
    from_date: t.Optional(WireTime),
    to_date: t.Optional(WireTime),
    categories: t.Optional(Names),
    search_query: t.Optional(t.String({ maxLength: 500 })),
    sort_column: t.Optional(Sort),
    sort_direction: t.Optional(Direction),
    page: t.Optional(
      t.Integer({
        minimum: 1,
        maximum: limits.page,
        description: 'The first unless given; with a cursor it is ignored.',
      }),
    ),
    size: t.Optional(t.Integer({ minimum: 1, maximum: limits.pageSize, default: 50 })),
    cursor: t.Optional(t.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
)

const listBinding: RestFace<Input, Output> = {
  method: 'get',
  path: '/memories/',
  operationId: 'listMemories',
  summary: 'Memories, newest first unless sorted otherwise.',
  status: 200,
  query: Query,
  response: WirePage,
  actions: true,
  toInput(wire) {
    const query = read(Query, wire.query)
    return defined({
      limit: query.size,
      states: inUse.slice(),
      ...wholeFor(wire),
      cursor: query.cursor,
      // A model begins with page 1 whether or not it counts.
      page: query.cursor !== undefined || (wire.forModel === true && query.page === 1) ? undefined : query.page,
      categories: apart(query.categories),
      apps: query.app_id === undefined ? undefined : [query.app_id],
      from: toTime(query.from_date),
      to: toTime(query.to_date),
      contains: query.search_query || undefined,
      sort: query.sort_column,
      direction: query.sort_direction,
    })
  },
  toBody: toPage,
}

const Filter = t.Object(
  {
    ...User,
    page: t.Optional(t.Integer({ minimum: 1, maximum: limits.page, default: 1 })),
    size: t.Optional(t.Integer({ minimum: 1, maximum: limits.pageSize, default: 10 })),
    search_query: t.Optional(t.Union([t.String({ maxLength: 500 }), t.Null()])),
    app_ids: t.Optional(
      t.Union([t.Array(t.String({ maxLength: limits.nameCharacters }), { maxItems: 100 }), t.Null()]),
    ),
    category_ids: t.Optional(
      t.Union([t.Array(t.String({ maxLength: limits.categoryCharacters }), { maxItems: 100 }), t.Null()]),
    ),
    sort_column: t.Optional(t.Union([Sort, t.Null()])),
    sort_direction: t.Optional(t.Union([Direction, t.Null()])),
    from_date: t.Optional(t.Union([t.Integer({ minimum: 0, maximum: 99_999_999_999 }), t.Null()])),
    to_date: t.Optional(t.Union([t.Integer({ minimum: 0, maximum: 99_999_999_999 }), t.Null()])),
    show_archived: t.Optional(t.Union([t.Boolean(), t.Null()])),
    states: Input.properties.states,
  },
  { additionalProperties: false },
)

const filterBinding: RestFace<Input, Output> = {
  method: 'post',
  path: '/memories/filter',
  operationId: 'filterMemories',
  summary: 'Memories by several criteria at once.',
  status: 200,
  body: Filter,
  response: WirePage,
  toInput(wire) {
    const body = read(Filter, wire.body)
    const time = (seconds: number | null | undefined) => (seconds ? new Date(seconds * 1000).toISOString() : undefined)
    return defined({
      limit: body.size,
      page: body.page,
      categories: body.category_ids?.length ? body.category_ids : undefined,
      apps: body.app_ids?.length ? body.app_ids : undefined,
      from: time(body.from_date),
      to: time(body.to_date),
      contains: body.search_query || undefined,
      sort: body.sort_column ?? undefined,
      direction: body.sort_direction ?? undefined,
      states: body.states ?? (body.show_archived ? [...inUse, 'archived' as const] : inUse.slice()),
      ...wholeFor(wire),
    })
  },
  toBody: toPage,
}

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
      ...(after === undefined ? { offset: (page - 1) * size } : { after }),
    })
    const most = input.max_characters ?? answerCharacters.model
    const inOrder = (input.sort ?? 'created_at') === 'created_at'
    // A cursor goes on wherever a page ends. Who counts pages would never see what is left out: they are shown it briefly.
    const endsEarly = input.full === true && inOrder && input.page === undefined
    const items = endsEarly ? found.items.slice(0, fitting(found.items, most)) : found.items
    const names = await namesFor(appNames, items)
    const last = items.at(-1)
    const more = inOrder && (items.length < found.items.length || found.items.length === size)
    return {
      ...(items.length === 0 ? {} : { notice: recallNotice }),
      memories: input.full === true ? showWhole(items, names, most) : items.map((memory) => showBriefly(memory, names)),
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

/** Without what is undefined. */
const defined = <T extends Record<string, unknown>>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
