/** What happened to one memory. */
import { Type as t } from '@sinclair/typebox'
import type { MemoryId } from '../../shared/brand.ts'
import { cut } from '../content.ts'
import { answerCharacters, briefCharacters } from '../present.ts'
import { MemoryState } from '../schema.ts'
import { toIso } from '../time.ts'
import { IdPageInput, IdParams, inputIn, operation, PageQuery, paged, pageOf, read } from './define.ts'

const Event = t.Object({
  seq: t.Integer({ description: 'Its place in the history of this memory, from 1.' }),
  memory_id: t.String(),
  kind: t.String(),
  app_id: t.String({ description: 'For an app that its user limited, `another app` unless it was itself.' }),
  app_name: t.String(),
  at: t.String(),
  other_id: t.Optional(t.String({ description: 'The other memory of a supersession or a merge, if it may be read.' })),
  before: t.Optional(
    t.Object(
      {
        text: t.String(),
        truncated: t.Optional(t.Boolean({ description: 'The text went on: ask for fewer events at once.' })),
        state: MemoryState,
        categories: t.Array(t.String()),
      },
      { description: 'How it was.' },
    ),
  ),
})
const Events = t.Object({ ...paged, events: t.Array(Event) })

export const memoryHistory = operation({
  name: 'memory_history',
  title: 'History of a memory',
  description: 'What happened to a memory, by which app, and how it was before; the newest first.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: IdPageInput,
  output: Events,
  rest: [
    {
      method: 'get',
      path: '/memories/{id}/history',
      operationId: 'getMemoryHistory',
      summary: 'What happened to a memory.',
      status: 200,
      params: IdParams,
      query: PageQuery,
      response: Events,
      toInput: (wire) => ({ ...read(IdParams, wire.params), ...inputIn(PageQuery, wire.query) }),
    },
  ],
  async run({ store, appNames }, { ownerId, appId }, { id, ...paging }) {
    const { range, head, place } = pageOf(paging)
    const { items, total } = await store.events(ownerId, appId, id as MemoryId, range)
    const names = await appNames.names([...new Set(items.map((event) => event.appId))])
    let room: number = answerCharacters.program
    const textWithin = (text: string) => {
      if (text.length > room) return { text: cut(text, briefCharacters), truncated: true }
      room -= text.length
      return { text }
    }
    return {
      ...head(total),
      events: items.map(({ memoryId, kind, appId: by, at, before, otherId }, index) => ({
        seq: place(total, index),
        memory_id: memoryId,
        kind,
        app_id: by,
        app_name: names.get(by) ?? by,
        at: toIso(at),
        ...(otherId === undefined ? {} : { other_id: otherId }),
        ...(before === undefined
          ? {}
          : { before: { ...textWithin(before.content), state: before.state, categories: [...before.categories] } }),
      })),
    }
  },
})
