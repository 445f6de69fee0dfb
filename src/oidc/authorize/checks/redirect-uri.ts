import { sameRedirectUri } from '../../clients/redirect-uris.ts'
import { OAuthError } from '../../errors.ts'
import type { PageCheck } from '../check.ts'

/**
 * OAuth 2.1 section 4.1.1 and OpenID Connect Core section 3.1.2.1: equal to a registered one byte for byte, but for the port on
 * loopback (which our own pages do not need). It may be left out only by plain OAuth clients that registered exactly one.
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
  const same = client?.kind === 'own' ? Object.is : sameRedirectUri
  if (!registered.some((uri) => same(uri, wanted)))
    throw new OAuthError(
      'invalid_request',
      'The app asked to send you to an address that is not registered for it (redirect_uri). Nothing was sent there.',
      { reason: 'redirect_uri is not registered' },
    )
  return { redirectUri: wanted, redirectUriSent: true }
}
