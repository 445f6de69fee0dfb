/** What a person has here: counts, categories, and the apps that use their memories. */
import type { Api } from './api.ts'

export interface AppUse {
  readonly id: string
  readonly name: string
  readonly is_active: boolean
  readonly is_limited: boolean
  readonly total_memories_created: number
  readonly total_memories_accessed: number
  readonly last_accessed: string | null
}

export interface Category {
  readonly name: string
  readonly count: number
}

export interface Overview {
  readonly memories: number
  readonly apps: readonly AppUse[]
}

export async function readOverview(api: Api): Promise<Overview> {
  const { total_memories, apps } = await api.ask<{ total_memories: number; apps: readonly AppUse[] }>('GET', '/stats/')
  return { memories: total_memories, apps }
}

export const listCategories = async (api: Api): Promise<readonly Category[]> =>
  (await api.ask<{ categories: readonly Category[] }>('GET', '/memories/categories')).categories

/** A paused app can neither read nor write. Throws `Fault('not_found')` for an app that has done neither yet. */
export const setAppActive = (api: Api, id: string, active: boolean) =>
  api.ask<unknown>('PUT', `/apps/${encodeURIComponent(id)}`, { query: { is_active: active } })
