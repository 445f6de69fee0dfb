/** Every variable, once: the parser, `.env.template` and the documentation are read from this table. */
import { factsVariables } from './facts-variables.ts'
import { meaningVariables } from './meaning-variables.ts'
import {
  addresses,
  choice,
  domains,
  engineUrl,
  hosts,
  httpUrl,
  integer,
  networks,
  origin,
  origins,
  secret,
  secureUrl,
  text,
  type VariableType,
} from './types.ts'

export interface Variable<T> {
  readonly type: VariableType<T>
  /** What it is for, in one line. */
  readonly meaning: string
  readonly example: string
  /** Written as the variable would be; absent means: not set. */
  readonly default?: string
  /** What happens without it, where there is no default. */
  readonly otherwise?: string
  /** Also readable from the file that NAME_FILE names. */
  readonly file?: true
}

export const sections = {
  'Addresses and ports': {
    OIDC_BASE_URL: {
      type: origin,
      meaning: 'The public address of the sign-in server: the issuer.',
      example: 'https://memory.example.com',
      otherwise: 'http://localhost and the port',
    },
    API_BASE_URL: {
      type: origin,
      meaning: 'The public address of /mcp and /api/v1, if another.',
      example: 'https://mcp.example.com',
      otherwise: 'OIDC_BASE_URL; without it http://localhost and PORT',
    },
    UI_BASE_URL: {
      type: origin,
      meaning: 'The public address of the pages for people, if another.',
      example: 'https://memory.example.com',
      otherwise: 'API_BASE_URL',
    },
    ACTIONS_BASE_URL: {
      type: origin,
      meaning: 'The public address of a process of the role actions (the bridge for GPT Actions), if another.',
      example: 'https://actions.example.com',
      otherwise: 'API_BASE_URL',
    },
    API_URL: {
      type: httpUrl,
      meaning: 'Where a process with the role ui and without api reaches /api/v1, if not at its public address.',
      example: 'http://openmemory-mcp:8765',
      otherwise: 'API_BASE_URL',
    },
    AUTH_URL: {
      type: httpUrl,
      meaning:
        'Where a process with the role ui and without auth reaches the sign-in server, if not at its public address.',
      example: 'http://oidc-auth-server:8766',
      otherwise: 'the origin of JWKS_URL; without it OIDC_BASE_URL',
    },
    HOST: { type: text, meaning: 'The address to listen on.', example: '0.0.0.0', default: '127.0.0.1' },
    PORT: {
      type: integer(1, 65_535),
      meaning: 'The port to listen on.',
      example: '8765',
      default: '8765',
    },
    OIDC_PORT: {
      type: integer(1, 65_535),
      meaning: 'The port of a process that serves auth without api and mcp.',
      example: '8766',
      default: '8766',
    },
    TRUSTED_PROXIES: {
      type: networks,
      meaning: 'Addresses or networks whose X-Forwarded-For is believed.',
      example: '172.16.0.0/12',
      otherwise: 'none',
    },
    ALLOWED_ORIGINS: {
      type: origins,
      meaning: 'Browser origins that may call /mcp and /api/v1.',
      example: 'https://chatgpt.com',
      default: 'https://chatgpt.com,https://chat.openai.com,https://platform.openai.com',
    },
    OPENAI_APPS_CHALLENGE: {
      type: text,
      meaning:
        'The token by which OpenAI proves that this domain is yours; answered at /.well-known/openai-apps-challenge.',
      example: 'the token that its dashboard shows',
      otherwise: 'nothing is answered there',
    },
  },
  'Without sign-in': {
    AUTH: {
      type: choice('oidc', 'none'),
      meaning:
        'none: whoever reaches the process is its owner, and there is no sign-in server. Refused unless every address is on this machine.',
      example: 'none',
      default: 'oidc',
    },
    ALLOWED_HOSTS: {
      type: hosts,
      meaning: 'With AUTH=none: host names that requests may carry beside localhost (a guard against DNS rebinding).',
      example: 'openmemory-mcp,openmemory-ui',
      otherwise: 'localhost alone',
    },
  },
  'What is kept, and where': {
    DATA_DIR: {
      type: text,
      meaning: 'The folder of everything that is kept without a configured engine.',
      example: '/data',
      otherwise: 'souvenir in the data folder of the user who runs it',
    },
    DATABASE_URL: {
      type: engineUrl('postgres', 'postgresql'),
      meaning:
        'Postgres 15 or newer for memories, best with pgvector 0.7 or newer; tables are in the schema souvenir, or in another with ?schema=name.',
      example: 'postgres://souvenir:password@postgres:5432/souvenir',
      otherwise: 'SQLite in DATA_DIR',
      file: true,
    },
    POSTGRES_PASSWORD: {
      type: secret,
      meaning: 'The password, where DATABASE_URL has none.',
      example: '/run/secrets/postgres_password',
      otherwise: 'the one in DATABASE_URL',
      file: true,
    },
    NEO4J_URL: {
      type: engineUrl('bolt', 'bolt+s', 'neo4j', 'neo4j+s'),
      meaning: 'Neo4j 5 for the graph of entities too: it is written behind the memories, and asked in their place.',
      example: 'bolt://neo4j:7687',
      otherwise: 'the graph is asked in the engine of the memories',
      file: true,
    },
    NEO4J_USER: {
      type: text,
      meaning: 'Its user, where NEO4J_URL names none.',
      example: 'neo4j',
      default: 'neo4j',
    },
    NEO4J_PASSWORD: {
      type: secret,
      meaning: 'The password, where NEO4J_URL has none.',
      example: '/run/secrets/neo4j_password',
      otherwise: 'the one in NEO4J_URL',
      file: true,
    },
    REDIS_URL: {
      type: engineUrl('redis', 'rediss'),
      meaning: 'Redis for sign-in state and limits, so that several processes share them.',
      example: 'redis://:password@redis:6379/0',
      otherwise: 'SQLite in DATA_DIR',
      file: true,
    },
    REDIS_DURABILITY: {
      type: choice('required', 'any'),
      meaning:
        'any: starts although Redis has no append-only file or may evict keys, and so may lose who was signed out.',
      example: 'any',
      default: 'required',
    },
    REDIS_KEY_PREFIX: {
      type: text,
      meaning: 'What every key in Redis begins with, so that one server can hold more than this.',
      example: 'souvenir-staging:',
      default: 'souvenir:',
    },
    REDIS_PASSWORD: {
      type: secret,
      meaning: 'The password, where REDIS_URL has none.',
      example: '/run/secrets/redis_password',
      otherwise: 'the one in REDIS_URL',
      file: true,
    },
  },
  Keys: {
    OIDC_PRIVATE_KEY: {
      type: secret,
      meaning: 'The signing key, PEM, RSA of 2048 bits or more; usually OIDC_PRIVATE_KEY_FILE, a mounted secret.',
      example: '/run/secrets/oidc_private_key',
      otherwise: 'a ring of keys in OIDC_KEYS_DIR, made on first start',
      file: true,
    },
    OIDC_NEXT_PRIVATE_KEY: {
      type: secret,
      meaning: 'The key that will sign next, so that a mounted key can be rotated.',
      example: '/run/secrets/oidc_next_private_key',
      otherwise: 'none',
      file: true,
    },
    KEYS_ENCRYPTION_KEY: {
      type: secret,
      meaning: 'Keeps the ring of keys in Redis, sealed with these 32 bytes: openssl rand -base64 32.',
      example: '/run/secrets/keys_encryption_key',
      otherwise: 'the ring is in OIDC_KEYS_DIR',
      file: true,
    },
    OIDC_KEYS_DIR: {
      type: text,
      meaning: 'The folder of the ring of keys; may be shared by several processes.',
      example: '/data/keys',
      otherwise: 'keys in DATA_DIR',
    },
    JWKS_URL: {
      type: httpUrl,
      meaning: "Where a process without the role auth finds the issuer's public keys (cached ten minutes).",
      example: 'http://oidc-auth-server:8766/auth/jwks',
      otherwise: '/auth/jwks of OIDC_BASE_URL',
    },
  },
  'Who may sign in': {
    GOOGLE_CLIENT_ID: {
      type: text,
      meaning:
        'The OAuth client that Google gave you for the redirect URI OIDC_BASE_URL/auth/signin/callback/google; with GOOGLE_CLIENT_SECRET it turns on Google sign-in.',
      example: '1234567890-abc.apps.googleusercontent.com',
      otherwise: 'codes printed on the console only',
    },
    GOOGLE_CLIENT_SECRET: {
      type: secret,
      meaning: 'Its secret.',
      example: '/run/secrets/google_client_secret',
      otherwise: 'codes printed on the console only',
      file: true,
    },
    GOOGLE_ISSUER: {
      type: secureUrl,
      meaning: 'Another OpenID provider in place of Google, found by discovery.',
      example: 'https://login.example.com',
      default: 'https://accounts.google.com',
    },
    ALLOWED_EMAILS: {
      type: addresses,
      meaning: 'Who may sign in through Google: verified addresses.',
      example: 'ada@example.com,grace@example.com',
      otherwise: 'nobody',
    },
    ALLOWED_DOMAINS: {
      type: domains,
      meaning: "Whose members may sign in: Google's verified hosted domains.",
      example: 'example.com',
      otherwise: 'none',
    },
  },
  'Facts (optional)': factsVariables,
  'Meaning (optional)': meaningVariables,
  'How long things live': {
    ACCESS_TOKEN_TTL_SECONDS: {
      type: integer(60, 86_400),
      meaning: 'An access token.',
      example: '3600',
      default: '3600',
    },
    REFRESH_TOKEN_TTL_SECONDS: {
      type: integer(3_600, 31_536_000),
      meaning: 'A refresh token that is not used.',
      example: '7776000',
      default: '7776000',
    },
    SESSION_TTL_SECONDS: {
      type: integer(300, 31_536_000),
      meaning: 'A signed-in browser.',
      example: '1209600',
      default: '1209600',
    },
  },
  Limits: {
    RATE_LIMIT_PER_MINUTE: {
      type: integer(1, 1_000_000_000),
      meaning: 'Requests a minute to /mcp and /api/v1, for each person and client.',
      example: '100',
      default: '100',
    },
    RATE_LIMIT_BURST: {
      type: integer(0, 1_000_000_000),
      meaning: 'How many more at once; they come back within ten minutes.',
      example: '50',
      default: '50',
    },
    SIGN_IN_PER_MINUTE: {
      type: integer(1, 1_000_000_000),
      meaning: 'Tries to sign in a minute, for each address (behind a proxy, set TRUSTED_PROXIES).',
      example: '30',
      default: '30',
    },
    AUTHORIZATIONS_PER_MINUTE: {
      type: integer(1, 1_000_000_000),
      meaning: 'Authorization requests a minute, for each address.',
      example: '120',
      default: '120',
    },
    TOKENS_PER_MINUTE: {
      type: integer(1, 1_000_000_000),
      meaning: 'Token requests a minute, for each client (for a public one, from each address).',
      example: '600',
      default: '600',
    },
    REFRESHES_PER_MINUTE: {
      type: integer(1, 1_000_000_000),
      meaning: 'How often one authorization may be refreshed in a minute.',
      example: '120',
      default: '120',
    },
    REGISTRATIONS_PER_HOUR: {
      type: integer(1, 1_000_000_000),
      meaning: 'Clients that may register in an hour, for each address.',
      example: '60',
      default: '60',
    },
    TOKEN_FAILURES_PER_MINUTE: {
      type: integer(1, 1_000_000_000),
      meaning: 'Token requests that may fail in a minute, for each address.',
      example: '60',
      default: '60',
    },
    MAX_DYNAMIC_CLIENTS: {
      type: integer(0, 1_000_000),
      meaning: 'How many clients may register themselves.',
      example: '1000',
      default: '1000',
    },
    UNUSED_CLIENT_TTL_SECONDS: {
      type: integer(3_600, 31_536_000),
      meaning: 'How long a client that registered itself lives without being used.',
      example: '2592000',
      default: '2592000',
    },
  },
  Watching: {
    METRICS_PORT: {
      type: integer(1, 65_535),
      meaning: 'Serves /metrics for Prometheus on a port of its own, without a token: publish it nowhere.',
      example: '9464',
      otherwise: 'no such port',
    },
    METRICS_TOKEN: {
      type: secret,
      meaning: 'Serves /metrics on the usual port to whoever sends this as a bearer token.',
      example: '/run/secrets/metrics_token',
      otherwise: 'not served there',
      file: true,
    },
  },
  Logs: {
    SOUVENIR_COMMAND: {
      type: text,
      meaning: 'How people run this program: shown before the name of a command (on the sign-in page, for codes).',
      example: 'docker compose exec oidc-auth-server /souvenir',
      otherwise: 'souvenir; from source npx bun src/main.ts',
    },
    LOG_LEVEL: {
      type: choice('debug', 'info', 'warn', 'error', 'silent'),
      meaning: 'How much is logged.',
      example: 'info',
      default: 'info',
    },
  },
} as const satisfies Record<string, Record<string, Variable<unknown>>>

type Sections = typeof sections
type Intersection<T> = (T extends unknown ? (member: T) => void : never) extends (member: infer All) => void
  ? All
  : never
type Table = Intersection<Sections[keyof Sections]>
export type VariableName = keyof Table

/** The table without its sections. */
export const variables: Table = Object.assign({}, ...Object.values(sections))

type ValueOf<V> = V extends { readonly type: VariableType<infer T> } ? T : never
/** What each variable becomes; undefined where it is neither set nor has a default. */
export type Values = {
  readonly [Name in VariableName]: Table[Name] extends { readonly default: string }
    ? ValueOf<Table[Name]>
    : ValueOf<Table[Name]> | undefined
}
