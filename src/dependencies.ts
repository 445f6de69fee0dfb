/** Configuration -> adapters. Opens only what the roles need; the one place that knows which engine serves which port. */
import { join } from 'node:path'
import { httpsOutbound } from './adapters/outbound/https.ts'
import { openSqliteMemoryStore } from './adapters/sqlite/memory/store.ts'
import type { ApiDependencies } from './api/dependencies.ts'
import type { Config } from './config/config.ts'
import { openAuthEngine } from './dependencies/auth-engine.ts'
import { openEmbedder, runEmbedding } from './dependencies/embedding.ts'
import { identityProvidersOf } from './dependencies/identity-providers.ts'
import { limitRules } from './dependencies/limit-rules.ts'
import { oidcSettings } from './dependencies/oidc-settings.ts'
import { takeAllowance } from './http/rate-limit.ts'
import type { McpDependencies } from './mcp/dependencies.ts'
import { operations } from './memory/operations.ts'
import type { AppNames, Profiles } from './memory/ports.ts'
import type { MemoryServices } from './memory/services.ts'
import { createClientDocuments } from './oidc/clients/documents.ts'
import type { OidcDependencies } from './oidc/dependencies.ts'
import { createPeople, type People } from './oidc/people.ts'
import type { OidcStores } from './oidc/ports.ts'
import { createKeyRing } from './oidc/tokens/key-ring.ts'
import { localKeys, remoteKeys } from './resource/key-source.ts'
import type { Principal, TokenVerifier } from './resource/ports.ts'
import { createTokenVerifier } from './resource/verifier.ts'
import { type Clock, systemClock } from './shared/clock.ts'
import type { HealthCheck } from './shared/health.ts'
import { createLog, type Log } from './shared/log.ts'
import { createRandom, type Random } from './shared/random.ts'
import { requestContext } from './shared/request-context.ts'
import { version } from './shared/version.ts'

/** What an engine is used for, as the start says it. */
export interface EngineInUse {
  readonly purpose: string
  readonly engine: string
}

export interface Dependencies {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly version: string
  readonly roles: readonly string[]
  readonly healthChecks: readonly HealthCheck[]
  readonly engines: readonly EngineInUse[]
  readonly verifier: TokenVerifier
  /** With the role auth. */
  readonly auth: OidcDependencies | undefined
  readonly people: People | undefined
  /** With the role api. */
  readonly api: ApiDependencies<MemoryServices> | undefined
  /** With the role mcp. */
  readonly mcp: McpDependencies<MemoryServices> | undefined
  /** Closes every engine, the last opened first. */
  close(): Promise<void>
}

