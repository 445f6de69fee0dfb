/**
 * The one place that decides what comes next for an authorization request: sign-in, consent, the answer, or a refusal.
 * Called when a request arrives and after each step; it looks at stored state only, never at which page was shown last.
 */
import { sameRedirectUri } from '../clients/redirect-uris.ts'
import { disclosedScopes } from '../consent/disclosed.ts'
import { OAuthError } from '../errors.ts'
import type { AuthorizationRequest, Client, Grant, Session } from '../ports.ts'

/** Who proved to be there, and when (Unix seconds). */
export interface SignedIn {
  readonly ownerId: Session['ownerId']
  readonly authTime: number
}

export interface Facts {
  readonly request: AuthorizationRequest
  readonly client: Client
  /** What the tokens would be for. */
  readonly audience: readonly string[]
  readonly signedIn: SignedIn | undefined
  readonly grant: Grant | undefined
}

export type Step =
  | { readonly next: 'sign-in' }
  | { readonly next: 'consent'; readonly signedIn: SignedIn }
  | { readonly next: 'answer'; readonly signedIn: SignedIn; readonly grant: Grant }
  | { readonly next: 'refuse'; readonly error: OAuthError }

/** What a request needs now. With `prompt=none` nobody is asked anything (OpenID Connect Core section 3.1.2.6). */
export function nextStep({ request, client, audience, signedIn, grant }: Facts): Step {
  const silent = request.prompts.includes('none')
  if (signedIn === undefined) return silent ? refuse('login_required', 'Nobody is signed in.') : { next: 'sign-in' }
  if (request.hintedOwnerId !== undefined && request.hintedOwnerId !== signedIn.ownerId)
    return refuse('login_required', 'Another person is signed in than the one asked for.')
  if (
    grant !== undefined &&
    mayBeAnsweredSilently(request, client) &&
    wasShown(grant, request.redirectUri) &&
    covers(grant, disclosedScopes(request), audience)
  )
    return { next: 'answer', signedIn, grant }
  return silent ? refuse('consent_required', 'The person has to be asked first.') : { next: 'consent', signedIn }
}

/**
 * Whether a session is proof enough for this request (OpenID Connect Core section 3.1.2.1): not when it asks for a new
 * sign-in, not when the last one is older than `max_age`, and not when it is someone else's.
 */
export function sessionServes(session: Session, request: AuthorizationRequest, now: number): boolean {
  const { prompts, maxAgeSeconds, hintedOwnerId } = request
  if (prompts.includes('login') || prompts.includes('select_account')) return false
  if (maxAgeSeconds !== undefined && (maxAgeSeconds === 0 || now - session.authTime > maxAgeSeconds)) return false
  return hintedOwnerId === undefined || hintedOwnerId === session.ownerId
}

/** Whether what the person allowed earlier is all that is asked for now. */
const covers = (grant: Grant, scopes: readonly string[], audience: readonly string[]): boolean =>
  scopes.every((scope) => grant.scopes.includes(scope)) &&
  audience.every((resource) => grant.resources.includes(resource))

/**
 * RFC 8252 section 8.6: any program on the machine can pretend to be a public client that is called back on loopback or by
 * a private scheme, so each of its requests is put before the person. Nobody can pretend to be our own pages: their address
 * is compared with its port. And `prompt=consent` always asks.
 */
const mayBeAnsweredSilently = (request: AuthorizationRequest, client: Client): boolean =>
  !request.prompts.includes('consent') &&
  (client.kind === 'own' || request.redirectUri.startsWith('https://') || !client.authMethods.includes('none'))

/**
 * RFC 9700 section 4.1: who registers a client chooses its redirect URIs, and may add one after a person allowed another
 * (RFC 7592 section 2.2). What they allowed was to be sent to the address on the page.
 */
const wasShown = ({ redirectUris = [] }: Grant, wanted: string): boolean =>
  redirectUris.some((uri) => sameRedirectUri(uri, wanted))

const refuse = (code: 'login_required' | 'consent_required', description: string): Step => ({
  next: 'refuse',
  error: new OAuthError(code, description),
})
