/** Which redirect URIs a client may register, and which it may then use. */
import { OAuthError } from '../errors.ts'
import { isRefusedScheme } from './refused-schemes.ts'

const longest = 2_048
const most = 20
/**
 * Which of the redirect URIs sent may be registered (RFC 7591 section 2, RFC 8252 section 7): https; http on loopback; a private
 * scheme (`cursor://...`). Without fragment (RFC 6749 section 3.1.2) and userinfo. Real clients send lists in which one URI is
 * none of these: that one is left out, and the registration is refused only when none is left.
 */
export function acceptableRedirectUris(sent: unknown): readonly string[] {
  if (!isList(sent) || sent.length === 0) {
    throw new OAuthError('invalid_redirect_uri', `redirect_uris is a list of 1 to ${most} addresses.`)
  }
  const hostile = sent.find((uri) => URL.canParse(uri) && isRefusedScheme(new URL(uri).protocol))
  if (hostile !== undefined)
    throw new OAuthError('invalid_redirect_uri', 'A redirect URI has a scheme that is never accepted.')
  const acceptable = [...new Set<string>(sent.filter(isAcceptable))]
  if (acceptable.length === 0) {
    throw new OAuthError('invalid_redirect_uri', 'No redirect URI is https, http on loopback, or of a private scheme.')
  }
  return acceptable
}

/** The same rules for where a logout may lead (RP-Initiated Logout section 3.1), of which there may be none. */
export function acceptablePostLogoutUris(sent: unknown): readonly string[] {
  if (sent === undefined || sent === null || (Array.isArray(sent) && sent.length === 0)) return []
  if (!isList(sent) || !sent.every(isAcceptable)) {
    throw new OAuthError('invalid_client_metadata', `post_logout_redirect_uris is a list of at most ${most} addresses.`)
  }
  return [...new Set(sent)]
}

/** RFC 3986 section 2: a URI is ASCII without spaces and controls; anything else could not stand in `Location` either. */
const plain = /^[\x21-\x7e]+$/

const isList = (sent: unknown): sent is readonly string[] =>
  Array.isArray(sent) && sent.length <= most && sent.every((uri) => typeof uri === 'string')

function isAcceptable(uri: string): boolean {
  if (uri.length > longest || !plain.test(uri) || /[#\\<>"]/.test(uri) || !URL.canParse(uri)) return false
  const { protocol, hostname, username, password } = new URL(uri)
  if (username !== '' || password !== '' || isRefusedScheme(protocol)) return false
  // Without both slashes a browser reads `https:host/cb` as a path of the page it is on (URL standard, section 4.4).
  if (/^https?:$/.test(protocol) && !/^https?:\/\/[^/]/i.test(uri)) return false
  if (protocol === 'https:') return hostname !== ''
  if (protocol === 'http:') return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
  return /^[a-z][a-z0-9+.-]*:$/.test(protocol)
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
