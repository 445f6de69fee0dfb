import { hashToken } from '../shared/hash.ts'
import { readClientRequest } from './clients/read-request.ts'
import type { OidcDependencies } from './dependencies.ts'
import type { Endpoint } from './endpoint.ts'
import { OAuthError } from './errors.ts'
import { principalOf } from './own-token.ts'
import type { Client } from './ports.ts'
import { tell } from './tell.ts'
import { endFamily } from './token/family.ts'

/**
 * RFC 7009. A refresh token takes its family along, also when it was spent by then: by a refresh under way, or by a thief whose
 * successor must not outlive it. An access token goes alone. 200 for a token that is unknown or another
 * client's (section 2.2: nothing to learn here), 503 when the revocation could not be kept.
 */
export const revokeToken: Endpoint = {
  method: 'POST',
  path: '/auth/revoke',
  errors: 'json',
  cors: true,
  limit: { rule: 'token_failures', counts: 'failures' },
  async handle(dependencies, request) {
    const { client, values } = await readClientRequest(request, dependencies)
    const { token } = values
    if (token === undefined) throw new OAuthError('invalid_request', 'The parameter token is missing.')
    if (!(await revokeRefreshToken(token, client, dependencies))) await revokeAccessToken(token, client, dependencies)
    tell(dependencies, request, 'token_revoked')
    return new Response(null, { status: 200 })
  },
}

async function revokeRefreshToken(token: string, client: Client, dependencies: OidcDependencies): Promise<boolean> {
  const found = await dependencies.stores.refreshTokens.familyOf(hashToken(token))
  if (found === undefined) return false
  if (found.clientId === client.id) await endFamily(found.familyId, dependencies)
  return true
}

/** Only a token that we signed for this client: otherwise anyone could fill the feed. */
async function revokeAccessToken(token: string, client: Client, dependencies: OidcDependencies): Promise<void> {
  const principal = await principalOf(token, dependencies)
  if (principal?.clientId !== client.id) return
  await dependencies.feed.revoke({ kind: 'token', id: principal.tokenId, expiresAt: principal.expiresAt })
}
