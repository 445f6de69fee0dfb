/** Reads an ID token of ours that comes back as a hint: at the authorization endpoint and at logout. */
import { createLocalJWKSet, errors, jwtVerify } from 'jose'
import type { ClientId, OwnerId, TokenHash } from '../shared/brand.ts'
import type { OidcDependencies } from './dependencies.ts'
import { OAuthError } from './errors.ts'

export interface IdTokenHint {
  readonly sub: OwnerId
  /** The clients it was issued to. */
  readonly audience: readonly ClientId[]
  /** The session it was issued in. */
  readonly sid?: TokenHash
}

/**
 * Verifies signature, `alg`, `iss` and that it is an ID token and no access token. It may have expired: a hint is of the
 * past (OpenID Connect Core section 3.1.2.1, RP-Initiated Logout section 4). Throws `OAuthError('invalid_request')`.
 */
export async function readIdTokenHint(
  token: string,
  { keyRing, settings }: Pick<OidcDependencies, 'keyRing' | 'settings'>,
): Promise<IdTokenHint> {
  const keys = createLocalJWKSet({ keys: [...(await keyRing.publicKeys())] })
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      issuer: settings.issuer,
      currentDate: new Date(0), // `exp` is not asked of a hint; every other rule holds
    })
    if (protectedHeader.typ === 'at+jwt' || typeof payload.sub !== 'string') throw new Error('not an ID token')
    return {
      sub: payload.sub as OwnerId,
      audience: [payload.aud ?? []].flat() as ClientId[],
      ...(typeof payload.sid === 'string' ? { sid: payload.sid as TokenHash } : {}),
    }
  } catch (cause) {
    const reason = cause instanceof errors.JOSEError ? cause.code : 'not an ID token'
    throw new OAuthError('invalid_request', 'id_token_hint is not an ID token of this issuer.', { reason, cause })
  }
}
