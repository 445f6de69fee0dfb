import type { User } from './ports.ts'
import { claimsOfScope } from './scopes.ts'

/** What is known of a person, by the names of OpenID Connect Core section 5.1. */
const known: Readonly<Record<string, (user: User) => unknown>> = {
  name: ({ name }) => name || undefined,
  picture: ({ picture }) => picture,
  updated_at: ({ updatedAt }) => updatedAt,
  email: ({ email }) => email,
  email_verified: ({ email, emailVerified }) => (email === undefined ? undefined : emailVerified === true),
}

export const personClaims: readonly string[] = Object.keys(known)

/** The claims that scopes ask for and those asked for by name (sections 5.4 and 5.5); what is not known is left out. */
export function claimsOf(
  user: User,
  scopes: readonly string[],
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const wanted = new Set([...scopes.flatMap((scope) => claimsOfScope[scope] ?? []), ...names])
  const claims: Record<string, unknown> = {}
  for (const name of wanted) {
    const value = known[name]?.(user)
    if (value !== undefined) claims[name] = value
  }
  return claims
}
