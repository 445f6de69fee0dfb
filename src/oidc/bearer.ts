/** Who calls an endpoint of ours with an access token: userinfo and what a person manages about their own account. */
import type { Principal } from '../resource/ports.ts'
import { requestContext } from '../shared/request-context.ts'
import type { OidcDependencies } from './dependencies.ts'
import { OAuthError } from './errors.ts'
import { judgeOwnToken } from './own-token.ts'

/**
 * The caller behind a token of ours that is for one of `audiences` and has `scope`.
 * Throws `OAuthError` `invalid_token` or `insufficient_scope` (RFC 6750 section 3.1), and `Fault('unavailable')`.
 */
export async function callerOf(
  token: string,
  { scope, audiences }: { readonly scope: string; readonly audiences: readonly string[] },
  request: Request,
  dependencies: Pick<OidcDependencies, 'verifier'>,
): Promise<Principal> {
  const judged = await judgeOwnToken(token, audiences, dependencies)
  if (judged.principal === undefined) {
    const { reason } = judged
    throw new OAuthError('invalid_token', 'The access token is invalid, expired or revoked.', { reason })
  }
  const { principal } = judged
  requestContext(request).clientId = principal.clientId
  if (!principal.scopes.has(scope)) {
    throw new OAuthError('insufficient_scope', `The token needs the scope ${scope}.`, { scope })
  }
  return principal
}

/** RFC 6750 section 3.1: a request without a token is told what to send, and of no error. */
export function askForToken(
  scope: string,
  request: Request,
  { settings }: Pick<OidcDependencies, 'settings'>,
): Response {
  requestContext(request).reason = 'no access token'
  return Response.json(
    { error: 'invalid_token', error_description: 'An access token is needed.' },
    { status: 401, headers: { 'www-authenticate': `Bearer realm="${settings.issuer}", scope="${scope}"` } },
  )
}
