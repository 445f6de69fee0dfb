import { unixSeconds } from '../../shared/clock.ts'
import { hashToken } from '../../shared/hash.ts'
import type { OidcDependencies } from '../dependencies.ts'
import { OAuthError } from '../errors.ts'
import { required } from '../parameters.ts'
import type { RefreshToken } from '../ports.ts'
import { splitScope } from '../scopes.ts'
import { tell } from '../tell.ts'
import { personOf, signTokens } from './answer.ts'
import { endFamily } from './family.ts'
import { narrowResources } from './resources.ts'
import type { TokenGrant, TokenRequest } from './token-grant.ts'

/**
 * RFC 6749 section 6 with rotation (OAuth 2.1 section 4.3.1): each use puts a successor in the token's place. Two uses in
 * flight at once both live for a short grace; a use after it is a theft, and ends the family.
 */
export const refreshToken: TokenGrant = {
  async redeem(request, dependencies) {
    const { client, values } = request
    const hash = hashToken(required(values, 'refresh_token'))
    // What would be refused is refused before the token is spent; a token spent a moment ago is judged by its rotation.
    const live = await dependencies.stores.refreshTokens.find(hash)
    const judged = live?.clientId === client.id ? await judge(live, request, dependencies) : undefined
    if (judged !== undefined && live !== undefined) await limitFamily(live, request, dependencies)
    const { successor, token } = await rotate(hash, request, dependencies)
    if (judged === undefined) await limitFamily(token, request, dependencies)
    const { scopes, resources, user } = judged ?? (await judge(token, request, dependencies))
    const authorized = { ...token, scopes, resources, grantedResources: token.resources }
    const tokens = await signTokens(authorized, { claims: token.claims }, client, user, dependencies)
    return { ...tokens, refresh_token: successor }
  },
}

/** One authorization is refreshed so often and no more, whoever holds its token. Before it is spent, where it is live. */
const limitFamily = async ({ familyId }: RefreshToken, { request }: TokenRequest, { limit }: OidcDependencies) =>
  limit?.(request, 'refresh', 1, familyId)

/** What the refreshed access token may say, and the person, if they may still enter; otherwise the family ends. */
async function judge(token: RefreshToken, { values, resources }: TokenRequest, dependencies: OidcDependencies) {
  const scopes = narrowScopes(token, values.scope)
  const narrowed = narrowResources(token.resources, resources, dependencies.settings)
  try {
    return { scopes, resources: narrowed, user: await personOf(token, dependencies) }
  } catch (error) {
    if (error instanceof OAuthError) await endFamily(token.familyId, dependencies)
    throw error
  }
}

const dead = (reason: string) =>
  new OAuthError('invalid_grant', 'The refresh token is unknown, expired or revoked.', { reason })

/** RFC 6749 section 6: the scope may shrink, never grow. */
function narrowScopes({ scopes }: RefreshToken, asked: string | undefined): readonly string[] {
  if (asked === undefined) return scopes
  const wanted = splitScope(asked)
  if (!wanted.every((scope) => scopes.includes(scope))) {
    throw new OAuthError('invalid_scope', 'A scope was asked for that was not granted.')
  }
  return wanted.length === 0 ? scopes : wanted
}

async function rotate(
  hash: ReturnType<typeof hashToken>,
  { client, request }: TokenRequest,
  dependencies: OidcDependencies,
): Promise<{ successor: string; token: RefreshToken }> {
  const { stores, random, clock, settings } = dependencies
  const now = unixSeconds(clock)
  const successor = random.token(32)
  const rotation = await stores.refreshTokens.rotate(
    hash,
    { hash: hashToken(successor), expiresAt: now + settings.refreshTokenTtlSeconds },
    { clientId: client.id, now, graceSeconds: settings.refreshGraceSeconds },
  )
  switch (rotation.outcome) {
    case 'rotated':
    case 'graced':
      return { successor, token: rotation.token }
    case 'reused':
      tell(dependencies, request, 'refresh_token_reused', { ownerId: rotation.token.ownerId })
      await endFamily(rotation.token.familyId, dependencies)
      throw dead('reused: family revoked')
    case 'unknown':
      throw dead('unknown')
    default:
      return rotation satisfies never
  }
}
