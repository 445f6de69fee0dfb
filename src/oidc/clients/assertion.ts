/** private_key_jwt: RFC 7523 section 3 and OpenID Connect Core section 9. */
import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { TokenHash } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { sha256 } from '../../shared/hash.ts'
import type { OidcDependencies } from '../dependencies.ts'
import { OAuthError } from '../errors.ts'
import type { Client } from '../ports.ts'

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** What a client may sign with: each is asymmetric, so that nothing is kept here that could sign in its name. */
export const assertionAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
const longestAssertion = 8_192
/** An assertion is for now: one that lives longer than this is not taken. */
const longestLifeSeconds = 600

const refused = (reason: string, cause?: unknown) =>
  new OAuthError('invalid_client', 'Client authentication failed.', {
    reason,
    ...(cause === undefined ? {} : { cause }),
  })

/** Which client an assertion speaks of, before it is believed. */
export function assertionMethod(values: Readonly<Record<string, string | undefined>>) {
  const { client_assertion: assertion = '', client_assertion_type: type, client_id: named } = values
  if (type !== assertionType) throw refused('client_assertion_type')
  if (assertion.length > longestAssertion) throw refused('assertion too long')
  let subject: unknown
  try {
    subject = decodeJwt(assertion).sub
  } catch (cause) {
    throw refused('assertion is not a JWT', cause)
  }
  if (typeof subject !== 'string' || (named !== undefined && named !== subject)) throw refused('sub is not client_id')
  return { method: 'private_key_jwt' as const, clientId: subject }
}

/** Verifies signature, `iss`, `sub`, `aud` (issuer or token endpoint), `exp`, and that its `jti` was not used before. */
export async function authenticateByAssertion(
  client: Client,
  assertion: string,
  dependencies: Pick<OidcDependencies, 'settings' | 'clock' | 'stores' | 'documents'>,
): Promise<void> {
  const { settings, clock, stores } = dependencies
  try {
    const { payload } = await jwtVerify(assertion, keysOf(client, dependencies), {
      algorithms: [...assertionAlgorithms],
      issuer: client.id,
      subject: client.id,
      audience: [settings.issuer, `${settings.issuer}/auth/token`],
      requiredClaims: ['exp', 'jti'],
      currentDate: new Date(clock.now()),
    })
    const { exp = 0, jti = '' } = payload
    if (exp - clock.now() / 1000 > longestLifeSeconds) throw refused('assertion lives too long')
    if (!(await stores.replays.claim(sha256(`${client.id}\n${jti}`) as TokenHash, Math.ceil(exp))))
      throw refused('jti used before')
  } catch (error) {
    if (error instanceof OAuthError || error instanceof Fault) throw error
    // A key that a client published may be one that nothing can be verified with: jose and WebCrypto throw errors of many kinds.
    throw refused(error instanceof errors.JOSEError ? error.code : 'the key cannot be used', error)
  }
}

/** The client's key for an assertion. Published keys are fetched once more when the key is not among those known. */
function keysOf(client: Client, { documents }: Pick<OidcDependencies, 'documents'>): JWTVerifyGetKey {
  const { jwks, jwksUri } = client
  if (jwks !== undefined) return createLocalJWKSet({ keys: [...jwks.keys] } as JSONWebKeySet)
  if (jwksUri === undefined) throw refused('client has no keys')
  return async (header, token) => {
    try {
      return await createLocalJWKSet(await documents.keys(jwksUri))(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      return createLocalJWKSet(await documents.keys(jwksUri, true))(header, token)
    }
  }
}
