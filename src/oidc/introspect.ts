import type { Principal } from '../resource/ports.ts'
import { hashToken } from '../shared/hash.ts'
import { readClientRequest } from './clients/read-request.ts'
import type { OidcDependencies } from './dependencies.ts'
import type { Endpoint } from './endpoint.ts'
import { OAuthError } from './errors.ts'
import { principalOf } from './own-token.ts'
import { required } from './parameters.ts'
import type { Client } from './ports.ts'

const inactive = { active: false }

/**
 * RFC 7662. For clients that prove who they are, about tokens that were issued to them or are for a resource that they serve.
 * Whatever they may not know is `active: false` (section 2.2), so that nothing can be learned by trying.
 */
export const introspectToken: Endpoint = {
  method: 'POST',
  path: '/auth/introspect',
  errors: 'json',
  cors: false,
  limit: { rule: 'token_failures', counts: 'failures' },
  async handle(dependencies, request) {
    const { client, values } = await readClientRequest(request, dependencies)
    if (!provesItself(client, request, values)) {
      throw new OAuthError('invalid_client', 'Introspection is for clients that authenticate.', {
        reason: 'public client',
      })
    }
    const token = required(values, 'token')
    const answer =
      (await describeRefreshToken(token, client, dependencies)) ??
      (await describeAccessToken(token, client, dependencies))
    return Response.json(answer ?? inactive)
  },
}

/** A client may be registered for `none` and for a stronger method: what counts is what it did. */
const provesItself = (client: Client, request: Request, values: Readonly<Record<string, string | undefined>>) =>
  !client.authMethods.includes('none') ||
  values.client_assertion !== undefined ||
  values.client_secret !== undefined ||
  request.headers.has('authorization')

async function describeRefreshToken(token: string, client: Client, { stores, settings }: OidcDependencies) {
  const found = await stores.refreshTokens.find(hashToken(token))
  if (found === undefined || found.clientId !== client.id) return undefined
  return {
    active: true,
    iss: settings.issuer,
    sub: found.ownerId,
    client_id: found.clientId,
    scope: found.scopes.join(' '),
    exp: found.expiresAt,
    token_type: 'refresh_token',
  }
}

const concerns = ({ id, serves = [] }: Client, { clientId, audience }: Principal): boolean =>
  clientId === id || serves.some((resource) => audience.includes(resource))

async function describeAccessToken(token: string, client: Client, dependencies: OidcDependencies) {
  const principal = await principalOf(token, dependencies)
  if (principal === undefined || !concerns(client, principal)) return undefined
  return {
    active: true,
    iss: dependencies.settings.issuer,
    sub: principal.ownerId,
    aud: principal.audience,
    client_id: principal.clientId,
    scope: [...principal.scopes].join(' '),
    exp: principal.expiresAt,
    jti: principal.tokenId,
    token_type: 'Bearer',
  }
}
