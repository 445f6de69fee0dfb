/** Verifies access tokens (RFC 9068 section 4, RFC 8725) for the API, MCP and userinfo. Knows no routes and no stores. */
import { Buffer } from 'node:buffer'
import { longestAccessToken } from '../shared/bearer-token.ts'
import type { Clock } from '../shared/clock.ts'
import { unixSeconds } from '../shared/clock.ts'
import { InvalidToken } from '../shared/invalid-token.ts'
import { type Metrics, noMetrics } from '../shared/metrics.ts'
import { assertHeader, decodeAccessToken, principalOfClaims } from './access-token.ts'
import type { KeySource } from './key-source.ts'
import type { Principal, RevocationFeed, TokenVerifier } from './ports.ts'
import { followRevocations, isRevokedBy } from './revoked.ts'
import { isSignedBy } from './signature.ts'
import { TokenCache } from './token-cache.ts'

const cachedTokens = 10_000

export interface VerifierOptions {
  readonly issuer: string
  readonly keys: KeySource
  readonly feed: RevocationFeed
  readonly clock: Clock
  /** See `TokenVerifier.ready`; without it tokens can always be judged. */
  readonly ready?: () => Promise<void>
  readonly metrics?: Pick<Metrics, 'tokenValidated'>
}

/**
 * A verifier with a bounded cache: a repeated token costs a hash of its signature and a map hit. Revoked tokens leave it as the feed says so.
 * See `TokenVerifier` for what it throws.
 */
export function createTokenVerifier(options: VerifierOptions): TokenVerifier & { close(): void } {
  const { clock, metrics = noMetrics } = options
  const cache = new TokenCache(cachedTokens)
  const revoked = followRevocations(options.feed, clock, (revocation) =>
    cache.drop((principal) => isRevokedBy(principal, revocation)),
  )
  return {
    close: revoked.close,
    assertStanding(token) {
      if (token.expiresAt <= unixSeconds(clock)) throw new InvalidToken('expired')
      if (revoked.has(token)) throw new InvalidToken('revoked')
    },
    ...(options.ready === undefined ? {} : { ready: options.ready }),
    async verify(token, audiences) {
      const startedAt = performance.now()
      let cached = false
      let outcome: 'valid' | 'invalid' | 'unavailable' = 'unavailable'
      try {
        if (token.length > longestAccessToken) throw new InvalidToken('longer than any token of ours')
        const known = cache.get(token)
        cached = known !== undefined
        if (known !== undefined && known.expiresAt <= unixSeconds(clock)) {
          cache.delete(token)
          throw new InvalidToken('expired')
        }
        const principal = known ?? (await verifyAccessToken(token, options))
        if (!cached) await revoked.ready()
        const asking = revoked.current()
        if (asking !== undefined) await asking
        if (revoked.has(principal)) throw new InvalidToken('revoked')
        if (!isFor(principal, audiences)) throw new InvalidToken(`audience ${principal.audience.join(' ')}`)
        if (!cached) cache.set(token, principal)
        outcome = 'valid'
        return principal
      } catch (error) {
        if (error instanceof InvalidToken) outcome = 'invalid'
        throw error
      } finally {
        metrics.tokenValidated(outcome, cached, performance.now() - startedAt)
      }
    },
  }
}

const isFor = (principal: Principal, audiences: readonly string[]) =>
  principal.audience.some((audience) => audiences.includes(audience))

/**
 * RFC 9068 section 4: header, signature, then claims, of which nothing is believed before. Each step but the look for the key is done
 * in the caller's own turn, so that a token never waits behind the work of others.
 */
async function verifyAccessToken(token: string, { issuer, keys, clock }: VerifierOptions): Promise<Principal> {
  if (!token.split('.').every(isCanonical)) throw new InvalidToken('malformed')
  const { header, claims } = decodeAccessToken(token)
  assertHeader(header)
  const key = await keys(header)
  if (key === undefined) throw new InvalidToken('no key of its kid')
  if (!isSignedBy(key, token)) throw new InvalidToken('signature')
  return principalOfClaims(claims, issuer, unixSeconds(clock))
}

/**
 * RFC 7515 section 2: base64url without padding. RFC 4648 section 3.5: bits that carry nothing are zero, so that a token has one
 * spelling.
 */
const isCanonical = (part: string): boolean => Buffer.from(part, 'base64url').toString('base64url') === part
