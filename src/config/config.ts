/** The configuration: parsed once at start, frozen, passed in slices. The only folder that reads the environment. */
import { join, resolve } from 'node:path'
import type { LogLevel } from '../shared/log.ts'
import type { Secret } from '../shared/secret.ts'
import { checkOpen, checkTogether } from './check.ts'
import { defaultDataDir } from './data-dir.ts'
import { checkEmbedder, type EmbedderConfig, embedderConfig, type ModelsConfig, modelsConfig } from './embedder.ts'
import { type Misspelt, misspeltVariables } from './misspelt.ts'
import { ownCommand } from './own-command.ts'
import { ConfigError, type Environment, readVariables } from './read.ts'
import { allRoles, type Role } from './roles.ts'
import { withPassword } from './with-password.ts'

export interface Config {
  readonly roles: ReadonlySet<Role>
  /** `none`: no sign-in; every caller is the owner, and only this machine may call. */
  readonly auth: 'oidc' | 'none'
  /** With `auth: none`, host names that requests may carry beside those of loopback. */
  readonly allowedHosts: readonly string[]
  /** Where to listen, and the variable that the port is from. */
  readonly listen: { readonly host: string; readonly port: number; readonly variable: 'PORT' | 'OIDC_PORT' }
  readonly issuer: string
  readonly apiBaseUrl: string
  readonly uiBaseUrl: string
  readonly actionsBaseUrl: string
  /** Where the pages' server side reaches the API and the sign-in server when they are another process's; origins. */
  readonly apiUrl: string
  readonly authUrl: string
  readonly trustedProxies: readonly string[]
  readonly allowedOrigins: readonly string[]
  /** What `/.well-known/openai-apps-challenge` answers. */
  readonly openaiAppsChallenge: string | undefined
  readonly dataDir: string
  /** Memories are in Postgres instead of DATA_DIR. */
  readonly databaseUrl: Secret | undefined
  /** The graph of entities is kept there too. */
  readonly neo4j: { readonly url: Secret; readonly user: string; readonly password: Secret | undefined } | undefined
  readonly redisUrl: Secret | undefined
  readonly redisKeyPrefix: string
  readonly redisDurability: 'required' | 'any'
  readonly keys: {
    readonly privateKey: Secret | undefined
    readonly nextPrivateKey: Secret | undefined
    /** Seals the ring of keys in Redis. */
    readonly encryptionKey: Secret | undefined
    readonly dir: string
  }
  /** Set when the keys are another process's. */
  readonly jwksUrl: URL | undefined
  readonly google: { readonly clientId: string; readonly clientSecret: Secret; readonly issuer: URL } | undefined
  readonly allowedEmails: readonly string[]
  readonly allowedDomains: readonly string[]
  readonly accessTokenTtlSeconds: number
  readonly refreshTokenTtlSeconds: number
  readonly sessionTtlSeconds: number
  readonly embedder: EmbedderConfig
  /** Reads memories for facts and entities. */
  readonly extractor: { readonly url: URL; readonly model: string; readonly apiKey: Secret | undefined } | undefined
  readonly maskSecrets: boolean
  readonly models: ModelsConfig
  readonly limits: {
    readonly requestsPerMinute: number
    readonly burst: number
    readonly signInPerMinute: number
    readonly authorizationsPerMinute: number
    readonly tokensPerMinute: number
    readonly refreshesPerMinute: number
    readonly registrationsPerHour: number
    readonly tokenFailuresPerMinute: number
  }
  readonly maxDynamicClients: number
  readonly unusedClientTtlSeconds: number
  /** Undefined: nothing is measured. */
  readonly metrics: { readonly port: number | undefined; readonly token: Secret | undefined } | undefined
  readonly logLevel: LogLevel
  /** What people are told to put before `code`, `users`, ...: `souvenir`. */
  readonly command: string
  /** What was set and not read, and what was probably meant: looked for when asked, some 5 ms that no start waits for. */
  misspelt(): readonly Misspelt[]
}

