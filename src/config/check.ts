/** What only shows when variables are seen together. */
import { isLoopback, isLoopbackAddress } from '../shared/loopback.ts'
import type { ConfigProblem } from './read.ts'
import type { Role } from './roles.ts'
import type { Values } from './variables.ts'

/** Each rule names the variable to change. */
export function checkTogether(values: Values, roles: ReadonlySet<Role>): ConfigProblem[] {
  return [
    ...(roles.has('auth') ? [...checkGoogle(values), ...checkKeys(values)] : []),
    ...(values.AUTH === 'none' ? checkOpen(values, roles) : []),
  ]
}

/** Sign-in with Google needs both of what Google gave, and somebody who may. */
function checkGoogle(values: Values): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const clientId = values.GOOGLE_CLIENT_ID !== undefined
  const clientSecret = values.GOOGLE_CLIENT_SECRET !== undefined
  if (clientId !== clientSecret) {
    problems.push({
      variable: clientId ? 'GOOGLE_CLIENT_SECRET' : 'GOOGLE_CLIENT_ID',
      problem: 'is missing: Google sign-in needs both GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET',
    })
  }
  if (clientId && values.ALLOWED_EMAILS === undefined && values.ALLOWED_DOMAINS === undefined) {
    problems.push({
      variable: 'ALLOWED_EMAILS',
      problem: 'or ALLOWED_DOMAINS is needed with Google sign-in: without it nobody could sign in',
      example: 'ada@example.com',
    })
  }
  return problems
}

/** Where the signing keys are: processes that share Redis sign with the same. */
function checkKeys(values: Values): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  if (values.OIDC_NEXT_PRIVATE_KEY !== undefined && values.OIDC_PRIVATE_KEY === undefined) {
    problems.push({ variable: 'OIDC_NEXT_PRIVATE_KEY', problem: 'needs OIDC_PRIVATE_KEY, the key that signs now' })
  }
  if (values.KEYS_ENCRYPTION_KEY !== undefined && values.REDIS_URL === undefined) {
    problems.push({
      variable: 'KEYS_ENCRYPTION_KEY',
      problem: 'needs REDIS_URL: it seals the keys that are kept there',
    })
  }
  const sharedKeys = [values.OIDC_PRIVATE_KEY, values.KEYS_ENCRYPTION_KEY, values.OIDC_KEYS_DIR]
  if (values.REDIS_URL !== undefined && sharedKeys.every((value) => value === undefined)) {
    problems.push({
      variable: 'OIDC_PRIVATE_KEY_FILE',
      problem:
        'or KEYS_ENCRYPTION_KEY_FILE or OIDC_KEYS_DIR is needed with REDIS_URL: processes that share Redis must sign with the same key',
      example: '/run/secrets/oidc_private_key',
    })
  }
  return problems
}

/**
 * Whoever reaches a process with AUTH=none is its owner. Which port of a container is published, and which network can reach an
 * address, no process sees: where it listens beyond this machine, whoever runs it has to say by which names it is called.
 */
function checkOpen(values: Values, roles: ReadonlySet<Role>): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  for (const name of ['OIDC_BASE_URL', 'API_BASE_URL', 'UI_BASE_URL', 'ACTIONS_BASE_URL'] as const) {
    const address = values[name]
    if (address !== undefined && !isLoopback(new URL(address).hostname)) {
      problems.push({
        variable: name,
        problem: 'is a public address, and AUTH=none lets everybody in: remove AUTH=none, or use localhost',
        example: 'http://localhost:8765',
      })
    }
  }
  if (!isLoopbackAddress(values.HOST) && values.ALLOWED_HOSTS === undefined) {
    problems.push({
      variable: 'HOST',
      problem: `is ${values.HOST}, and with AUTH=none whoever reaches it is the owner: set HOST=127.0.0.1. In a container, publish the port at 127.0.0.1 alone (docker run -p 127.0.0.1:8765:8765), and say so with ALLOWED_HOSTS=localhost`,
    })
  }
  if (roles.size === 0) problems.push({ variable: 'AUTH', problem: 'is none: there is no sign-in server to serve' })
  return problems
}
