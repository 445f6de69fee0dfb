/** The consent page and what a person answers there (OpenID Connect Core section 3.1.2.4). */

import type { TokenHash } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { requestContext } from '../../shared/request-context.ts'
import type { SignedIn } from '../authorize/dispatch.ts'
import { issueCode } from '../authorize/issue-code.ts'
import { findPending, renewFormToken, takeForm, usedForm } from '../authorize/pending.ts'
import { consentPath, signInPath } from '../authorize/proceed.ts'
import { redirect, respondWithCode, respondWithError } from '../authorize/respond.ts'
import { clientOf } from '../clients/find-client.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Endpoint } from '../endpoint.ts'
import { OAuthError } from '../errors.ts'
import { consentPage } from '../pages/consent.tsx'
import { describeClient } from '../pages/describe-client.ts'
import { describeScopes } from '../pages/describe-scopes.ts'
import type { ShownAgain } from '../pages/show.tsx'
import type { Authorization, User } from '../ports.ts'
import { isOfAnEarlier, readSession } from '../signin/session.ts'
import { tell } from '../tell.ts'
import { disclosedScopes } from './disclosed.ts'
import { recordGrant } from './record.ts'

const path = '/auth/consent/:id'

export const consentStart: Endpoint = {
  method: 'GET',
  path,
  errors: 'page',
  cors: false,
  async handle(dependencies, request, { id = '' }) {
    const authorization = await findPending(request, id, dependencies)
    const present = await whoIsPresent(request, authorization, dependencies)
    return present === undefined ? redirect(signInPath(id)) : showConsent({ id, authorization, present }, dependencies)
  },
}

export const consentDecision: Endpoint = {
  method: 'POST',
  path,
  errors: 'page',
  cors: false,
  async handle(dependencies, request, { id = '' }) {
    const { authorization, fields, genuine } = await takeForm(request, id, dependencies)
    const present = await whoIsPresent(request, authorization, dependencies)
    if (present === undefined) return redirect(signInPath(id))
    const at = { id, authorization, present }
    if (!genuine) return showConsent({ ...at, ...usedForm }, dependencies)
    switch (fields.get('decision')) {
      case 'allow':
        return allow(request, authorization, present, dependencies)
      case 'deny':
        return deny(request, authorization, dependencies)
      default:
        return showConsent({ ...at, problem: 'Please choose one of the two.', status: 400 }, dependencies)
    }
  },
}

interface Present extends SignedIn {
  readonly sessionId: TokenHash
  readonly user: User
}

/**
 * Who signed in for this request, if they are still signed in in this browser: on a page left open by somebody who has signed
 * out, was removed, or has given way to someone else, nobody can allow anything in their name.
 */
async function whoIsPresent(
  httpRequest: Request,
  { ownerId, authTime }: Authorization,
  dependencies: OidcDependencies,
): Promise<Present | undefined> {
  if (ownerId === undefined || authTime === undefined) return undefined
  const session = await readSession(httpRequest, dependencies)
  if (session?.ownerId !== ownerId) return undefined
  const user = await dependencies.stores.users.find(ownerId)
  if (user === undefined) throw new Fault('forbidden', 'This account no longer exists here.')
  return isOfAnEarlier(user, session) ? undefined : { ownerId, authTime, sessionId: session.id, user }
}

async function allow(
  httpRequest: Request,
  { id, request }: Authorization,
  { sessionId, ownerId, authTime }: Present,
  dependencies: OidcDependencies,
): Promise<Response> {
  const client = await clientOf(request, dependencies)
  await finish(id, dependencies)
  const grant = await recordGrant({ ownerId, client, request }, dependencies)
  tell(dependencies, httpRequest, 'consent_given', { ownerId, clientId: client.id })
  const code = await issueCode({ request, signedIn: { ownerId, authTime }, grant, sessionId }, dependencies)
  return respondWithCode(request, code, { settings: dependencies.settings, arrival: 'form' })
}

async function deny(
  httpRequest: Request,
  { id, request, ownerId }: Authorization,
  dependencies: OidcDependencies,
): Promise<Response> {
  await finish(id, dependencies)
  tell(dependencies, httpRequest, 'consent_denied', { ownerId, clientId: request.clientId })
  const error = new OAuthError('access_denied', 'The person did not allow it.')
  requestContext(httpRequest).reason = error.message
  return respondWithError(request, error, { settings: dependencies.settings, arrival: 'form' })
}

/** An authorization is answered once, whoever else answers it at the same time. */
async function finish(id: Authorization['id'], { stores }: OidcDependencies): Promise<void> {
  if (!(await stores.authorizations.delete(id))) throw new Fault('invalid', 'This was answered already.')
}

async function showConsent(
  at: ShownAgain & { readonly id: string; readonly authorization: Authorization; readonly present: Present },
  dependencies: OidcDependencies,
): Promise<Response> {
  const { request } = at.authorization
  const client = await clientOf(request, dependencies)
  return consentPage({
    client: describeClient(client, request.redirectUri),
    permissions: describeScopes(disclosedScopes(request)),
    action: consentPath(at.id),
    signIn: signInPath(at.id),
    formToken: await renewFormToken(at.id, dependencies),
    account: at.present.user.email ?? at.present.user.name,
    problem: at.problem,
    status: at.status,
  })
}
