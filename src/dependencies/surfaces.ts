/** What each surface is given of what a process has opened. */
import { httpsOutbound } from '../adapters/outbound/https.ts'
import type { ApiDependencies } from '../api/dependencies.ts'
import type { Config } from '../config/config.ts'
import type { takeAllowance } from '../http/rate-limit.ts'
import type { McpDependencies } from '../mcp/dependencies.ts'
import type { AnyOperation } from '../memory/operation.ts'
import type { MemoryServices } from '../memory/services.ts'
import { createClientDocuments } from '../oidc/clients/documents.ts'
import type { OidcDependencies } from '../oidc/dependencies.ts'
import type { KeyRing } from '../oidc/ports.ts'
import type { Principal, TokenVerifier } from '../resource/ports.ts'
import { atFirstUse } from '../shared/at-first-use.ts'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { Random } from '../shared/random.ts'
import { requestContext } from '../shared/request-context.ts'
import { uiClientId } from '../shared/ui-client.ts'
import { version } from '../shared/version.ts'
import type { UiDependencies } from '../ui/dependencies.ts'
import type { AuthEngine } from './auth-engine.ts'
import { identityProvidersOf } from './identity-providers.ts'
import { oidcSettings } from './oidc-settings.ts'
import { timedTools } from './watched.ts'
import { watchFlows } from './watched-flows.ts'

/** What every surface is given: nothing of it belongs to one of them. */
export interface Common {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly engine: AuthEngine
  readonly verifier: TokenVerifier
  readonly take: ReturnType<typeof takeAllowance>
  /** Every operation, run in its caller's turn: one share for all surfaces. */
  readonly operations: readonly AnyOperation<MemoryServices>[]
  readonly metrics: Metrics
}

/** With the role auth. */
export function signInServer(
  { config, clock, random, log, engine, verifier, take, metrics }: Common,
  keyRing: KeyRing,
) {
  const { feed } = engine
  const stores = config.metrics === undefined ? engine.stores : watchFlows(engine.stores, metrics, clock).stores
  const settings = oidcSettings(config)
  return {
    settings,
    clock,
    random,
    log,
    stores,
    keyRing,
    documents: createClientDocuments({ outbound: httpsOutbound(), clock, clients: stores.clients, settings }),
    feed,
    verifier,
    metrics,
    identityProviders: identityProvidersOf(config, clock),
    async limit(request, rule, cost, key = requestContext(request).address) {
      await take(request, rule, key, cost)
    },
  } satisfies OidcDependencies
}

/** Each person has an allowance with each of their clients, and one for their pages. */
const limitPrincipal =
  (take: Common['take']) =>
  (request: Request, { ownerId, clientId }: Principal, requests?: number) =>
    take(request, clientId === uiClientId ? 'pages' : 'principal', `${ownerId} ${clientId}`, requests)

/** All of the REST API, or with the role actions alone the part of it that ChatGPT's Actions may call. */
export const restApi = ({ config, clock, log, verifier, take, operations }: Common, services: MemoryServices) => {
  const whole = config.roles.has('api')
  return {
    verifier,
    clock,
    log,
    services,
    operations: whole ? operations : operations.flatMap(forActions),
    limit: limitPrincipal(take),
    // Who opens the pages may search there next. A script mostly comes with the question itself, or asks for something every minute.
    arrived: ({ clientId }: Principal) => {
      if (clientId === uiClientId || verifier.withoutToken !== undefined) services.embedder?.prepare?.()
    },
    ...(whole ? { changes: services.store } : {}),
    settings: {
      apiBaseUrl: config.apiBaseUrl,
      serverUrl: whole ? config.apiBaseUrl : config.actionsBaseUrl,
      issuer: config.issuer,
      version,
    },
  } satisfies ApiDependencies<MemoryServices>
}

/** An operation with the addresses that Actions may call; none without any. */
function forActions(operation: AnyOperation<MemoryServices>): readonly AnyOperation<MemoryServices>[] {
  const rest = operation.rest.filter(({ actions }) => actions === true)
  return rest.length === 0 ? [] : [{ ...operation, rest }]
}

/** With the role mcp. */
export const mcpServer = (
  { config, clock, random, log, engine, verifier, take, metrics, operations }: Common,
  services: MemoryServices,
) =>
  ({
    verifier,
    feed: engine.feed,
    clock,
    random,
    log,
    services,
    operations: timedTools(operations, metrics),
    limit: limitPrincipal(take),
    // Clients begin with what tools there are, long before the first question.
    arrived: () => services.embedder?.prepare?.(),
    handover: engine.handover,
    settings: {
      apiBaseUrl: config.apiBaseUrl,
      issuer: config.issuer,
      allowedOrigins: config.allowedOrigins,
      name: 'souvenir',
      version,
    },
  }) satisfies McpDependencies<MemoryServices>

/** With the role ui. */
export function pages({ config, clock, random, log, engine }: Common): UiDependencies {
  return {
    clock,
    random,
    log,
    sessions: atFirstUse(() => engine.openUiSessions()),
    settings: {
      signIn: config.auth !== 'none',
      uiBaseUrl: config.uiBaseUrl,
      apiBaseUrl: config.apiBaseUrl,
      issuer: config.issuer,
      sessionTtlSeconds: config.sessionTtlSeconds,
      version,
      command: config.command,
    },
  }
}
