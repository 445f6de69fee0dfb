import type { AnyOperation } from '../memory/operation.ts'
import type { Principal, TokenVerifier } from '../resource/ports.ts'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'

import type { ChangeFeed } from './change-streams.ts'

export interface ApiSettings {
  /** The public address of the API, without a trailing slash. */
  readonly apiBaseUrl: string
  /** Where these addresses are served, as the OpenAPI documents say it; `apiBaseUrl` unless this is a part served elsewhere. */
  readonly serverUrl?: string
  /** The authorization server: its endpoints stand in the OpenAPI documents. */
  readonly issuer: string
  readonly version: string
}

/** `Services` is what the operations run on. */
export interface ApiDependencies<Services> {
  readonly verifier: TokenVerifier
  readonly clock: Clock
  readonly log: Log
  readonly services: Services
  readonly operations: readonly AnyOperation<Services>[]
  readonly settings: ApiSettings
  /** Where `/api/v1/events` reads; without it there is no such address. */
  readonly changes?: ChangeFeed
  /** Somebody has come whose token is good and is enough for what they ask. Returns at once. */
  readonly arrived?: (principal: Principal) => void
  /**
   * Takes a request from the caller's allowance, of which the edge tells in the answer.
   * Throws `Fault('rate_limited')`. Without it nothing is limited here.
   */
  readonly limit?: (request: Request, principal: Principal) => Promise<unknown>
}
