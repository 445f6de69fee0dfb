import { memoryScopes } from '../../shared/memory-scopes.ts'
import { OAuthError } from '../errors.ts'
import { permittedScopes, splitScope } from '../scopes.ts'
import { deriveOwnerId } from '../signin/account.ts'
import { issueAccessToken } from '../tokens/issue.ts'
import { familyOfMachine } from '../tokens/machine-family.ts'
import { narrowResources } from './resources.ts'
import type { TokenGrant } from './token-grant.ts'

/** What only a person can give. */
const ofPeople: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'address', 'phone', 'offline_access'])

/**
 * RFC 6749 section 4.4: a client acts for itself, with memories of its own. Only for confidential clients that the operator
 * registered for it. `sub` is derived from the client's id as a person's is from theirs, so that no client can be named like a
 * person (RFC 9068 section 5). No refresh token: section 4.4.3.
 */
export const clientCredentials: TokenGrant = {
  async redeem({ client, values, resources }, dependencies) {
    if (client.authMethods.includes('none')) {
      throw new OAuthError('unauthorized_client', 'client_credentials is for clients that authenticate.')
    }
    const asked = values.scope === undefined ? splitScope(client.scope) : splitScope(values.scope)
    const scopes = permittedScopes(asked, client.scope).filter((scope) => !ofPeople.has(scope))
    if (scopes.length === 0) throw new OAuthError('invalid_scope', `A client can have ${memoryScopes.join(' and ')}.`)
    const accessToken = await issueAccessToken(
      {
        clientId: client.id,
        familyId: familyOfMachine(client.id),
        ownerId: deriveOwnerId({ provider: 'client', subject: client.id }),
        scopes,
        resources: narrowResources([], resources, dependencies.settings),
      },
      dependencies,
    )
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: dependencies.settings.accessTokenTtlSeconds,
      scope: scopes.join(' '),
    }
  },
}
