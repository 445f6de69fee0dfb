import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { Random } from '../shared/random.ts'
import type { UiSessions } from './ports.ts'
import type { Upstream } from './upstream.ts'

export interface UiSettings {
  /** False with AUTH=none: whoever reaches these pages is the owner. */
  readonly signIn: boolean
  /** The pages' own public address: a bare origin. */
  readonly uiBaseUrl: string
  /** What people paste into their clients. */
  readonly apiBaseUrl: string
  readonly issuer: string
  /** How long a browser stays signed in here at most. */
  readonly sessionTtlSeconds: number
  readonly version: string
  /** What whoever runs the memory puts before `models`: `souvenir`. */
  readonly command: string
}

export interface UiDependencies {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Opened by the first request that needs it: a start does not wait for it. */
  readonly sessions: () => Promise<UiSessions>
  readonly settings: UiSettings
}

/** Where the server side of the pages sends its own requests: to this process, or over the network. */
export interface Upstreams {
  readonly api: Upstream
  readonly issuer: Upstream
}
