/** Sends the answer to an authorization request back to the client (RFC 6749 sections 4.1.2 and 4.1.2.1). */
import type { OAuthError } from '../errors.ts'
import { destinationOf } from '../pages/describe-client.ts'
import { formPostPage } from '../pages/form-post.tsx'
import { movingOnPage } from '../pages/moving-on.tsx'
import type { AuthorizationRequest, OidcSettings } from '../ports.ts'

/** Where an answer goes. Only ever built from a redirect URI that passed its check. */
export type ReturnAddress = Pick<AuthorizationRequest, 'redirectUri' | 'responseMode' | 'state'>

/** What the browser did last: after a form's post a redirect to another origin would be blocked by `form-action 'self'`. */
export type Arrival = 'link' | 'form'

interface Context {
  readonly settings: Pick<OidcSettings, 'issuer'>
  readonly arrival: Arrival
  readonly headers?: HeadersInit | undefined
}

/** The code, `state` as it came, and `iss` (RFC 9207 section 2). */
export const respondWithCode = (to: ReturnAddress, code: string, context: Context): Response =>
  respond(to, [['code', code]], context)

/** The error, `state` as it came, and `iss`: a client that mixes up servers must notice it on failure too (RFC 9207 section 2). */
export const respondWithError = (
  to: ReturnAddress,
  { code, description }: Pick<OAuthError, 'code' | 'description'>,
  context: Context,
): Response =>
  respond(
    to,
    [
      ['error', code],
      ['error_description', description],
    ],
    context,
  )

function respond(
  { redirectUri, responseMode, state }: ReturnAddress,
  answer: readonly (readonly [string, string])[],
  { settings, arrival, headers }: Context,
): Response {
  const parameters = [
    ...answer,
    ...(state === undefined ? [] : [['state', state] as const]),
    ['iss', settings.issuer] as const,
  ]
  const destination = destinationOf(redirectUri)
  if (responseMode === 'form_post') return formPostPage({ to: redirectUri, destination, parameters, headers })
  const to = withQuery(redirectUri, parameters)
  return arrival === 'form' ? movingOnPage({ to, destination, headers }) : redirect(to, headers)
}

/** Appends to the query, leaving what the client registered exactly as it is (RFC 6749 section 3.1.2). */
export function withQuery(uri: string, parameters: readonly (readonly [string, string])[]): string {
  const query = new URLSearchParams(parameters.map(([name, value]) => [name, value])).toString()
  if (!uri.includes('?')) return `${uri}?${query}`
  return uri.endsWith('?') || uri.endsWith('&') ? `${uri}${query}` : `${uri}&${query}`
}

/** 303: whatever the method was, the next one is GET (RFC 9110 section 15.4.4). */
export function redirect(to: string, headers?: HeadersInit): Response {
  const all = new Headers(headers)
  all.set('location', to)
  all.set('cache-control', 'no-store')
  return new Response(null, { status: 303, headers: all })
}
