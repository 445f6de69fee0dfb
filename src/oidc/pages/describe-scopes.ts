/** What each scope means to the person who is asked, in plain words. */
import { accountScope, memoryScopes } from '../../shared/memory-scopes.ts'
import type { Scope } from '../scopes.ts'

const sentences = {
  openid: 'Know that it is you, by an identifier',
  profile: 'See your name and picture',
  email: 'See your e-mail address',
  address: 'See your postal address, if one is kept here',
  phone: 'See your telephone number, if one is kept here',
  'account:delete': 'Delete your whole account, with every memory in it, for good',
  'memories:read': 'Read your memories',
  'memories:write': 'Add, change and delete your memories',
  'grants:manage': 'See the apps you have connected, and disconnect them',
  offline_access: 'Stay connected while you are away',
} as const satisfies Record<Scope, string>

const isScope = (scope: string): scope is Scope => Object.hasOwn(sentences, scope)

/** One sentence a scope, what weighs most first. */
export const describeScopes = (scopes: readonly string[]): readonly string[] =>
  weighty.filter((scope) => scopes.includes(scope)).map((scope) => sentences[scope])

const heaviest: readonly Scope[] = [accountScope, ...memoryScopes]
const weighty: readonly Scope[] = [
  ...heaviest,
  ...Object.keys(sentences)
    .filter((scope) => isScope(scope))
    .filter((scope) => !heaviest.includes(scope)),
]
