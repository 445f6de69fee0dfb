/**
 * Where identity providers send people back to. Their answer counts in the browser that was sent away, once: in any other
 * it ends here, before its code is even looked at.
 */

import { Fault } from '../../shared/fault.ts'
import { equalSecrets, hashToken } from '../../shared/hash.ts'
import { requestContext } from '../../shared/request-context.ts'
import { findPending } from '../authorize/pending.ts'
import { readQuery } from '../authorize/request.ts'
import { redirect } from '../authorize/respond.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Endpoint } from '../endpoint.ts'
import { readParameters } from '../parameters.ts'
import type { Authorization, VerifiedIdentity } from '../ports.ts'
import { tell } from '../tell.ts'
import { findVerified, signInVerified } from './account.ts'
import { identityMayEnter } from './allow-list.ts'
import { consoleProvider } from './console-identity.ts'
import { finishSignIn } from './finish.ts'
import { linkPath } from './link.ts'
import { showSignIn } from './start.ts'
import { idOfState, providerNamed, showUnavailable } from './with-provider.ts'

export const providerCallback: Endpoint = {
  method: 'GET',
  path: '/auth/signin/callback/:provider',
  errors: 'page',
  cors: false,
  async handle(dependencies, request, { provider: name = '' }) {
    const provider = providerNamed(name, dependencies)
    const { state = '', code, error, iss } = readParameters(readQuery(request)).values
    const id = idOfState(state)
    const authorization = await findPending(request, id, dependencies)
    const { verifier, nonce } = await takeUpstream(authorization, { name, state }, dependencies)
    if (error !== undefined || code === undefined)
      return showSignIn({ id, authorization, problem: `${provider.label} did not sign you in.` }, dependencies)
    let verified: VerifiedIdentity
    try {
      verified = await provider.exchange({ code, verifier, nonce, ...(iss === undefined ? {} : { issuer: iss }) })
    } catch (problem) {
      return showUnavailable(problem, { id, authorization }, dependencies)
    }
    return letIn(request, { id, authorization, verified }, dependencies)
  },
}

/** Takes the state that was sent along, once, whoever else brings it back at the same time. Faults: `forbidden`. */
async function takeUpstream(
  { id }: Authorization,
  { name, state }: { readonly name: string; readonly state: string },
  { stores }: OidcDependencies,
): Promise<NonNullable<Authorization['upstream']>> {
  let taken: Authorization['upstream']
  await stores.authorizations.update(id, (current) => {
    const { upstream, ...rest } = current
    const ours = upstream?.provider === name && equalSecrets(upstream.state, hashToken(state))
    taken = ours ? upstream : undefined
    return ours ? rest : current
  })
  if (taken === undefined)
    throw new Fault('forbidden', 'This answer was used already, or answers something that was not asked here.', {
      code: 'state_unknown',
    })
  return taken
}

async function letIn(
  request: Request,
  { id, authorization, verified }: { id: string; authorization: Authorization; verified: VerifiedIdentity },
  dependencies: OidcDependencies,
): Promise<Response> {
  if (!identityMayEnter(verified, dependencies.settings)) {
    tell(dependencies, request, 'sign_in_refused', { reason: 'not on the list' })
    requestContext(request).reason = 'access_denied: not on the list' // whose address it is stays out of the log
    return showSignIn({ id, authorization, problem: notOnTheList(verified), status: 403 }, dependencies)
  }
  const { users } = dependencies.stores
  // Only where somebody signs in with a code can a newcomer be somebody we know.
  if ((await findVerified(verified, dependencies)) === undefined && (await users.hasProvider(consoleProvider))) {
    await dependencies.stores.authorizations.update(authorization.id, (current) => ({ ...current, newcomer: verified }))
    return redirect(linkPath(id))
  }
  const user = await signInVerified(verified, dependencies)
  return finishSignIn(request, { id, user, arrival: 'link' }, dependencies)
}

const notOnTheList = ({ email }: VerifiedIdentity) =>
  `${email ?? 'That account'} is not on this server’s list of people. Use another account, or ask whoever runs this server.`