/** Opens what a process with this configuration needs. Throws a `Fault` that says which engine does not answer or refuses. */
export async function openDependencies(config: Config): Promise<Dependencies> {
  const closers: (() => void | Promise<void>)[] = []
  const healthChecks: HealthCheck[] = []
  const engines: EngineInUse[] = []
  const clock = systemClock
  const random = createRandom(clock)
  const log = createLog(config.logLevel)
  const close = async () => {
    for (const closeOne of closers.reverse()) await closeOne()
  }
  try {
    const engine = await openAuthEngine(config, { clock, random, log })
    closers.push(() => engine.close())
    const { stores, feed } = engine
    healthChecks.push(...engine.healthChecks)
    engines.push({ purpose: 'sign-in', engine: engine.name })
    const take = takeAllowance(engine.limiter, limitRules(config))
    const limit = (request: Request, { ownerId, clientId }: Principal) =>
      take(request, 'principal', `${ownerId} ${clientId}`)
    const settings = oidcSettings(config)
    const keyRing = config.roles.has('auth')
      ? createKeyRing({ store: await engine.openKeyStore(), clock, tokenTtlSeconds: settings.accessTokenTtlSeconds })
      : undefined
    const keys =
      keyRing === undefined ? remoteKeys(config.jwksUrl ?? issuerJwks(config), fetch) : localKeys(keyRing, clock)
    const verifier = createTokenVerifier({ issuer: config.issuer, keys, feed, clock })
    closers.push(() => verifier.close())
    const auth: OidcDependencies | undefined = keyRing && {
      settings,
      clock,
      random,
      log,
      stores,
      keyRing,
      documents: createClientDocuments({ outbound: httpsOutbound(), clock, clients: stores.clients, settings }),
      feed,
      verifier,
      identityProviders: identityProvidersOf(config, clock),
      async limit(request, rule, cost) {
        await take(request, rule, requestContext(request).address, cost)
      },
    }
    const services =
      config.roles.has('mcp') || config.roles.has('api') || (config.roles.has('worker') && config.embedder)
        ? openMemory()
        : undefined
    const api: ApiDependencies<MemoryServices> | undefined =
      services && config.roles.has('api')
        ? {
            verifier,
            clock,
            log,
            services,
            operations,
            limit,
            changes: services.store,
            settings: { apiBaseUrl: config.apiBaseUrl, issuer: config.issuer, version },
          }
        : undefined
    const mcp: McpDependencies<MemoryServices> | undefined =
      services && config.roles.has('mcp')
        ? {
            verifier,
            feed,
            clock,
            random,
            log,
            services,
            operations,
            limit,
            handover: engine.handover,
            settings: {
              apiBaseUrl: config.apiBaseUrl,
              issuer: config.issuer,
              allowedOrigins: config.allowedOrigins,
              name: 'souvenir',
              version,
            },
          }
        : undefined
    return {
      clock,
      random,
      log,
      version,
      roles: [...config.roles],
      healthChecks,
      engines,
      verifier,
      auth,
      people: auth && createPeople(auth),
      api,
      mcp,
      close,
    }

    function openMemory(): MemoryServices {
      const { store, index, vectors } = openSqliteMemoryStore({ path: join(config.dataDir, 'memory.db') })
      closers.push(() => store.close())
      healthChecks.push(() => store.health())
      engines.push({ purpose: 'memories', engine: 'SQLite' })
      const settings = { uiBaseUrl: config.uiBaseUrl }
      const embedder = openEmbedder(config, clock)
      if (embedder !== undefined) {
        engines.push({ purpose: 'meaning', engine: embedder.space })
        const job = config.roles.has('worker') ? runEmbedding(embedder, vectors, { clock, log }) : undefined
        if (job !== undefined) closers.push(() => job.stop())
      }
      return {
        store,
        index,
        embedder,
        clock,
        random,
        appNames: clientNames(stores),
        profiles: userProfiles(stores),
        settings,
      }
    }
  } catch (error) {
    await close()
    throw error
  }
}

const issuerJwks = ({ issuer }: Config) => new URL('/auth/jwks', issuer)

/** Apps are OAuth clients: their names are what the clients registered. */
const clientNames = ({ clients }: Pick<OidcStores, 'clients'>): AppNames => ({
  async names(appIds) {
    const found = await Promise.all(appIds.map((id) => clients.find(id)))
    return new Map(found.flatMap((client) => (client === undefined ? [] : [[client.id, client.name] as const])))
  },
})

const userProfiles = ({ users }: Pick<OidcStores, 'users'>): Profiles => ({
  async profile(ownerId) {
    const user = await users.find(ownerId)
    return user && { name: user.name, ...(user.email === undefined ? {} : { email: user.email }) }
  },
})

/** People and their codes, for commands that run beside a server. */
export async function openPeople(config: Config): Promise<People & { close(): Promise<void> }> {
  const clock = systemClock
  const random = createRandom(clock)
  const engine = await openAuthEngine(config, { clock, random, log: createLog(config.logLevel) })
  const { stores, feed } = engine
  return {
    ...createPeople({ settings: oidcSettings(config), clock, random, stores, feed }),
    close: () => engine.close(),
  }
}
