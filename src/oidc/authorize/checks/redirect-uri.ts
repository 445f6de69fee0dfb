import { OAuthError } from '../../errors.ts'
import type { PageCheck } from '../check.ts'

/**
 * OAuth 2.1 section 4.1.1 and OpenID Connect Core section 3.1.2.1: equal to a registered one byte for byte, but for the port on
 * loopback. It may be left out only by plain OAuth clients that registered exactly one.
 */
export const redirectUri: PageCheck = ({ parameters: { values } }, { client }) => {
  const registered = client?.redirectUris ?? []
  const wanted = values.redirect_uri
  if (wanted === undefined) {
    const [only, ...others] = registered
    const openId = (values.scope ?? '').split(' ').includes('openid')
    if (only === undefined || others.length > 0 || openId)
      throw new OAuthError('invalid_request', 'The app did not say where to send you back to (redirect_uri).')
    return { redirectUri: only, redirectUriSent: false }
  }
  if (!registered.some((uri) => sameRedirectUri(uri, wanted)))
    throw new OAuthError(
      'invalid_request',
      'The app asked to send you to an address that is not registered for it (redirect_uri). Nothing was sent there.',
      { reason: 'redirect_uri is not registered' },
    )
  return { redirectUri: wanted, redirectUriSent: true }
}

/** `http://127.0.0.1`, `http://[::1]` or `http://localhost`, a port or none, and whatever follows. */
const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::(\d{1,5}))?((?:[/?].*)?)$/

/** RFC 8252 section 7.3 (and the name `localhost`, which real clients use): any port on loopback; all else must be equal. */
export function sameRedirectUri(registered: string, wanted: string): boolean {
  if (registered === wanted) return true
  const [, ownHost, , ownRest] = loopback.exec(registered) ?? []
  const [, host, port, rest] = loopback.exec(wanted) ?? []
  return host !== undefined && host === ownHost && rest === ownRest && Number(port ?? 80) <= 65_535
}
