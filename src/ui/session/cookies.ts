/** The pages' two kinds of cookies: who is signed in here, and the sign-ins that this browser has begun. */
import * as cookies from '../../shared/cookies.ts'
import type { UiSettings } from '../dependencies.ts'

type CookieSettings = Pick<UiSettings, 'uiBaseUrl'>

const sessionName = 'souvenir-ui'
const loginName = 'souvenir-ui-login-'

/** 32 random bytes as base64url. */
const ours = /^[A-Za-z0-9_-]{43}$/
/** Four parts of base64url: state, nonce, verifier, and where to go afterwards. */
const login = /^[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{0,2000}$/

/** Time enough to fetch a code from another machine; the authorization server gives as much. */
const loginSeconds = 1_800
/** A browser may begin in several tabs; more than these are forgotten. */
const mostLogins = 5

const scopeOf = ({ uiBaseUrl }: CookieSettings): cookies.CookieScope => ({ https: uiBaseUrl.startsWith('https:') })

export const readSessionCookie = (request: Request, settings: CookieSettings): string | undefined =>
  cookies.readCookie(request, sessionName, ours, scopeOf(settings))

/** `Set-Cookie`; an empty value removes it. */
export const sessionCookie = (value: string, settings: CookieSettings, maxAgeSeconds: number): string =>
  cookies.setCookie(sessionName, value, scopeOf(settings), value === '' ? 0 : maxAgeSeconds)

/** One cookie for each sign-in under way, named by its state, so that two tabs do not undo each other. */
const loginCookieName = (state: string): string => loginName + state.slice(0, 8)

export const readLoginCookie = (request: Request, state: string, settings: CookieSettings): string | undefined =>
  cookies.readCookie(request, loginCookieName(state), login, scopeOf(settings))

/** `Set-Cookie` lines: the new one, and where there are many already the removal of those. */
export function loginCookies(request: Request, state: string, value: string, settings: CookieSettings): string[] {
  const scope = scopeOf(settings)
  const earlier = cookies.cookieNames(request, loginName, scope)
  const removed = earlier.length < mostLogins ? [] : earlier.map((name) => cookies.setCookie(name, '', scope, 0))
  return [...removed, cookies.setCookie(loginCookieName(state), value, scope, loginSeconds)]
}

export const removedLoginCookie = (state: string, settings: CookieSettings): string =>
  cookies.setCookie(loginCookieName(state), '', scopeOf(settings), 0)
