/** Cookies of the authorization server: what each is called and what our values look like. */
import * as cookies from '../../shared/cookies.ts'
import type { OidcSettings } from '../ports.ts'

type CookieSettings = Pick<OidcSettings, 'issuer'>

/** What our tokens look like: 32 random bytes as base64url. Anything else in a cookie was not set by us. */
const ours = /^[A-Za-z0-9_-]{43}$/

const scopeOf = ({ issuer }: CookieSettings): cookies.CookieScope => ({ https: issuer.startsWith('https:') })

/** `browser` tells one browser from another; `session` says who signed in there. */
export type CookieName = 'browser' | 'session'

/** Reads one of our cookies; undefined when absent, sent twice, or not of our making. */
export const readCookie = (request: Request, name: CookieName, settings: CookieSettings): string | undefined =>
  cookies.readCookie(request, `souvenir-${name}`, ours, scopeOf(settings))

/** A `Set-Cookie` value; without `maxAgeSeconds` it lasts as long as the browser runs, and 0 removes it. */
export const setCookie = (name: CookieName, value: string, settings: CookieSettings, maxAgeSeconds?: number): string =>
  cookies.setCookie(`souvenir-${name}`, value, scopeOf(settings), maxAgeSeconds)
