/** Makes the tokens of one authorization. Knows no HTTP and no grant type; keeps nothing but the refresh token's hash, by its caller. */
import { createHash } from 'node:crypto'
import type { ClientId, FamilyId, GrantId, OwnerId, TokenHash } from '../../shared/brand.ts'
import { unixSeconds } from '../../shared/clock.ts'
import type { OidcDependencies } from '../dependencies.ts'
import { audienceOf } from '../resource-indicators.ts'

export interface TokenSubject {
  readonly clientId: ClientId
  readonly ownerId: OwnerId
  readonly grantId?: GrantId
  readonly familyId?: FamilyId
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /** Claims that the authorization request asked of userinfo by name (OpenID Connect Core section 5.5). */
  readonly userinfoClaims?: readonly string[]
}

/** What an ID token says beside its subject (OpenID Connect Core section 2). */
export interface Authentication {
  readonly authTime: number
  readonly nonce?: string
  readonly sessionId?: TokenHash
  /** Claims about the person that were asked for by name for the ID token. */
  readonly claims?: Readonly<Record<string, unknown>>
}

type Issuing = Pick<OidcDependencies, 'settings' | 'clock' | 'random' | 'keyRing'>

/** The access token itself carries what userinfo is to tell beyond its scopes: no store is asked for it. */
export const userinfoClaimsName = 'userinfo_claims'

/** A JWT access token (RFC 9068 section 2.2), with `gid` and `fid`, by which a revocation finds it. */
export function issueAccessToken(
  subject: TokenSubject,
  { settings, clock, random, keyRing }: Issuing,
): Promise<string> {
  const iat = unixSeconds(clock)
  const audience = audienceOf(settings, subject.resources)
  return keyRing.sign(
    {
      iss: settings.issuer,
      sub: subject.ownerId,
      aud: audience.length === 1 ? audience[0] : audience,
      client_id: subject.clientId,
      scope: subject.scopes.join(' '),
      iat,
      exp: iat + settings.accessTokenTtlSeconds,
      jti: random.id(),
      gid: subject.grantId,
      fid: subject.familyId,
      [userinfoClaimsName]: subject.userinfoClaims?.length ? subject.userinfoClaims : undefined,
    },
    'at+jwt',
  )
}

/** What an ID token says of itself and of the sign-in, beside claims about the person. */
export const idTokenClaims = ['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'at_hash', 'sid'] as const
export type IdTokenClaim = (typeof idTokenClaims)[number]

/** An ID token (OpenID Connect Core section 2), bound to its access token by `at_hash` (section 3.1.3.6). */
export function issueIdToken(
  { ownerId, clientId }: TokenSubject,
  { authTime, nonce, sessionId, claims }: Authentication,
  accessToken: string,
  { settings, clock, keyRing }: Issuing,
): Promise<string> {
  const iat = unixSeconds(clock)
  const ofToken: Record<IdTokenClaim, unknown> = {
    iss: settings.issuer,
    sub: ownerId,
    aud: clientId,
    iat,
    exp: iat + settings.idTokenTtlSeconds,
    auth_time: authTime,
    nonce,
    sid: sessionId, // OpenID Connect Front-Channel Logout section 3
    at_hash: leftHalfHash(accessToken),
  }
  return keyRing.sign({ ...claims, ...ofToken }, 'JWT')
}

/** The left half of SHA-256, base64url (OpenID Connect Core section 3.1.3.6). */
const leftHalfHash = (token: string) =>
  createHash('sha256').update(token, 'ascii').digest().subarray(0, 16).toString('base64url')
