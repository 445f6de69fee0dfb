/** What one app wrote, and what it was given. */
import { Type as t } from '@sinclair/typebox'
import type { ClientId } from '../../shared/brand.ts'
import { assertUnrestricted } from '../access.ts'
import { answerCharacters, namesFor, readFor, ShownMemory, showWhole, toWire, WireMemory } from '../present.ts'
import { AppId, AppParams, findApp } from './apps.ts'
import { inputIn, operation, PageQuery, Paging, paged, pageOf, read } from './define.ts'

const Input = t.Object({ id: AppId, ...Paging }, { additionalProperties: false })

export const listAppMemories = operation({
  name: 'list_app_memories',
  title: 'What an app wrote',
  description: 'The memories that one app wrote, the newest first.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: Input,
  output: t.Object({ ...paged, memories: t.Array(ShownMemory) }),
  rest: [
    {
      method: 'get',
      path: '/apps/{id}/memories',
      operationId: 'listAppMemories',
      summary: 'The memories that one app wrote.',
      status: 200,
      params: AppParams,
      query: PageQuery,
      response: t.Object({ ...paged, memories: t.Array(WireMemory) }),
      toInput: (wire) => ({ ...read(AppParams, wire.params), ...inputIn(PageQuery, wire.query) }),
      toBody: ({ memories, ...rest }) => ({ ...rest, memories: memories.map(toWire) }),
    },
  ],
  async run(services, caller, { id, ...paging }) {
    await findApp(services, caller, id)
    const { range, head } = pageOf(paging)
    const { items, total, cut } = await services.store.list(caller.ownerId, caller.appId, {
      filter: { states: ['active', 'paused', 'archived'], appIds: [id as ClientId] },
      sort: 'createdAt',
      descending: true,
      texts: readFor(answerCharacters.program),
      ...range,
    })
    const names = await namesFor(services.appNames, items)
    return { ...head(total), memories: showWhole(items, names, answerCharacters.program, cut) }
  },
})

const counted = { access_count: t.Integer({ description: 'How often it was given.' }) }

export const listAppAccessed = operation({
  name: 'list_app_accessed',
  title: 'What an app was given',
  description: 'The memories that one app was given, the most often given first.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: Input,
  output: t.Object({ ...paged, memories: t.Array(t.Object({ memory: ShownMemory, ...counted })) }),
  rest: [
    {
      method: 'get',
      path: '/apps/{id}/accessed',
      operationId: 'listAppAccessed',
      summary: 'The memories that one app was given.',
      status: 200,
      params: AppParams,
      query: PageQuery,
      response: t.Object({ ...paged, memories: t.Array(t.Object({ memory: WireMemory, ...counted })) }),
      toInput: (wire) => ({ ...read(AppParams, wire.params), ...inputIn(PageQuery, wire.query) }),
      toBody: ({ memories, ...rest }) => ({
        ...rest,
        memories: memories.map(({ memory, access_count }) => ({ memory: toWire(memory), access_count })),
      }),
    },
  ],
  async run(services, caller, { id, ...paging }) {
    const { store, appNames } = services
    const { ownerId, appId } = caller
    if (id !== appId) assertUnrestricted(await store.rule(ownerId, appId))
    await findApp(services, caller, id)
    const { range, head } = pageOf(paging)
    const texts = readFor(answerCharacters.program)
    const { items, total, cut } = await store.accessedBy(ownerId, appId, id as ClientId, { ...range, texts })
    const given = items.map(({ memory }) => memory)
    const shown = showWhole(given, await namesFor(appNames, given), answerCharacters.program, cut)
    const memories = shown.map((memory, at) => ({ memory, access_count: items[at]?.count ?? 0 }))
    return { ...head(total), memories }
  },
})
