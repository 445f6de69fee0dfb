/** What a person lets one app read and write: its access rule, read and set. It fails closed: see memory/access. */
import { type Static, Type as t } from '@sinclair/typebox'
import type { ClientId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { assertUnrestricted } from '../access.ts'
import type { Caller } from '../operation.ts'
import { type AccessRule, Category, limits } from '../schema.ts'
import type { MemoryServices } from '../services.ts'
import { AppId, AppParams, assertMayRule } from './apps.ts'
import { operation, read, UserQuery } from './define.ts'

const reach = (description: string) => t.Union([t.Literal('all'), t.Literal('own'), t.Literal('none')], { description })
const Access = t.Object(
  {
    paused: t.Boolean({ description: 'True: it can neither read nor write.' }),
    read: reach('Which memories it may read: all, those it wrote itself, or none.'),
    write: reach('Which it may change; with own or all it may also add.'),
    categories: t.Optional(
      t.Array(Category, {
        maxItems: limits.categories,
        uniqueItems: true,
        description: 'Of what other apps wrote it may read only memories in one of these. Without it: in any or none.',
      }),
    ),
  },
  { additionalProperties: false },
)
const AccessOf = t.Object({ app_id: t.String(), ...Access.properties })
const Limits = t.Object(
  {
    ...Access.properties,
    paused: t.Optional(t.Boolean({ description: 'True: it can neither read nor write. Left out, it stays as it is.' })),
  },
  { additionalProperties: false },
)

const show = ({ appId, paused, read: reads, write, categories }: AccessRule): Static<typeof AccessOf> => ({
  app_id: appId,
  paused,
  read: reads,
  write,
  ...(categories === undefined ? {} : { categories: [...categories] }),
})

export const readAppAccess = operation({
  name: 'read_app_access',
  title: 'What an app may do',
  description: 'What its user lets one app read and write.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: AppParams,
  output: AccessOf,
  rest: [
    {
      method: 'get',
      path: '/apps/{id}/access',
      operationId: 'getAppAccess',
      summary: 'What an app may read and write.',
      status: 200,
      params: AppParams,
      query: UserQuery,
      response: AccessOf,
      toInput: (wire) => read(AppParams, wire.params),
    },
  ],
  async run({ store }, { ownerId, appId }, { id }) {
    if (id !== appId) assertUnrestricted(await store.rule(ownerId, appId))
    return show(await store.rule(ownerId, id as ClientId))
  },
})

export const setAppAccess = operation({
  name: 'set_app_access',
  title: 'Limit an app',
  description: 'Says what one app may read and write: nothing, its own memories, all, or those in some categories.',
  effect: 'write',
  idempotent: true,
  scope: 'memories:write',
  tool: false,
  input: t.Object({ id: AppId, access: Limits }, { additionalProperties: false }),
  output: AccessOf,
  rest: [
    {
      method: 'put',
      path: '/apps/{id}/access',
      operationId: 'setAppAccess',
      summary: 'Limit what an app may read and write.',
      status: 200,
      params: AppParams,
      query: UserQuery,
      body: Limits,
      response: AccessOf,
      toInput: (wire) => ({ ...read(AppParams, wire.params), access: read(Limits, wire.body) }),
    },
  ],
  async run(services, caller, { id, access }) {
    await assertMayRule(services, caller, id)
    await assertKnown(services, caller, id as ClientId)
    const { paused, read: reads, write, categories } = access
    const limited = (rule: AccessRule) => ({ ...rule, paused: paused ?? rule.paused, read: reads, write, categories })
    return show(await services.store.changeRule(caller.ownerId, id as ClientId, limited, caller.nowMs))
  },
})

/** An app that wrote or read, or a client that is registered and did neither yet. @throws Fault `not_found` */
async function assertKnown({ store, appNames }: MemoryServices, { ownerId }: Caller, id: ClientId): Promise<void> {
  if ((await appNames.names([id])).has(id) || (await store.app(ownerId, id)) !== undefined) return
  throw new Fault('not_found', 'There is no app with this id.', { field: 'id' })
}
