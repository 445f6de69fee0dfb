/** The apps a person let in, as pages show them, and what each may read and write. */
import { uiClientId } from '../../shared/ui-client.ts'
import type { PersonsVisit } from '../page.ts'
import type { Api } from './api.ts'
import { type ListedGrant, listGrants } from './grants.ts'
import { type AppUse, readOverview } from './overview.ts'

/** What was allowed to an app, what it did, or both. */
export interface ShownApp {
  readonly id: string
  readonly name: string
  readonly grant: ListedGrant | undefined
  readonly use: AppUse | undefined
}

export async function listShownApps(visit: PersonsVisit): Promise<readonly ShownApp[]> {
  // Without sign-in nothing was allowed to anyone.
  const [{ apps }, grants] = await Promise.all([
    readOverview(visit.api),
    visit.settings.signIn ? listGrants(visit) : [],
  ])
  return together(apps, grants)
}

/** By client: those that are connected first, the latest of them before the others. */
function together(uses: readonly AppUse[], grants: readonly ListedGrant[]): readonly ShownApp[] {
  const useOf = new Map(uses.map((use) => [use.id, use]))
  const connected = grants.map((grant) => ({
    id: grant.client_id,
    name: grant.client_name,
    grant,
    use: useOf.get(grant.client_id),
  }))
  const granted = new Set(connected.map(({ id }) => id))
  const earlier = uses
    .filter(({ id }) => id !== uiClientId && !granted.has(id))
    .map((use) => ({ id: use.id, name: use.name, grant: undefined, use }))
  return [...connected, ...earlier]
}

export type Reach = 'all' | 'own' | 'none'

/** An access rule, as `/apps/{id}/access` has it. */
export interface Access {
  readonly paused: boolean
  readonly read: Reach
  readonly write: Reach
  /** Of what other apps wrote it may read only memories in one of these; without it, in any or none. */
  readonly categories?: readonly string[]
}

/** The page where it is set, and in the API where it is kept. */
export const accessPath = (id: string) => `/apps/${encodeURIComponent(id)}/access`

export async function readAccess(api: Api, id: string): Promise<Access> {
  const { paused, read, write, categories } = await api.ask<Access>('GET', accessPath(id))
  return { paused, read, write, ...(categories === undefined ? {} : { categories }) }
}

/** Whether it is paused stays as it is. Throws `Fault('invalid')` that names what cannot be set. */
export const setAccess = (api: Api, id: string, access: Omit<Access, 'paused'>) =>
  api.ask<Access>('PUT', accessPath(id), { body: access })
