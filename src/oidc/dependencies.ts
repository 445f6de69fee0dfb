import type { RevocationFeed, TokenVerifier } from '../resource/ports.ts'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { Random } from '../shared/random.ts'
import type { ClientDocuments } from './clients/documents.ts'
import type { EndpointLimit } from './endpoint.ts'
import type { IdentityProvider, KeyRing, OidcSettings, OidcStores } from './ports.ts'

/** All that the authorization server's endpoints are given. Each function below them names the part it needs. */
export interface OidcDependencies {
  readonly settings: OidcSettings
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly stores: OidcStores
  readonly keyRing: KeyRing
  /** Metadata documents and keys that clients publish. */
  readonly documents: ClientDocuments
  readonly feed: RevocationFeed
  /** For userinfo: verifies our own access tokens. */
  readonly verifier: TokenVerifier
  /** Counts the steps of flows. Without it nothing is counted. */
  readonly metrics?: Pick<Metrics, 'flowStep'>
  readonly identityProviders: readonly IdentityProvider[]
  /** Without it nothing is limited here. */
  readonly limit?: Limit
}

/**
 * Takes `cost` from the allowance under a rule of the request's address, or of `key` where one is given; 0 only asks whether it is
 * used up. Throws `Fault('rate_limited')`.
 */
type Limit = (
  request: Request,
  rule: EndpointLimit['rule'] | 'token' | 'refresh',
  cost: number,
  key?: string,
) => Promise<void>
