import { accountScope, memoryScopes } from '../shared/memory-scopes.ts'

/** What may be asked for: OpenID Connect Core sections 5.4 and 11, and what memories need. In the order they are shown. */
export const supportedScopes = [
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
  ...memoryScopes,
] as const

/** For whoever registers for it and asks for it by name; not advertised (OpenID Connect Discovery section 3 allows that). */
export const registrableScopes = [...supportedScopes, accountScope] as const

/** For our own pages alone: neither advertised nor registered for by anyone. */
export const uiScopes = ['grants:manage'] as const

export type Scope = (typeof registrableScopes)[number] | (typeof uiScopes)[number]

const forEveryone: ReadonlySet<string> = new Set(supportedScopes)
const known: ReadonlySet<string> = new Set([...registrableScopes, ...uiScopes])

/** A scope parameter as its distinct values in the order sent (RFC 6749 section 3.3); empty when it is absent. */
export const splitScope = (scope: string | undefined): readonly string[] => [
  ...new Set((scope ?? '').split(' ').filter((value) => value !== '')),
]

/**
 * The values of `asked` that exist here and that the client may ask for. What is not understood is left out
 * (OpenID Connect Core section 3.1.2.1), so that one new scope name does not lock a client out.
 */
export function permittedScopes(asked: readonly string[], clientScope: string): readonly string[] {
  const registered = new Set(splitScope(clientScope))
  return asked.filter((value) =>
    registered.size === 0 ? forEveryone.has(value) : known.has(value) && registered.has(value),
  )
}

/** Which claims a scope asks for (OpenID Connect Core section 5.4), as far as a user has them here. */
export const claimsOfScope: Readonly<Partial<Record<string, readonly string[]>>> = {
  profile: ['name', 'picture', 'updated_at'],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}
