/** How this process judges access tokens: with its own keys, with those of another process, or not at all (AUTH=none). */
import type { Config } from '../config/config.ts'
import type { KeyRing } from '../oidc/ports.ts'
import { deriveOwnerId } from '../oidc/signin/account.ts'
import { consoleIdentity, ownerName } from '../oidc/signin/console-identity.ts'
import { localKeys, remoteKeys } from '../resource/key-source.ts'
import { ownerWithoutToken } from '../resource/open-verifier.ts'
import type { RevocationFeed, TokenVerifier } from '../resource/ports.ts'
import { createTokenVerifier } from '../resource/verifier.ts'
import type { Clock } from '../shared/clock.ts'
import { Finding } from '../shared/error-record.ts'
import type { HealthCheck } from '../shared/health.ts'
import type { Metrics } from '../shared/metrics.ts'

export interface Verification {
  readonly verifier: TokenVerifier
  readonly healthChecks: readonly HealthCheck[]
  close(): void
}

interface Given {
  /** With the role auth. */
  readonly keyRing: KeyRing | undefined
  readonly feed: RevocationFeed
  readonly clock: Clock
  readonly metrics: Metrics
}

export function openVerification(config: Config, { keyRing, feed, clock, metrics }: Given): Verification {
  if (config.auth === 'none') {
    // The same person as a printed code signs in, so that what was remembered without sign-in is there with it.
    const verifier = ownerWithoutToken(deriveOwnerId(consoleIdentity(ownerName)))
    return { verifier, healthChecks: [], close() {} }
  }
  if (keyRing !== undefined) {
    const verifier = createTokenVerifier({
      issuer: config.issuer,
      keys: localKeys(keyRing, clock),
      feed,
      clock,
      metrics,
    })
    return { verifier, healthChecks: [], close: () => verifier.close() }
  }
  const { jwksUrl } = config
  if (jwksUrl === undefined) throw new Finding('a process without keys of its own has no address of the keys')
  const keys = remoteKeys(jwksUrl, fetch, {
    hit: () => metrics.keyLookedUp('hit'),
    miss: () => metrics.keyLookedUp('miss'),
  })
  const verifier = createTokenVerifier({ issuer: config.issuer, keys, feed, clock, metrics, ready: keys.ready })
  return { verifier, healthChecks: [keys.health], close: () => verifier.close() }
}
