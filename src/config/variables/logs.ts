/** What is logged, and what people are told to type. */
import { choice, text } from '../types.ts'
import type { Section } from '../variable.ts'

export const logVariables = {
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
} as const satisfies Section
