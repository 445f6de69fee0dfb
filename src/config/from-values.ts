/** What the variables say, as the parts of the configuration. What is wrong with them has been said before (`check`). */
import { join, resolve } from 'node:path'
import type { Config } from './config.ts'
import type { Role } from './roles.ts'
import type { Values } from './variables.ts'
import { withPassword } from './with-password.ts'

/** Whether whoever comes is the owner: then there is no sign-in server to reach, nor anything that it would share. */
const isOpen = ({ AUTH }: Values) => AUTH === 'none'

/** The roles that are served of those that are wanted. */
export const rolesServed = (values: Values, wanted: ReadonlySet<Role>): ReadonlySet<Role> =>
  isOpen(values) ? new Set([...wanted].filter((role) => role !== 'auth')) : wanted

type Addresses = Pick<
  Config,
  'listen' | 'issuer' | 'apiBaseUrl' | 'uiBaseUrl' | 'actionsBaseUrl' | 'apiUrl' | 'authUrl' | 'jwksUrl'
>

/** In the one spelling that an address has: port 80 is not said. */
const localhost = (port: number) => new URL(`http://localhost:${port}`).origin

/** Where this process listens, what the public calls each surface, and where the other processes are reached. */
export function addressesOf(values: Values, roles: ReadonlySet<Role>): Addresses {
  const { PORT, OIDC_PORT } = values
  const authAlone = roles.has('auth') && !roles.has('api') && !roles.has('mcp')
  const besideResources = isOpen(values) || (roles.has('auth') && !authAlone)
  const issuer = values.OIDC_BASE_URL ?? localhost(besideResources ? PORT : OIDC_PORT)
  const apiBaseUrl = values.API_BASE_URL ?? values.OIDC_BASE_URL ?? localhost(PORT)
  return {
    listen: {
      host: values.HOST,
      ...(authAlone ? { port: OIDC_PORT, variable: 'OIDC_PORT' } : { port: PORT, variable: 'PORT' }),
    },
    issuer,
    apiBaseUrl,
    uiBaseUrl: values.UI_BASE_URL ?? apiBaseUrl,
    actionsBaseUrl: values.ACTIONS_BASE_URL ?? apiBaseUrl,
    apiUrl: values.API_URL?.origin ?? apiBaseUrl,
    authUrl: values.AUTH_URL?.origin ?? values.JWKS_URL?.origin ?? issuer,
    jwksUrl: isOpen(values) || roles.has('auth') ? undefined : (values.JWKS_URL ?? new URL('/auth/jwks', issuer)),
  }
}

type Engines = Pick<Config, 'databaseUrl' | 'neo4j' | 'redisUrl' | 'redisKeyPrefix' | 'redisDurability'>

/** The engines that are configured; where one is not, what it would keep is kept in `dataDir`. */
export const enginesOf = (values: Values): Engines => ({
  databaseUrl: withPassword(values.DATABASE_URL, values.POSTGRES_PASSWORD),
  neo4j: values.NEO4J_URL && { url: values.NEO4J_URL, user: values.NEO4J_USER, password: values.NEO4J_PASSWORD },
  redisUrl: isOpen(values) ? undefined : withPassword(values.REDIS_URL, values.REDIS_PASSWORD),
  redisKeyPrefix: values.REDIS_KEY_PREFIX,
  redisDurability: values.REDIS_DURABILITY,
})

type SignIn = Pick<
  Config,
  | 'keys'
  | 'google'
  | 'allowedEmails'
  | 'allowedDomains'
  | 'accessTokenTtlSeconds'
  | 'refreshTokenTtlSeconds'
  | 'sessionTtlSeconds'
  | 'maxDynamicClients'
  | 'unusedClientTtlSeconds'
>

/** Who may sign in and how, with which keys tokens are signed, and how long everything lives. */
export const signInOf = (values: Values, dataDir: string): SignIn => ({
  keys: {
    privateKey: values.OIDC_PRIVATE_KEY,
    nextPrivateKey: values.OIDC_NEXT_PRIVATE_KEY,
    encryptionKey: values.KEYS_ENCRYPTION_KEY,
    dir: resolve(values.OIDC_KEYS_DIR ?? join(dataDir, 'keys')),
  },
  google:
    values.GOOGLE_CLIENT_ID !== undefined && values.GOOGLE_CLIENT_SECRET !== undefined
      ? { clientId: values.GOOGLE_CLIENT_ID, clientSecret: values.GOOGLE_CLIENT_SECRET, issuer: values.GOOGLE_ISSUER }
      : undefined,
  allowedEmails: values.ALLOWED_EMAILS ?? [],
  allowedDomains: values.ALLOWED_DOMAINS ?? [],
  accessTokenTtlSeconds: values.ACCESS_TOKEN_TTL_SECONDS,
  refreshTokenTtlSeconds: values.REFRESH_TOKEN_TTL_SECONDS,
  sessionTtlSeconds: values.SESSION_TTL_SECONDS,
  maxDynamicClients: values.MAX_DYNAMIC_CLIENTS,
  unusedClientTtlSeconds: values.UNUSED_CLIENT_TTL_SECONDS,
})

export const extractorOf = (values: Values): Config['extractor'] =>
  values.EXTRACTOR_URL && {
    url: values.EXTRACTOR_URL,
    model: values.EXTRACTOR_MODEL,
    apiKey: values.EXTRACTOR_API_KEY,
  }

export const limitsOf = (values: Values): Config['limits'] => ({
  requestsPerMinute: values.RATE_LIMIT_PER_MINUTE,
  burst: values.RATE_LIMIT_BURST,
  signInPerMinute: values.SIGN_IN_PER_MINUTE,
  authorizationsPerMinute: values.AUTHORIZATIONS_PER_MINUTE,
  tokensPerMinute: values.TOKENS_PER_MINUTE,
  refreshesPerMinute: values.REFRESHES_PER_MINUTE,
  registrationsPerHour: values.REGISTRATIONS_PER_HOUR,
  tokenFailuresPerMinute: values.TOKEN_FAILURES_PER_MINUTE,
})

export const metricsOf = ({ METRICS_PORT: port, METRICS_TOKEN: token }: Values): Config['metrics'] =>
  port === undefined && token === undefined ? undefined : { port, token }
