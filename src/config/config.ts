/** The configuration: parsed once at start, frozen, passed in slices. The only folder that reads the environment. */
import { resolve } from 'node:path'
import type { LogLevel } from '../shared/log.ts'
import type { Secret } from '../shared/secret.ts'
import { checkTogether } from './check.ts'
import { defaultDataDir } from './data-dir.ts'
import { checkEmbedder, type EmbedderConfig, embedderConfig, type ModelsConfig, modelsConfig } from './embedder.ts'
import { unreadInEnvFile } from './env-file.ts'
import { addressesOf, enginesOf, extractorOf, limitsOf, metricsOf, rolesServed, signInOf } from './from-values.ts'
import { type Misspelt, misspeltVariables } from './misspelt.ts'
import { ownCommand } from './own-command.ts'
import { ConfigError, type ConfigProblem, type Environment, readVariables } from './read.ts'
import { allRoles, type Role } from './roles.ts'

export interface Config {
  readonly roles: ReadonlySet<Role>
  /** `none`: no sign-in; every caller is the owner. It listens on this machine alone, unless whoever runs it gave `allowedHosts`. */
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
  /** Variables that only a file `.env` in this folder gives, which is not read. */
  unreadIn(folder: string): readonly string[]
}

/** Reads and checks the configuration of a process with these roles. Throws `ConfigError` with every problem at once. */
export function loadConfig(
  wantedRoles: ReadonlySet<Role> = new Set(allRoles),
  environment: Environment = process.env,
): Config {
  const { values, problems } = readVariables(environment)
  const roles = rolesServed(values, wantedRoles)
  // What could not be read is not also missing.
  const isTold = ({ variable }: ConfigProblem) => problems.some((told) => told.variable === variable)
  problems.push(...[...checkEmbedder(values), ...checkTogether(values, roles)].filter((problem) => !isTold(problem)))
  if (problems.length > 0) throw new ConfigError([...problems, ...perhapsMeant(environment)])
  const dataDir = resolve(values.DATA_DIR ?? defaultDataDir(environment))
  return Object.freeze({
    roles,
    auth: values.AUTH,
    allowedHosts: values.ALLOWED_HOSTS ?? [],
    ...addressesOf(values, roles),
    trustedProxies: values.TRUSTED_PROXIES ?? [],
    allowedOrigins: values.ALLOWED_ORIGINS,
    openaiAppsChallenge: values.OPENAI_APPS_CHALLENGE,
    dataDir,
    ...enginesOf(values),
    ...signInOf(values, dataDir),
    embedder: embedderConfig(values, dataDir),
    extractor: extractorOf(values),
    maskSecrets: values.MASK_SECRETS === 'on',
    models: modelsConfig(values, dataDir),
    limits: limitsOf(values),
    metrics: metricsOf(values),
    logLevel: values.LOG_LEVEL,
    command: values.SOUVENIR_COMMAND ?? ownCommand,
    misspelt: () => misspeltVariables(environment),
    unreadIn: (folder: string) => unreadInEnvFile(folder, environment),
  })
}

/** Beside other problems, what was set and is no variable: one may be the cause of the other. */
const perhapsMeant = (environment: Environment): readonly ConfigProblem[] =>
  misspeltVariables(environment).map(({ given, meant }) => ({
    variable: given,
    problem: `is no variable: perhaps ${meant}`,
  }))
