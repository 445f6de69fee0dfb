/** Cookies of the authorization server (RFC 6265bis section 4.1.3): bound to this host, out of reach of scripts. */
import type { OidcSettings } from '../ports.ts'

type CookieSettings = Pick<OidcSettings, 'issuer'>

/** What our tokens look like: 32 random bytes as base64url. Anything else in a cookie was not set by us. */
const ours = /^[A-Za-z0-9_-]{43}$/

/**
 * `__Host-` with Secure, so that no other host, and nobody without TLS, can set or read it. An http issuer is on loopback,
 * where some browsers drop both the prefix and Secure.
 */
const cookieName = (name: CookieName, { issuer }: CookieSettings): string =>
  issuer.startsWith('https:') ? `__Host-souvenir-${name}` : `souvenir-${name}`

/** `browser` tells one browser from another; `session` says who signed in there. */
export type CookieName = 'browser' | 'session'

/** Reads one of our cookies; undefined when absent, sent twice, or not of our making. */
export function readCookie(request: Request, name: CookieName, settings: CookieSettings): string | undefined {
  const wanted = `${cookieName(name, settings)}=`
  const found = (request.headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(wanted))
    .map((pair) => pair.slice(wanted.length))
  const [value, ...others] = found
  return value !== undefined && others.length === 0 && ours.test(value) ? value : undefined
}

/** A `Set-Cookie` value; without `maxAgeSeconds` it lasts as long as the browser runs, and 0 removes it. */
export function setCookie(name: CookieName, value: string, settings: CookieSettings, maxAgeSeconds?: number): string {
  return [
    `${cookieName(name, settings)}=${value}`,
    'Path=/',
    ...(settings.issuer.startsWith('https:') ? ['Secure'] : []),
    'HttpOnly',
    'SameSite=Lax',
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
  ].join('; ')
}
