/**
 * Configuration -> adapters. Opens only what the roles need. Which engine serves which port is chosen in dependencies/:
 * auth-engine for sign-in, memory-engine for memories; what each surface is given in surfaces.
 */
import type { ApiDependencies } from './api/dependencies.ts'
import type { Config } from './config/config.ts'
import { type AuthEngine, openAuthEngine } from './dependencies/auth-engine.ts'
import { limitRules } from './dependencies/limit-rules.ts'
import { openMemoryServices } from './dependencies/memory-services.ts'
import { type Measuring, openMetrics } from './dependencies/metrics.ts'
import { oidcSettings } from './dependencies/oidc-settings.ts'
import { type EngineInUse, openTogether, type QueueStates } from './dependencies/opening.ts'
import { type Common, mcpServer, pages, restApi, signInServer } from './dependencies/surfaces.ts'
import { openVerification } from './dependencies/verification.ts'
import { audited } from './dependencies/watched.ts'
import { takeAllowance } from './http/rate-limit.ts'
import type { McpDependencies } from './mcp/dependencies.ts'
import { sharedFairly } from './memory/fair-share.ts'
import { operations } from './memory/operations.ts'
import type { MemoryServices } from './memory/services.ts'
import type { OidcDependencies } from './oidc/dependencies.ts'
import { createPeople, type People } from './oidc/people.ts'
import type { KeyRing } from './oidc/ports.ts'
import { createKeyRing } from './oidc/tokens/key-ring.ts'
import type { TokenVerifier } from './resource/ports.ts'
import { audit } from './shared/audit.ts'
import { type Clock, systemClock } from './shared/clock.ts'
import type { HealthCheck } from './shared/health.ts'
import type { Log } from './shared/log.ts'
import { createRandom, type Random } from './shared/random.ts'
import { version } from './shared/version.ts'
import type { UiDependencies } from './ui/dependencies.ts'

export interface Dependencies {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly version: string
  readonly roles: readonly string[]
  readonly healthChecks: readonly HealthCheck[]
  readonly engines: readonly EngineInUse[]
  readonly measuring: Measuring
  readonly queues: readonly QueueStates[]
  readonly verifier: TokenVerifier
  /** With the role auth. */
  readonly auth: OidcDependencies | undefined
  readonly people: People | undefined
  /** With the role api. */
  readonly api: ApiDependencies<MemoryServices> | undefined
  /** With the role mcp. */
  readonly mcp: McpDependencies<MemoryServices> | undefined
  /** With the role ui. */
  readonly ui: UiDependencies | undefined
  /** Closes every engine, the last opened first. */
  close(): Promise<void>
}

/**
 * Opens what a process with this configuration needs; it may be tried again and again, so `log`, the one of the process, is given.
 * Throws a `Fault` that says which engine does not answer or refuses.
 */
export const openDependencies = (config: Config, log: Log): Promise<Dependencies> =>
  openTogether(async (opening) => {
    const clock = systemClock
    const random = createRandom(clock)
    const measuring = openMetrics(config, log)
    const { metrics } = measuring
    const engine = await openAuthEngine(config, { clock, random, log })
    opening.onClose(() => engine.close())
    opening.healthChecks.push(...engine.healthChecks)
    opening.engines.push({ purpose: 'sign-in', engine: engine.name })
    const keyRing = config.roles.has('auth') ? await openKeyRing(config, engine, { clock, log }) : undefined
    const verification = openVerification(config, { keyRing, feed: engine.feed, clock, metrics })
    const { verifier } = verification
    opening.onClose(() => verification.close())
    opening.healthChecks.push(...verification.healthChecks)
    const take = takeAllowance(engine.limiter, limitRules(config), metrics)
    const watched = audited(sharedFairly(operations), log)
    const common: Common = { config, clock, random, log, engine, verifier, take, metrics, operations: watched }
    const auth = keyRing && signInServer(common, keyRing)
    const { stores, feed } = engine
    const people = createPeople({ settings: oidcSettings(config), clock, random, stores, feed })
    const services = needsMemory(config)
      ? await openMemoryServices(config, opening, { clock, random, log, metrics, stores: engine.stores, people })
      : undefined
    return {
      clock,
      random,
      log,
      version,
      roles: [...config.roles],
      healthChecks: opening.healthChecks,
      engines: opening.engines,
      measuring,
      queues: opening.queues,
      verifier,
      auth,
      people: auth && people,
      api: services && (config.roles.has('api') || config.roles.has('actions')) ? restApi(common, services) : undefined,
      mcp: services && config.roles.has('mcp') ? mcpServer(common, services) : undefined,
      ui: config.roles.has('ui') ? pages(common) : undefined,
      close: opening.close,
    }
  })

/** A worker always does: the index of words is made anew there, whatever else is configured. */
const needsMemory = ({ roles }: Config) =>
  roles.has('mcp') || roles.has('api') || roles.has('actions') || roles.has('worker')

const openKeyRing = async (
  config: Config,
  engine: AuthEngine,
  { clock, log }: Pick<Common, 'clock' | 'log'>,
): Promise<KeyRing> =>
  createKeyRing({
    store: await engine.openKeyStore(),
    clock,
    tokenTtlSeconds: config.accessTokenTtlSeconds,
    onRotated: (kid) => audit(log, 'key_rotated', { kid }),
    onUnreadable: (err) => log.error({ err }, 'The signing keys cannot be read: those read before go on'),
  })
