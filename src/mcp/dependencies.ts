import type { AnyOperation } from '../memory/operation.ts'
import type { Principal, RevocationFeed, TokenVerifier } from '../resource/ports.ts'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { Random } from '../shared/random.ts'
import type { StreamHandover } from './ports.ts'
import type { Prompt } from './prompts.ts'
import type { ResourceRow } from './resources.ts'

export interface McpSettings {
  /** The public address of the API and of MCP, without a trailing slash. */
  readonly apiBaseUrl: string
  readonly issuer: string
  /** Origins of browsers that may call, beside our own. */
  readonly allowedOrigins: readonly string[]
  readonly name: string
  readonly version: string
  /** How long streams live and how often they speak; the defaults are for production. */
  readonly streams?: Partial<StreamLimits>
}

export interface StreamLimits {
  /** Milliseconds between comments on an idle stream. */
  readonly keepAliveMs: number
  /** How often streams are looked at for expiry and keepalive. */
  readonly tickMs: number
  readonly perUser: number
  readonly perProcess: number
  /** Bytes a stream may hold for a client that does not read before it is closed. */
  readonly bufferBytes: number
}

/** `Services` is what the operations run on. */
export interface McpDependencies<Services> {
  readonly verifier: TokenVerifier
  readonly feed: RevocationFeed
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly services: Services
  readonly operations: readonly AnyOperation<Services>[]
  /** What resources and prompts there are; the memory's, unless given. */
  readonly resources?: readonly ResourceRow[]
  readonly prompts?: readonly Prompt[]
  readonly handover: StreamHandover
  readonly settings: McpSettings
  /** A client has come whose token is good, and may soon ask something. Returns at once. */
  readonly arrived?: () => void
  /** Takes a request, or `requests`, from the caller's allowance. Throws `Fault('rate_limited')`. Without it nothing is limited here. */
  readonly limit?: (request: Request, principal: Principal, requests?: number) => Promise<unknown>
}

/** More than any message a client sends; a text of the largest memory fits many times. */
export const bodyLimitBytes = 1024 * 1024
