/** A process whose every caller is its owner. */
import { choice, hosts } from '../types.ts'
import type { Section } from '../variable.ts'

export const withoutSignInVariables = {
  AUTH: {
    type: choice('oidc', 'none'),
    meaning:
      'none: whoever reaches the process is its owner, and there is no sign-in server. Refused where an address or HOST is not of this machine alone; see ALLOWED_HOSTS.',
    example: 'none',
    default: 'oidc',
  },
  ALLOWED_HOSTS: {
    type: hosts,
    meaning:
      'With AUTH=none: host names that requests may carry beside localhost, a guard against DNS rebinding and nobody else. It allows another HOST, as in a container: publish its port at 127.0.0.1 alone.',
    example: 'openmemory-mcp,openmemory-ui',
    otherwise: 'localhost alone',
  },
} as const satisfies Section
