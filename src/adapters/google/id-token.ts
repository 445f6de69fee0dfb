import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { VerifiedIdentity } from '../../oidc/ports.ts'
import { Finding } from '../../shared/error-record.ts'
import { Fault } from '../../shared/fault.ts'
import { boundedFetch } from './bounded-fetch.ts'
import { googleIssuer, type ProviderMetadata } from './metadata.ts'

/** The provider's published keys, kept for ten minutes, asked for again at most every 30 s for an unknown `kid`. */
export const providerKeys = (jwksUri: string): JWTVerifyGetKey =>
  createRemoteJWKSet(new URL(jwksUri), {
    [customFetch]: (url, { method, headers, signal }) => boundedFetch(url, { method, headers, signal }),
  })

export interface ExpectedIdToken {
  readonly metadata: ProviderMetadata
  readonly keys: JWTVerifyGetKey
  readonly clientId: string
  readonly nonce: string
  readonly now: Date
}

/** How far the provider's clock and ours may be apart. */
const clockToleranceSeconds = 30

/**
 * Verifies an ID token in full (OpenID Connect Core section 3.1.3.7): signature, `alg`, `iss`, `aud`, `azp`, `exp`, `iat`, `nonce`.
 * Throws `Fault('forbidden')` when it is at fault, `Fault('unavailable')` when the keys cannot be had.
 */
export async function verifyIdToken(token: string, expected: ExpectedIdToken): Promise<VerifiedIdentity> {
  const { metadata, keys, clientId, nonce, now } = expected
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: [...metadata.algorithms],
      issuer: [...metadata.issuers],
      audience: clientId,
      requiredClaims: ['exp', 'iat', 'sub', 'nonce'],
      maxTokenAge: '10 minutes',
      clockTolerance: clockToleranceSeconds,
      currentDate: now,
    })
    if (payload.nonce !== nonce) throw new errors.JWTClaimValidationFailed('unexpected nonce', payload, 'nonce')
    checkAuthorizedParty(payload, clientId)
    return toIdentity(payload, metadata.issuers[0] ?? '')
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    if (cause instanceof errors.JWKSTimeout || !(cause instanceof errors.JOSEError))
      throw new Fault('unavailable', 'The keys of the sign-in provider cannot be fetched now. Please try again.', {
        cause,
      })
    throw refused(cause)
  }
}

/** Section 3.1.3.7, 4 and 5: with several audiences `azp` says who asked, and that must be us. */
function checkAuthorizedParty(payload: JWTPayload, clientId: string): void {
  const several = Array.isArray(payload.aud) && payload.aud.length > 1
  if (payload.azp === undefined ? several : payload.azp !== clientId)
    throw new errors.JWTClaimValidationFailed('unexpected azp', payload, 'azp')
}

function toIdentity(payload: JWTPayload, issuer: string): VerifiedIdentity {
  const { sub = '', email, email_verified, hd, name, picture } = payload
  if (sub === '' || sub.length > 255) throw refused(new Finding('no usable sub'))
  return {
    provider: issuer === googleIssuer ? 'google' : issuer,
    subject: sub,
    emailVerified: email_verified === true, // "true" is not true
    ...(typeof email === 'string' ? { email } : {}),
    ...(typeof hd === 'string' ? { hostedDomain: hd } : {}),
    ...(typeof name === 'string' ? { name: name.slice(0, 200) } : {}),
    ...(typeof picture === 'string' && picture.startsWith('https://') ? { picture: picture.slice(0, 2_000) } : {}),
  }
}

/** What was wrong is for the log: whoever forged an answer is not told. */
export const refused = (cause: unknown) =>
  new Fault('forbidden', 'The sign-in provider’s answer could not be verified, so nobody was signed in.', {
    code: 'provider_answer_refused',
    cause,
  })
