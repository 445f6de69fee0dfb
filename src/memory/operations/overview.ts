import { Type as t } from '@sinclair/typebox'
import { kept } from '../present.ts'
import { App, appsFor } from './apps.ts'
import { operation, UserQuery } from './define.ts'

const Nothing = t.Object({}, { additionalProperties: false })
const CategoriesInUse = t.Object({
  categories: t.Array(t.Object({ id: t.String(), name: t.String(), count: t.Integer() })),
  total: t.Integer(),
})
const mostCategories = 1_000

export const listCategories = operation({
  name: 'list_categories',
  title: 'Categories',
  description: 'The categories in use, with how many memories each has.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: Nothing,
  output: CategoriesInUse,
  rest: [
    {
      method: 'get',
      path: '/memories/categories',
      operationId: 'listCategories',
      summary: 'The categories in use.',
      status: 200,
      query: UserQuery,
      response: CategoriesInUse,
      toInput: () => ({}),
    },
  ],
  async run({ store }, { ownerId, appId }) {
    const categories = await store.categories(ownerId, appId, mostCategories)
    return { categories: categories.map(({ name, count }) => ({ id: name, name, count })), total: categories.length }
  },
})

const Stats = t.Object({ total_memories: t.Integer(), total_apps: t.Integer(), apps: t.Array(App) })

export const memoryStats = operation({
  name: 'memory_stats',
  title: 'Statistics',
  description: 'How many memories and apps there are.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: Nothing,
  output: Stats,
  rest: [
    {
      method: 'get',
      path: '/stats/',
      operationId: 'getMemoryStats',
      summary: 'How many memories and apps there are.',
      status: 200,
      query: UserQuery,
      response: Stats,
      actions: true,
      toInput: () => ({}),
    },
  ],
  async run(services, caller) {
    const [counts, apps] = await Promise.all([
      services.store.counts(caller.ownerId, caller.appId),
      appsFor(services, caller),
    ])
    return { total_memories: kept(counts), total_apps: apps.length, apps }
  },
})
