import type { FamilyId, GrantId, OwnerId, TokenHash } from '../../shared/brand.ts'
import { unixSeconds } from '../../shared/clock.ts'
import { hashToken } from '../../shared/hash.ts'
import { claimsOf } from '../claims.ts'
import type { OidcDependencies } from '../dependencies.ts'
import { OAuthError } from '../errors.ts'
import type { AuthorizationRequest, Client, User } from '../ports.ts'
import { personMayEnter } from '../signin/allow-list.ts'
import { issueAccessToken, issueIdToken } from '../tokens/issue.ts'
import type { TokenResponse } from './token-grant.ts'

export interface Authorized {
  readonly ownerId: OwnerId
  readonly grantId: GrantId
  readonly familyId: FamilyId
  /** Unix seconds. */
  readonly authTime: number
  readonly scopes: readonly string[]
  /** All that was authorized: what a refresh token keeps. */
  readonly grantedResources: readonly string[]
  /** What this access token is for. */
  readonly resources: readonly string[]
}

/** What the ID token says of the authorization request and of the sign-in behind it. */
export interface SignInContext {
  readonly nonce?: string
  /** The session it was allowed in: the ID token names it, so that a logout finds it. */
  readonly sessionId?: TokenHash
  readonly claims: AuthorizationRequest['claims']
}

/**
 * The person behind an authorization, if they may still enter and have not taken back what they allowed: a code that was being
 * made while they did is worth nothing. Throws `invalid_grant`.
 */
export async function personOf(
  { ownerId, grantId }: Pick<Authorized, 'ownerId' | 'grantId'>,
  { stores, settings }: Pick<OidcDependencies, 'stores' | 'settings'>,
): Promise<User> {
  const [user, grant] = await Promise.all([stores.users.find(ownerId), stores.grants.findById(grantId)])
  if (user === undefined || !personMayEnter(user, settings)) throw ended('the person may not enter')
  if (grant === undefined) throw ended('the grant was taken back')
  return user
}

const ended = (reason: string) => new OAuthError('invalid_grant', 'The authorization has ended.', { reason })

/** Access token, ID token (with `openid`) and a family's first refresh token (for clients that use them). */
export async function answerTokens(
  authorized: Authorized,
  signIn: SignInContext,
  client: Client,
  dependencies: OidcDependencies,
): Promise<TokenResponse> {
  const user = await personOf(authorized, dependencies)
  const tokens = await signTokens(authorized, signIn, client, user, dependencies)
  if (!client.grantTypes.includes('refresh_token')) return tokens
  const { stores, random, clock, settings } = dependencies
  const refreshToken = random.token(32)
  await stores.refreshTokens.create(hashToken(refreshToken), {
    clientId: client.id,
    ownerId: authorized.ownerId,
    grantId: authorized.grantId,
    familyId: authorized.familyId,
    scopes: authorized.scopes,
    resources: authorized.grantedResources,
    ...(signIn.claims === undefined ? {} : { claims: signIn.claims }),
    authTime: authorized.authTime,
    expiresAt: unixSeconds(clock) + settings.refreshTokenTtlSeconds,
  })
  return { ...tokens, refresh_token: refreshToken }
}

/** Access token and, with `openid`, ID token (RFC 6749 section 5.1; OpenID Connect Core section 3.1.3.3): what a refresh is answered with too. */
export async function signTokens(
  authorized: Authorized,
  { nonce, sessionId, claims }: SignInContext,
  client: Client,
  user: User,
  dependencies: OidcDependencies,
): Promise<TokenResponse> {
  const subject = { ...authorized, clientId: client.id, userinfoClaims: claims?.userinfo ?? [] }
  const accessToken = await issueAccessToken(subject, dependencies)
  const response: TokenResponse = {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: dependencies.settings.accessTokenTtlSeconds,
    scope: authorized.scopes.join(' '),
  }
  if (!authorized.scopes.includes('openid')) return response
  const authentication = {
    authTime: authorized.authTime,
    ...(nonce === undefined ? {} : { nonce }),
    ...(sessionId === undefined ? {} : { sessionId }),
    claims: claimsOf(user, [], claims?.idToken ?? []),
  }
  return { ...response, id_token: await issueIdToken(subject, authentication, accessToken, dependencies) }
}
