/**
 * The access rules in plain words. Stores say the same in SQL; a property test compares the two.
 * Whatever is not allowed here is refused: an unknown value of a rule allows nothing.
 */
import type { ClientId } from '../shared/brand.ts'
import { Fault } from '../shared/fault.ts'
import type { AccessRule, Memory } from './schema.ts'

/** The rule of an app whose user has set none. */
export const openRule = (appId: ClientId): AccessRule => ({
  appId,
  paused: false,
  read: 'all',
  write: 'all',
  categories: undefined,
})

type Judged = Pick<Memory, 'appId' | 'categories'>

/** Its own memories an app reads unless it is paused or may read nothing; those of others where `read` is `all`, in the rule's categories. */
export function mayRead(rule: AccessRule, memory: Judged): boolean {
  if (rule.paused) return false
  const own = memory.appId === rule.appId
  if (rule.read === 'own') return own
  if (rule.read !== 'all') return false
  return own || rule.categories === undefined || memory.categories.some((name) => rule.categories?.includes(name))
}

/** To change or delete a memory an app must also be able to read it. */
export function mayChange(rule: AccessRule, memory: Judged): boolean {
  if (!mayRead(rule, memory)) return false
  return rule.write === 'all' || (rule.write === 'own' && memory.appId === rule.appId)
}

/** Whether an app may do everything: only such an app may change rules, and none may loosen its own. */
export const isUnrestricted = (rule: AccessRule): boolean =>
  !rule.paused && rule.read === 'all' && rule.write === 'all' && rule.categories === undefined

/** @throws Fault `forbidden` (`app_paused`, `app_may_not_read`) when the app may read nothing at all */
export function assertReader(rule: AccessRule): void {
  if (rule.paused) throw paused()
  if (rule.read !== 'all' && rule.read !== 'own') {
    throw new Fault('forbidden', 'Its user does not let this app read memories.', { code: 'app_may_not_read' })
  }
}

/** @throws Fault `forbidden` (`app_paused`, `app_may_not_write`) */
export function assertWriter(rule: AccessRule): void {
  if (rule.paused) throw paused()
  if (rule.write === 'none') {
    throw new Fault('forbidden', 'Its user does not let this app write memories.', { code: 'app_may_not_write' })
  }
}

/** @throws Fault `forbidden` (`app_limited`) */
export function assertUnrestricted(rule: AccessRule): void {
  if (isUnrestricted(rule)) return
  throw new Fault('forbidden', 'Its user has limited this app: it cannot see or change what concerns other apps.', {
    code: 'app_limited',
  })
}

const paused = () =>
  new Fault('forbidden', 'Its user has paused this app. They can resume it on the page of their apps.', {
    code: 'app_paused',
  })
