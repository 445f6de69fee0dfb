import { hashToken } from '../shared/hash.ts'
import { readClientRequest } from './clients/read-request.ts'
import type { OidcDependencies } from './dependencies.ts'
import type { Endpoint } from './endpoint.ts'
import { principalOf } from './own-token.ts'
import { required } from './parameters.ts'
import type { Client, RefreshToken } from './ports.ts'
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
    const token = required(values, 'token')
    const family = await dependencies.stores.refreshTokens.familyOf(hashToken(token))
    const ended =
      family === undefined
        ? await revokeAccessToken(token, client, dependencies)
        : await revokeRefreshToken(family, client, dependencies)
    if (ended) tell(dependencies, request, 'token_revoked')
    return new Response(null, { status: 200 })
  },
}

/** Whether it was this client's. */
async function revokeRefreshToken(
  { clientId, familyId }: Pick<RefreshToken, 'clientId' | 'familyId'>,
  client: Client,
  dependencies: OidcDependencies,
): Promise<boolean> {
  if (clientId !== client.id) return false
  await endFamily(familyId, dependencies)
  return true
}

/** Whether it was this client's. Only a token that we signed for it: otherwise anyone could fill the feed. */
async function revokeAccessToken(token: string, client: Client, dependencies: OidcDependencies): Promise<boolean> {
  const principal = await principalOf(token, dependencies)
  if (principal?.clientId !== client.id) return false
  await dependencies.feed.revoke({ kind: 'token', id: principal.tokenId, expiresAt: principal.expiresAt })
  return true
}
