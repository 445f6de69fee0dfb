/**
 * OpenID Connect RP-Initiated Logout 1.0. Ends the browser's session at once when a valid `id_token_hint` names its person, and
 * asks them otherwise (section 2). Sends the browser on only to an address that the hint's client registered (section 3).
 */
import type { ClientId } from '../shared/brand.ts'
import { equalSecrets, sha256 } from '../shared/hash.ts'
import { requestContext } from '../shared/request-context.ts'
import { readPosted, readQuery } from './authorize/request.ts'
import { redirect, withQuery } from './authorize/respond.ts'
import { findClient } from './clients/find-client.ts'
import { sameRedirectUri } from './clients/redirect-uris.ts'
import type { OidcDependencies } from './dependencies.ts'
import type { Endpoint } from './endpoint.ts'
import { OAuthError } from './errors.ts'
import { type IdTokenHint, readIdTokenHint } from './id-token-hint.ts'
import { destinationOf } from './pages/describe-client.ts'
import { movingOnPage } from './pages/moving-on.tsx'
import { confirmSignOutPage, signedOutPage } from './pages/signed-out.tsx'
import { readParameters } from './parameters.ts'
import { readCookie } from './signin/cookies.ts'
import { endSession, readSession } from './signin/session.ts'
import { tell } from './tell.ts'

const path = '/auth/logout'

type Values = Readonly<Record<string, string | undefined>>

export const logoutByGet: Endpoint = {
  method: 'GET',
  path,
  errors: 'page',
  cors: false,
  handle: (dependencies, request) => logout(request, readParameters(readQuery(request)).values, dependencies),
}

export const logoutByPost: Endpoint = {
  method: 'POST',
  path,
  errors: 'page',
  cors: false,
  async handle(dependencies, request) {
    return logout(request, readParameters(await readPosted(request)).values, dependencies)
  },
}

async function logout(request: Request, values: Values, dependencies: OidcDependencies): Promise<Response> {
  const hint =
    values.id_token_hint === undefined ? undefined : await readIdTokenHint(values.id_token_hint, dependencies)
  const to = await returnAddress(hint, values, dependencies)
  const session = await readSession(request, dependencies)
  const confirmed = isConfirmed(request, values, dependencies)
  if (session !== undefined && hint?.sub !== session.ownerId && !confirmed) return ask(request, values, dependencies)
  await endSessionOfHint(hint, dependencies)
  const headers = { 'set-cookie': await endSession(request, dependencies) }
  if (session !== undefined) tell(dependencies, request, 'signed_out', { ownerId: session.ownerId })
  if (to === undefined) return signedOutPage(headers)
  return confirmed ? movingOnPage({ to, destination: destinationOf(to), headers }) : redirect(to, headers)
}

/** Where to go afterwards (section 3). Throws `invalid_request`, shown as a page: nothing may redirect to an unknown address. */
async function returnAddress(
  hint: IdTokenHint | undefined,
  { client_id: named, post_logout_redirect_uri: wanted, state }: Values,
  dependencies: OidcDependencies,
): Promise<string | undefined> {
  if (hint !== undefined && named !== undefined && !hint.audience.includes(named as ClientId)) {
    throw new OAuthError('invalid_request', 'client_id is not the client that the ID token was issued to.')
  }
  if (wanted === undefined) return undefined
  const id = hint?.audience[0]
  const client = id === undefined ? undefined : await findClient(id, dependencies)
  if (!client?.postLogoutRedirectUris.some((uri) => sameRedirectUri(uri, wanted))) {
    throw new OAuthError(
      'invalid_request',
      'The app asked to send you to an address that is not registered for it (post_logout_redirect_uri). Nothing was sent there.',
      { reason: hint === undefined ? 'no id_token_hint' : 'post_logout_redirect_uri is not registered' },
    )
  }
  return state === undefined ? wanted : withQuery(wanted, [['state', state]])
}

/** Asks on a page whose form carries the request along. */
function ask(request: Request, values: Values, dependencies: OidcDependencies): Response {
  requestContext(request).reason = 'the person is asked'
  const carried = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'].flatMap((name) => {
    const value = values[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const formToken = formTokenOf(request, dependencies)
  return confirmSignOutPage({
    action: path,
    fields: Object.fromEntries(carried),
    ...(formToken === undefined ? {} : { formToken }),
  })
}

/** Derived from the session's cookie, which no other site can read: a form that carries it was made for this session. */
function formTokenOf(request: Request, { settings }: Pick<OidcDependencies, 'settings'>): string | undefined {
  const cookie = readCookie(request, 'session', settings)
  return cookie === undefined ? undefined : sha256(`sign out\n${cookie}`)
}

function isConfirmed(request: Request, { form_token: sent }: Values, dependencies: OidcDependencies): boolean {
  const expected = formTokenOf(request, dependencies)
  return request.method === 'POST' && sent !== undefined && expected !== undefined && equalSecrets(sent, expected)
}

/** A post from another site comes without our cookie (SameSite=Lax): the session that the ID token names is ended all the same. */
async function endSessionOfHint(hint: IdTokenHint | undefined, { stores }: OidcDependencies): Promise<void> {
  if (hint?.sid === undefined) return
  const session = await stores.sessions.find(hint.sid)
  if (session?.ownerId === hint.sub) await stores.sessions.delete(session.id)
}
