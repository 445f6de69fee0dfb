/** How much anybody may ask for. */
import { integer } from '../types.ts'
import type { Section } from '../variable.ts'

export const limitVariables = {
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
} as const satisfies Section
