/** Access tokens of this issuer that come back to it: at userinfo, introspection, revocation, and what a person manages. */
import { decodeJwt } from 'jose'
import type { Principal } from '../resource/ports.ts'
import { longestAccessToken } from '../shared/bearer-token.ts'
import { InvalidToken } from '../shared/invalid-token.ts'
import { canonicalResource } from '../shared/resource-identifier.ts'
import type { OidcDependencies } from './dependencies.ts'

type Verifying = Pick<OidcDependencies, 'verifier'>

export type Judged = { readonly principal: Principal } | { readonly principal: undefined; readonly reason: string }

/**
 * Whom a token of ours stands for, if it is for one of `audiences`; otherwise why it is worth nothing, for the log.
 * Throws `Fault('unavailable')` when it cannot be judged now.
 */
export async function judgeOwnToken(
  token: string,
  audiences: readonly string[],
  { verifier }: Verifying,
): Promise<Judged> {
  try {
    return { principal: await verifier.verify(token, audiences) }
  } catch (error) {
    if (error instanceof InvalidToken) return { principal: undefined, reason: error.message }
    throw error
  }
}

/** The same for a token of any audience of ours: at the issuer each will do. */
export async function principalOf(token: string, dependencies: Verifying): Promise<Principal | undefined> {
  const audiences = statedAudience(token)
  return audiences.length === 0 ? undefined : (await judgeOwnToken(token, audiences, dependencies)).principal
}

/**
 * The token's own audience, before it is verified, in the spelling that the verifier compares. None for what is no JWT, or longer than
 * any token of ours, which no audience fits: anybody may send it, so it takes no more time than its length.
 */
export function statedAudience(token: string): readonly string[] {
  if (token.length > longestAccessToken) return []
  try {
    const { aud } = decodeJwt(token)
    const audience: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
    return audience.flatMap((one) => (typeof one === 'string' ? [canonicalResource(one) ?? one] : []))
  } catch {
    return []
  }
}
