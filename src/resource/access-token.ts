/** An access token as RFC 9068 has it: its header, its claims, and whom it stands for. */
import { decodeJwt, decodeProtectedHeader, type JWTHeaderParameters, type JWTPayload } from 'jose'
import type { ClientId, FamilyId, GrantId, OwnerId } from '../shared/brand.ts'
import { InvalidToken } from '../shared/invalid-token.ts'
import { canonicalResource } from '../shared/resource-identifier.ts'
import type { Principal } from './ports.ts'

const requiredClaims = ['sub', 'aud', 'client_id', 'exp', 'iat', 'jti'] as const

export interface Unverified {
  readonly header: JWTHeaderParameters
  readonly claims: JWTPayload
}

/** The two parts of a token of which nothing is believed yet. Throws `InvalidToken`. */
export function decodeAccessToken(token: string): Unverified {
  try {
    return { header: decodeProtectedHeader(token) as JWTHeaderParameters, claims: decodeJwt(token) }
  } catch (cause) {
    throw new InvalidToken('malformed', { cause })
  }
}

/**
 * RFC 9068 section 4 and RFC 8725 sections 3.1 and 3.11: RS256 and nothing else, the type of an access token, and no extension, of
 * which none is understood here (RFC 7515 section 4.1.11). Throws `InvalidToken`.
 */
export function assertHeader({ alg, typ, crit }: JWTHeaderParameters): void {
  if (alg !== 'RS256') throw new InvalidToken('alg is not RS256')
  if (crit !== undefined) throw new InvalidToken('crit names an extension')
  // RFC 9068 section 4: with or without `application/`; media types know no case (RFC 7515 section 4.1.9).
  if (typeof typ !== 'string' || !/^(application\/)?at\+jwt$/i.test(typ)) throw new InvalidToken('typ is not at+jwt')
}

/**
 * RFC 9068 sections 2.2 and 4, RFC 7519 sections 4.1.4 and 4.1.5: `iss`, `exp`, `nbf`, and the claims that a token of ours always has.
 * Whom the token stands for; throws `InvalidToken`.
 *
 * @param now Seconds since 1970.
 */
export function principalOfClaims(claims: JWTPayload, issuer: string, now: number): Principal {
  for (const name of requiredClaims)
    if (!Object.hasOwn(claims, name)) throw new InvalidToken(`without the claim ${name}`)
  const { iss, sub, aud, exp, nbf, iat, jti, client_id: clientId } = claims
  if (iss !== issuer) throw new InvalidToken('another issuer')
  if (typeof exp !== 'number' || typeof iat !== 'number' || (nbf !== undefined && typeof nbf !== 'number'))
    throw new InvalidToken('a time is no number')
  if (exp <= now) throw new InvalidToken('expired')
  if (nbf !== undefined && nbf > now) throw new InvalidToken('not yet valid')
  const audience: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (
    typeof sub !== 'string' ||
    typeof jti !== 'string' ||
    typeof clientId !== 'string' ||
    !audience.every((one) => typeof one === 'string')
  )
    throw new InvalidToken('a claim is no text')
  const optional = (name: string) => {
    const value = claims[name]
    return typeof value === 'string' ? value : undefined
  }
  return Object.freeze({
    ownerId: sub as OwnerId,
    clientId: clientId as ClientId,
    scopes: new Set((optional('scope') ?? '').split(' ').filter((scope) => scope !== '')),
    audience: audience.map((one) => canonicalResource(one) ?? one),
    tokenId: jti,
    grantId: optional('gid') as GrantId | undefined,
    familyId: optional('fid') as FamilyId | undefined,
    expiresAt: exp,
  })
}
