import { unixSeconds } from '../../shared/clock.ts'
import { hashToken } from '../../shared/hash.ts'
import type { OidcDependencies } from '../dependencies.ts'
import { OAuthError } from '../errors.ts'
import { required } from '../parameters.ts'
import type { IssuedCode } from '../ports.ts'
import { tell } from '../tell.ts'
import { answerTokens } from './answer.ts'
import { endFamily, underWaySeconds } from './family.ts'
import { checkVerifier } from './pkce.ts'
import { narrowResources } from './resources.ts'
import type { TokenGrant, TokenRequest } from './token-grant.ts'

/** RFC 6749 section 4.1.3: a code is spent by its first use, right or wrong; a second use ends all that came of it. */
export const authorizationCode: TokenGrant = {
  async redeem(request, dependencies) {
    const { values } = request
    const code = await take(required(values, 'code'), request.request, dependencies)
    checkBelongs(code, request)
    checkVerifier(code.request.codeChallenge, values.code_verifier)
    const resources = narrowResources(code.request.resources, request.resources, dependencies.settings)
    const answer = await answerTokens(
      { ...code, scopes: code.request.scopes, grantedResources: code.request.resources, resources },
      {
        ...(code.request.nonce === undefined ? {} : { nonce: code.request.nonce }),
        ...(code.sessionId === undefined ? {} : { sessionId: code.sessionId }),
        claims: code.request.claims,
      },
      request.client,
      dependencies,
    )
    tell(dependencies, request.request, 'tokens_issued')
    return answer
  },
}

async function take(code: string, request: Request, dependencies: OidcDependencies): Promise<IssuedCode> {
  const {
    stores,
    clock,
    settings: { accessTokenTtlSeconds, refreshTokenTtlSeconds },
  } = dependencies
  // A replay is recognised for as long as the tokens live that are signed now, and then those that they are rotated into.
  const spentUntil = unixSeconds(clock) + Math.max(accessTokenTtlSeconds, refreshTokenTtlSeconds) + underWaySeconds
  const taken = await stores.codes.take(hashToken(code), spentUntil)
  switch (taken.outcome) {
    case 'taken':
      return taken.code
    case 'spent':
      tell(dependencies, request, 'code_replayed')
      await endFamily(taken.familyId, dependencies)
      throw new OAuthError('invalid_grant', 'The code was used before.', { reason: 'code replayed: family revoked' })
    case 'unknown':
      throw new OAuthError('invalid_grant', 'The code is unknown or has expired.')
    default:
      return taken satisfies never
  }
}

function checkBelongs({ clientId, request }: IssuedCode, { client, values }: TokenRequest): void {
  if (clientId !== client.id) {
    throw new OAuthError('invalid_grant', 'The code is unknown or has expired.', { reason: "another client's code" })
  }
  const { redirect_uri: repeated } = values
  if (repeated === undefined ? request.redirectUriSent : repeated !== request.redirectUri) {
    throw new OAuthError('invalid_grant', 'redirect_uri is not the one of the authorization request.')
  }
}
