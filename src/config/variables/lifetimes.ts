/** Lifetimes of tokens and sessions, in seconds. */
import { integer } from '../types.ts'
import type { Section } from '../variable.ts'

export const lifetimeVariables = {
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
} as const satisfies Section
