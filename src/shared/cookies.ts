/** Cookies that are bound to this host and out of reach of scripts (RFC 6265bis section 4.1.3). Knows no surface. */

export interface CookieScope {
  /** Whether the public address is https. An http address is on loopback, where some browsers drop both the prefix and Secure. */
  readonly https: boolean
}

/** `__Host-` with Secure, so that no other host, and nobody without TLS, can set or read it. */
const prefixed = (name: string, { https }: CookieScope): string => (https ? `__Host-${name}` : name)

/** The value of a cookie; undefined when it is absent, sent twice, or does not match `pattern` (then it was not set by us). */
export function readCookie(request: Request, name: string, pattern: RegExp, scope: CookieScope): string | undefined {
  const [value, ...others] = cookieValues(request, prefixed(name, scope))
  return value !== undefined && others.length === 0 && pattern.test(value) ? value : undefined
}

/** The names that begin so, without the prefix, of cookies that the browser sent. */
export const cookieNames = (request: Request, start: string, scope: CookieScope): readonly string[] =>
  pairs(request).flatMap((pair) => {
    const name = pair.slice(0, Math.max(0, pair.indexOf('=')))
    return name.startsWith(prefixed(start, scope)) ? [name.slice(prefixed('', scope).length)] : []
  })

/** A `Set-Cookie` value; without `maxAgeSeconds` it lasts as long as the browser runs, and 0 removes it. */
export function setCookie(name: string, value: string, scope: CookieScope, maxAgeSeconds?: number): string {
  return [
    `${prefixed(name, scope)}=${value}`,
    'Path=/',
    ...(scope.https ? ['Secure'] : []),
    'HttpOnly',
    'SameSite=Lax',
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
  ].join('; ')
}

const pairs = (request: Request): readonly string[] =>
  (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim())

const cookieValues = (request: Request, name: string): readonly string[] =>
  pairs(request)
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
