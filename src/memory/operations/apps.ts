/** Apps are the OAuth clients that a person let in: what each wrote and read, and whether it may go on. */
import { type Static, Type as t } from '@sinclair/typebox'
import type { ClientId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { assertUnrestricted, isUnrestricted } from '../access.ts'
import type { Caller } from '../operation.ts'
import type { AppUse } from '../ports.ts'
import { limits } from '../schema.ts'
import type { MemoryServices } from '../services.ts'
import { toIso } from '../time.ts'
import { inputIn, operation, Paging, paged, pageOf, read, User, UserQuery } from './define.ts'

export const AppId = t.String({
  minLength: 1,
  maxLength: limits.appIdCharacters,
  description: 'The app: its OAuth client id.',
})
export const AppParams = t.Object({ id: AppId }, { additionalProperties: false })

export const App = t.Object({
  id: t.String(),
  name: t.String(),
  is_active: t.Boolean({ description: 'False while it is paused: it can neither read nor write.' }),
  is_limited: t.Boolean({
    description: 'True where its user lets it read or write less than all, paused or not: /apps/{id}/access says what.',
  }),
  total_memories_created: t.Integer(),
  total_memories_accessed: t.Integer({ description: 'How many different memories it was given.' }),
  first_accessed: t.Union([t.String(), t.Null()]),
  last_accessed: t.Union([t.String(), t.Null()]),
})

const showApp = (use: AppUse, names: ReadonlyMap<string, string>): Static<typeof App> => ({
  id: use.appId,
  name: names.get(use.appId) ?? use.appId,
  is_active: !use.rule.paused,
  is_limited: !isUnrestricted({ ...use.rule, paused: false }),
  total_memories_created: use.memoriesCreated,
  total_memories_accessed: use.memoriesAccessed,
  first_accessed: use.firstAccessed === undefined ? null : toIso(use.firstAccessed),
  last_accessed: use.lastAccessed === undefined ? null : toIso(use.lastAccessed),
})

/** The apps that the caller may know of: all, or only itself where its user has limited it. */
export async function appsFor({ store, appNames }: MemoryServices, { ownerId, appId }: Caller) {
  const rule = await store.rule(ownerId, appId)
  const uses = isUnrestricted(rule) ? await store.apps(ownerId) : [await store.app(ownerId, appId)]
  const known = uses.flatMap((use) => use ?? [])
  const names = await appNames.names(known.map((use) => use.appId))
  return known.map((use) => showApp(use, names))
}

/** One of those apps. @throws Fault `not_found` */
export async function findApp({ store }: MemoryServices, { ownerId, appId }: Caller, id: string): Promise<AppUse> {
  const mayKnow = id === appId || isUnrestricted(await store.rule(ownerId, appId))
  const use = mayKnow ? await store.app(ownerId, id as ClientId) : undefined
  if (use === undefined) throw new Fault('not_found', 'There is no app with this id.', { field: 'id' })
  return use
}

const ListQuery = t.Object(
  {
    ...User,
    name: t.Optional(t.String({ maxLength: limits.nameCharacters, description: 'Part of the name.' })),
    is_active: t.Optional(t.Boolean()),
    sort_by: t.Optional(t.Union([t.Literal('name'), t.Literal('memories'), t.Literal('memories_accessed')])),
    sort_direction: t.Optional(t.Union([t.Literal('asc'), t.Literal('desc')])),
    ...Paging,
  },
  { additionalProperties: false },
)
const { user_id: _user, ...listed } = ListQuery.properties
const ListInput = t.Object(listed, { additionalProperties: false })
const AppPage = t.Object({ ...paged, apps: t.Array(App) })

const keys = {
  name: (app: Static<typeof App>) => app.name,
  memories: (app: Static<typeof App>) => app.total_memories_created,
  memories_accessed: (app: Static<typeof App>) => app.total_memories_accessed,
}

export const listApps = operation({
  name: 'list_apps',
  title: 'Apps',
  description: 'The apps that wrote or read memories, or for which there is a rule.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: ListInput,
  output: AppPage,
  rest: [
    {
      method: 'get',
      path: '/apps/',
      operationId: 'listApps',
      summary: 'The apps that wrote or read memories.',
      status: 200,
      query: ListQuery,
      response: AppPage,
      toInput: (wire) => inputIn(ListQuery, wire.query),
    },
  ],
  async run(services, caller, input) {
    const { sort_by: by = 'name', sort_direction: direction = 'asc' } = input
    const wanted = input.name?.toLowerCase() ?? ''
    const found = (await appsFor(services, caller))
      .filter(({ name }) => name.toLowerCase().includes(wanted))
      .filter((app) => input.is_active === undefined || app.is_active === input.is_active)
      .toSorted((a, b) => compare(keys[by](a), keys[by](b)) * (direction === 'asc' ? 1 : -1) || compare(a.id, b.id))
    const { range, head } = pageOf(input)
    return { ...head(found.length), apps: found.slice(range.offset, range.offset + range.limit) }
  },
})

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0)

export const readApp = operation({
  name: 'read_app',
  title: 'One app',
  description: 'What one app wrote and read.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: AppParams,
  output: App,
  rest: [
    {
      method: 'get',
      path: '/apps/{id}',
      operationId: 'getApp',
      summary: 'One app.',
      status: 200,
      params: AppParams,
      query: UserQuery,
      response: App,
      toInput: (wire) => read(AppParams, wire.params),
    },
  ],
  async run(services, caller, { id }) {
    const use = await findApp(services, caller, id)
    return showApp(use, await services.appNames.names([use.appId]))
  },
})

const UpdateQuery = t.Object({ is_active: t.Boolean(), ...User }, { additionalProperties: false })
const Updated = t.Object({ status: t.String(), message: t.String() })

export const updateApp = operation({
  name: 'update_app',
  title: 'Pause or resume an app',
  description: 'Pauses an app, so that it can neither read nor write, or resumes it.',
  effect: 'write',
  idempotent: true,
  scope: 'memories:write',
  tool: false,
  input: t.Object({ id: AppId, is_active: t.Boolean() }, { additionalProperties: false }),
  output: Updated,
  rest: [
    {
      method: 'put',
      path: '/apps/{id}',
      operationId: 'updateApp',
      summary: 'Pause or resume an app.',
      status: 200,
      params: AppParams,
      query: UpdateQuery,
      response: Updated,
      toInput: (wire) => ({ ...read(AppParams, wire.params), is_active: read(UpdateQuery, wire.query).is_active }),
    },
  ],
  async run(services, caller, { id, is_active }) {
    await assertMayRule(services, caller, id)
    const { appId } = await findApp(services, caller, id)
    await services.store.changeRule(caller.ownerId, appId, (rule) => ({ ...rule, paused: !is_active }), caller.nowMs)
    return { status: 'success', message: 'Updated app details successfully' }
  },
})

/**
 * Only an app that is itself not limited may set rules, and none its own: a limited app must not free itself.
 * @throws Fault `forbidden`
 */
export async function assertMayRule({ store }: MemoryServices, { ownerId, appId }: Caller, id: string): Promise<void> {
  assertUnrestricted(await store.rule(ownerId, appId))
  if (id !== appId) return
  throw new Fault('forbidden', 'An app cannot change its own rule.', { code: 'own_rule', field: 'id' })
}
