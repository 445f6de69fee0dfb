/** Configuration -> adapters. Opens only what the roles need; the one place that knows which engine serves which port. */
import { join } from 'node:path'
import { openKeyFolder } from './adapters/keys/folder.ts'
import { mountedKeys } from './adapters/keys/mounted.ts'
import { openSqliteRevocationFeed } from './adapters/sqlite/oidc/revocation-feed.ts'
import { openSqliteOidcStores } from './adapters/sqlite/oidc/stores.ts'
import type { Config } from './config/config.ts'
import type { OidcDependencies } from './oidc/dependencies.ts'
import { createPeople, type People } from './oidc/people.ts'
import type { OidcSettings } from './oidc/ports.ts'
import { createKeyRing } from './oidc/tokens/key-ring.ts'
import { localKeys, remoteKeys } from './resource/key-source.ts'
import type { TokenVerifier } from './resource/ports.ts'
import { createTokenVerifier } from './resource/verifier.ts'
import { type Clock, systemClock } from './shared/clock.ts'
import type { HealthCheck } from './shared/health.ts'
import { createLog, type Log } from './shared/log.ts'
import { createRandom, type Random } from './shared/random.ts'
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
    const authFile = join(config.dataDir, 'auth.db')
    const feed = openSqliteRevocationFeed({ path: authFile, clock })
    closers.push(() => feed.close())
    if (!config.roles.has('auth')) {
      const keys = remoteKeys(config.jwksUrl ?? new URL('/auth/jwks', config.issuer), fetch)
      const verifier = createTokenVerifier({ issuer: config.issuer, keys, feed, clock })
      closers.push(() => verifier.close())
      return { ...base(), verifier, auth: undefined, people: undefined }
    }
    const stores = openSqliteOidcStores({ path: authFile, clock })
    closers.push(() => stores.close())
    healthChecks.push(stores.health)
    engines.push({ purpose: 'sign-in', engine: 'SQLite' })
    const settings = oidcSettings(config)
    const keyRing = createKeyRing({
      store: await openKeyStore(config),
      clock,
      tokenTtlSeconds: settings.accessTokenTtlSeconds,
    })
    const verifier = createTokenVerifier({ issuer: config.issuer, keys: localKeys(keyRing, clock), feed, clock })
    closers.push(() => verifier.close())
    const auth: OidcDependencies = {
      settings,
      clock,
      random,
      log,
      stores,
      keyRing,
      feed,
      verifier,
      identityProviders: [],
    }
    return { ...base(), verifier, auth, people: createPeople(auth) }
  } catch (error) {
    await close()
    throw error
  }

  function base() {
    return { clock, random, log, version, roles: [...config.roles], healthChecks, engines, close }
  }
}

/** People and their codes, for commands that run beside a server. */
export async function openPeople(config: Config): Promise<People & { close(): Promise<void> }> {
  const clock = systemClock
  const path = join(config.dataDir, 'auth.db')
  const stores = openSqliteOidcStores({ path, clock })
  const feed = openSqliteRevocationFeed({ path, clock })
  return {
    ...createPeople({ settings: oidcSettings(config), clock, random: createRandom(clock), stores, feed }),
    async close() {
      await feed.close()
      stores.close()
    },
  }
}

const openKeyStore = async ({ keys }: Config) =>
  keys.privateKey === undefined ? openKeyFolder(keys.dir) : mountedKeys(keys.privateKey, keys.nextPrivateKey)

const oidcSettings = (config: Config): OidcSettings => ({
  issuer: config.issuer,
  apiBaseUrl: config.apiBaseUrl,
  uiBaseUrl: config.uiBaseUrl,
  accessTokenTtlSeconds: config.accessTokenTtlSeconds,
  idTokenTtlSeconds: config.accessTokenTtlSeconds,
  refreshTokenTtlSeconds: config.refreshTokenTtlSeconds,
  refreshGraceSeconds: 30,
  codeTtlSeconds: 60,
  sessionTtlSeconds: config.sessionTtlSeconds,
  allowedEmails: config.allowedEmails,
  allowedDomains: config.allowedDomains,
  maxDynamicClients: config.maxDynamicClients,
  unusedClientTtlSeconds: config.unusedClientTtlSeconds,
})