/** Reads and checks the configuration of a process with these roles. Throws `ConfigError` with every problem at once. */
export function loadConfig(
  wantedRoles: ReadonlySet<Role> = new Set(allRoles),
  environment: Environment = process.env,
): Config {
  const { values, problems } = readVariables(environment)
  const open = values.AUTH === 'none'
  const roles = open ? new Set([...wantedRoles].filter((role) => role !== 'auth')) : wantedRoles
  problems.push(...checkEmbedder(values), ...checkTogether(values, roles), ...(open ? checkOpen(values, roles) : []))
  if (problems.length > 0) {
    const perhaps = misspeltVariables(environment).map(({ given, meant }) => ({
      variable: given,
      problem: `is no variable: perhaps ${meant}`,
    }))
    throw new ConfigError([...problems, ...perhaps])
  }
  const dataDir = resolve(values.DATA_DIR ?? defaultDataDir(environment))
  const authAlone = roles.has('auth') && !roles.has('api') && !roles.has('mcp')
  const issuerPort = (roles.has('auth') && !authAlone) || open ? values.PORT : values.OIDC_PORT
  const issuer = values.OIDC_BASE_URL ?? `http://localhost:${issuerPort}`
  const apiBaseUrl = values.API_BASE_URL ?? values.OIDC_BASE_URL ?? `http://localhost:${values.PORT}`
  return Object.freeze({
    roles,
    auth: values.AUTH,
    allowedHosts: values.ALLOWED_HOSTS ?? [],
    listen: {
      host: values.HOST,
      ...(authAlone
        ? { port: values.OIDC_PORT, variable: 'OIDC_PORT' as const }
        : { port: values.PORT, variable: 'PORT' as const }),
    },
    issuer,
    apiBaseUrl,
    uiBaseUrl: values.UI_BASE_URL ?? apiBaseUrl,
    actionsBaseUrl: values.ACTIONS_BASE_URL ?? apiBaseUrl,
    apiUrl: values.API_URL?.origin ?? apiBaseUrl,
    authUrl: values.AUTH_URL?.origin ?? values.JWKS_URL?.origin ?? issuer,
    trustedProxies: values.TRUSTED_PROXIES ?? [],
    allowedOrigins: values.ALLOWED_ORIGINS,
    openaiAppsChallenge: values.OPENAI_APPS_CHALLENGE,
    dataDir,
    databaseUrl: withPassword(values.DATABASE_URL, values.POSTGRES_PASSWORD),
    neo4j: values.NEO4J_URL && { url: values.NEO4J_URL, user: values.NEO4J_USER, password: values.NEO4J_PASSWORD },
    redisDurability: values.REDIS_DURABILITY,
    // Without sign-in nothing is shared that Redis would hold.
    redisUrl: open ? undefined : withPassword(values.REDIS_URL, values.REDIS_PASSWORD),
    redisKeyPrefix: values.REDIS_KEY_PREFIX,
    keys: {
      privateKey: values.OIDC_PRIVATE_KEY,
      nextPrivateKey: values.OIDC_NEXT_PRIVATE_KEY,
      encryptionKey: values.KEYS_ENCRYPTION_KEY,
      dir: resolve(values.OIDC_KEYS_DIR ?? join(dataDir, 'keys')),
    },
    jwksUrl: open || roles.has('auth') ? undefined : (values.JWKS_URL ?? new URL('/auth/jwks', issuer)),
    google:
      values.GOOGLE_CLIENT_ID !== undefined && values.GOOGLE_CLIENT_SECRET !== undefined
        ? { clientId: values.GOOGLE_CLIENT_ID, clientSecret: values.GOOGLE_CLIENT_SECRET, issuer: values.GOOGLE_ISSUER }
        : undefined,
    allowedEmails: values.ALLOWED_EMAILS ?? [],
    allowedDomains: values.ALLOWED_DOMAINS ?? [],
    accessTokenTtlSeconds: values.ACCESS_TOKEN_TTL_SECONDS,
    refreshTokenTtlSeconds: values.REFRESH_TOKEN_TTL_SECONDS,
    sessionTtlSeconds: values.SESSION_TTL_SECONDS,
    embedder: embedderConfig(values, dataDir),
    extractor: values.EXTRACTOR_URL && {
      url: values.EXTRACTOR_URL,
      model: values.EXTRACTOR_MODEL,
      apiKey: values.EXTRACTOR_API_KEY,
    },
    maskSecrets: values.MASK_SECRETS === 'on',
    models: modelsConfig(values, dataDir),
    limits: {
      requestsPerMinute: values.RATE_LIMIT_PER_MINUTE,
      burst: values.RATE_LIMIT_BURST,
      signInPerMinute: values.SIGN_IN_PER_MINUTE,
      authorizationsPerMinute: values.AUTHORIZATIONS_PER_MINUTE,
      tokensPerMinute: values.TOKENS_PER_MINUTE,
      refreshesPerMinute: values.REFRESHES_PER_MINUTE,
      registrationsPerHour: values.REGISTRATIONS_PER_HOUR,
      tokenFailuresPerMinute: values.TOKEN_FAILURES_PER_MINUTE,
    },
    maxDynamicClients: values.MAX_DYNAMIC_CLIENTS,
    unusedClientTtlSeconds: values.UNUSED_CLIENT_TTL_SECONDS,
    metrics:
      values.METRICS_PORT === undefined && values.METRICS_TOKEN === undefined
        ? undefined
        : { port: values.METRICS_PORT, token: values.METRICS_TOKEN },
    logLevel: values.LOG_LEVEL,
    command: values.SOUVENIR_COMMAND ?? ownCommand,
    misspelt: () => misspeltVariables(environment),
  })
}
