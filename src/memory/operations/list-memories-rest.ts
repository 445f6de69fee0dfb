/** Listing over REST: OpenMemory's query of a page, and its body of several criteria. */
import { type Static, Type as t } from '@sinclair/typebox'
import { toWire, WireMemory, wholeFor } from '../present.ts'
import { limits } from '../schema.ts'
import { type RestFace, read, User } from './define.ts'
import { Direction, Input, type Output, Sort } from './list-memories-schema.ts'

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
    app_id: t.Optional(t.String({ maxLength: limits.appIdCharacters })),
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

export const listBinding: RestFace<Input, Output> = {
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
      t.Union([t.Array(t.String({ maxLength: limits.appIdCharacters }), { maxItems: 100 }), t.Null()]),
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

export const filterBinding: RestFace<Input, Output> = {
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

/** Without what is undefined. */
const defined = <T extends Record<string, unknown>>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
