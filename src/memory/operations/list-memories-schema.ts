/** What listing takes and gives, for tools and for the REST faces that are made from it. */
import { type Static, Type as t } from '@sinclair/typebox'
import { Full, MaxCharacters, ShownMemory } from '../present.ts'
import { Categories, limits, MemoryState } from '../schema.ts'
import { timeInput } from '../time.ts'

export const Sort = t.Union([
  t.Literal('created_at'),
  t.Literal('memory'),
  t.Literal('app_name'),
  t.Literal('categories'),
])
export const Direction = t.Union([t.Literal('asc'), t.Literal('desc')])

export const Input = t.Object(
  {
    limit: t.Optional(
      t.Integer({ minimum: 1, maximum: limits.pageSize, default: 20, description: 'How many at most.' }),
    ),
    cursor: t.Optional(t.String({ maxLength: 200, description: 'next_cursor of the page before.' })),
    page: t.Optional(
      t.Integer({ minimum: 1, maximum: limits.page, description: 'A page number, instead of a cursor.' }),
    ),
    categories: t.Optional(Categories),
    apps: t.Optional(t.Array(t.String({ maxLength: limits.appIdCharacters }), { maxItems: 100 })),
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
export type Input = Static<typeof Input>

export const Output = t.Object({
  notice: t.Optional(t.String()),
  memories: t.Array(ShownMemory),
  total: t.Integer({ description: 'How many there are in all.' }),
  page: t.Integer(),
  size: t.Integer(),
  next_cursor: t.Optional(
    t.String({ description: 'For the next page; absent on the last. A page of whole texts may end early.' }),
  ),
})
export type Output = Static<typeof Output>
