/** The identity provider, and who of its people may come in. */
import { addresses, domains, secret, secureUrl, text } from '../types.ts'
import type { Section } from '../variable.ts'

export const signInVariables = {
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
} as const satisfies Section
