import { createGoogle } from '../adapters/google/identity-provider.ts'
import type { Config } from '../config/config.ts'
import type { IdentityProvider } from '../oidc/ports.ts'
import type { Clock } from '../shared/clock.ts'

/** Where else people may sign in than with a code; a provider more is an entry more. */
export const identityProvidersOf = (
  { google, issuer, allowedEmails, allowedDomains }: Config,
  clock: Clock,
): readonly IdentityProvider[] =>
  google === undefined
    ? []
    : [
        createGoogle({
          ...google,
          redirectUri: `${issuer}/auth/signin/callback/google`,
          clock,
          // With addresses on the list too, the hint would hide their accounts.
          ...(allowedDomains[0] !== undefined && allowedDomains.length === 1 && allowedEmails.length === 0
            ? { hostedDomain: allowedDomains[0] }
            : {}),
        }),
      ]
