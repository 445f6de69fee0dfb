import type { AuthorizationRequest } from '../ports.ts'
import { claimsOfScope } from '../scopes.ts'

/**
 * All that a request would give away, in scopes: those it asks for, and those that hold what its `claims` parameter asks for
 * by name (OpenID Connect Core section 5.5). A person is asked about both, so that the second is no way round the first.
 */
export function disclosedScopes({
  scopes,
  claims,
}: Pick<AuthorizationRequest, 'scopes' | 'claims'>): readonly string[] {
  const named = new Set([...(claims?.idToken ?? []), ...(claims?.userinfo ?? [])])
  const holding = Object.entries(claimsOfScope).flatMap(([scope, held = []]) =>
    held.some((claim) => named.has(claim)) ? [scope] : [],
  )
  return [...new Set([...scopes, ...holding])]
}
