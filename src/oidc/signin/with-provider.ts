/** Sends a person to an identity provider: only from a click on our page, in the browser that began (the confused-deputy rule). */

import { Fault } from '../../shared/fault.ts'
import { hashToken } from '../../shared/hash.ts'
import { takeForm, usedForm } from '../authorize/pending.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Endpoint } from '../endpoint.ts'
import { movingOnPage } from '../pages/moving-on.tsx'
import type { Authorization, IdentityProvider } from '../ports.ts'
import { showSignIn } from './start.ts'

export const signInWithProvider: Endpoint = {
  method: 'POST',
  path: '/auth/signin/:id/with/:provider',
  errors: 'page',
  cors: false,
  limit: { rule: 'sign_in', counts: 'requests' },
  async handle(dependencies, request, { id = '', provider: name = '' }) {
    const provider = providerNamed(name, dependencies)
    const { authorization, genuine } = await takeForm(request, id, dependencies)
    if (!genuine) return showSignIn({ id, authorization, ...usedForm }, dependencies)
    const { random, stores } = dependencies
    const upstream = { provider: name, verifier: random.token(32), nonce: random.token(32) }
    const state = stateFor(id, random.token(32))
    try {
      const to = await provider.authorizationUrl({ state, ...upstream, ...asked(authorization) })
      await stores.authorizations.update(authorization.id, (current) => ({
        ...current,
        upstream: { ...upstream, state: hashToken(state) },
      }))
      return movingOnPage({ to: to.href, destination: to.host })
    } catch (error) {
      return showUnavailable(error, { id, authorization }, dependencies)
    }
  },
}

/**
 * What of the request the provider should know: OpenID Connect Core section 3.1.2.1. It cannot prove a new sign-in, but can ask
 * who it is; so it does after a first try, since it would only give the same account again.
 */
const asked = ({ request: { prompts, maxAgeSeconds, loginHint }, attempts }: Authorization) => ({
  selectAccount:
    attempts > 1 || prompts.includes('login') || prompts.includes('select_account') || maxAgeSeconds !== undefined,
  ...(loginHint === undefined ? {} : { loginHint: loginHint.slice(0, 320) }),
})

/** The provider behind a button. Faults: `not_found`. */
export function providerNamed(
  name: string,
  { identityProviders }: Pick<OidcDependencies, 'identityProviders'>,
): IdentityProvider {
  const provider = identityProviders.find((one) => one.name === name)
  if (provider === undefined) throw new Fault('not_found', 'This way to sign in is not offered here.')
  return provider
}

/** `state` leads back to the authorization, and holds 256 bits that only its browser's click made. */
const stateFor = (id: string, secret: string) => `${id}.${secret}`
export const idOfState = (state: string): string => state.split('.')[0] ?? ''

/** A provider that does not answer leaves the person where they were, with the reason; every other error goes on up. */
export function showUnavailable(
  error: unknown,
  at: Pick<Parameters<typeof showSignIn>[0], 'id' | 'authorization'>,
  dependencies: OidcDependencies,
): Promise<Response> {
  if (!(error instanceof Fault && error.kind === 'unavailable')) throw error
  dependencies.log.warn({ err: error }, 'The identity provider could not be used')
  return showSignIn({ ...at, problem: error.message, status: 503 }, dependencies)
}
