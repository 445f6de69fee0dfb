/**
 * The token endpoint (RFC 6749 section 3.2): reads the request, authenticates the client, sees that it may use the grant, and
 * writes the answer. What is particular to a grant is in the grant's file.
 */
import { requestContext } from '../../shared/request-context.ts'
import { readClientRequest } from '../clients/read-request.ts'
import type { Endpoint } from '../endpoint.ts'
import { OAuthError } from '../errors.ts'
import { required } from '../parameters.ts'
import { grantTypes } from '../ports/clients.ts'
import type { Client, GrantType } from '../ports.ts'
import { authorizationCode } from './authorization-code.ts'
import { clientCredentials } from './client-credentials.ts'
import { refreshToken } from './refresh-token.ts'
import type { TokenGrant } from './token-grant.ts'

const grants: Readonly<Record<GrantType, TokenGrant>> = {
  authorization_code: authorizationCode,
  refresh_token: refreshToken,
  client_credentials: clientCredentials,
}

export const tokenEndpoint: Endpoint = {
  method: 'POST',
  path: '/auth/token',
  errors: 'json',
  cors: true,
  // Failures alone: all who come through ChatGPT share its addresses.
  limit: { rule: 'token_failures', counts: 'failures' },
  async handle(dependencies, request) {
    const { client, values, resources } = await readClientRequest(request, dependencies)
    const asked = required(values, 'grant_type')
    const type = grantTypes.find((known) => known === asked)
    if (type === undefined) {
      throw new OAuthError('unsupported_grant_type', `grant_type is one of ${grantTypes.join(', ')}.`)
    }
    if (!client.grantTypes.includes(type)) {
      throw new OAuthError('unauthorized_client', `This client is not registered for ${type}.`)
    }
    await dependencies.limit?.(request, 'token', 1, allowanceOf(client, request))
    const answer = await grants[type].redeem({ client, values, resources, request }, dependencies)
    return Response.json(answer, { headers: { 'cache-control': 'no-store', pragma: 'no-cache' } })
  },
}

/**
 * Whose allowance a token request takes from: the client's, once it has proved who it is; a public client's for each address,
 * so that nobody can use it up in another's name.
 */
const allowanceOf = ({ id, authMethods }: Client, request: Request): string =>
  authMethods.includes('none') ? `${id} ${requestContext(request).address}` : id
