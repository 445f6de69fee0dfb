/** A sign-in on its way: what the browser keeps until it comes back, and where it goes then. */
import type { Random } from '../../shared/random.ts'
import type { UiSettings } from '../dependencies.ts'
import type { LoginSecrets } from './issuer.ts'

export interface Login extends LoginSecrets {
  /** The page that was asked for: a path of ours with its query. */
  readonly to: string
}

export const beginLogin = (random: Random, to: string): Login => ({
  state: random.token(32),
  nonce: random.token(32),
  verifier: random.token(32),
  to,
})

export const toCookieValue = ({ state, nonce, verifier, to }: Login): string =>
  [state, nonce, verifier, Buffer.from(to).toString('base64url')].join('.')

/** The login of a cookie's value, if it is the one with this state. */
export function fromCookieValue(value: string | undefined, wanted: string): Login | undefined {
  const [state, nonce, verifier, to] = value?.split('.') ?? []
  if (state !== wanted || nonce === undefined || verifier === undefined || to === undefined) return undefined
  return { state, nonce, verifier, to: Buffer.from(to, 'base64url').toString('utf8') }
}

const longestPath = 1_000

/**
 * Where to go after signing in: the page asked for if it is one of ours, the home page otherwise. An address of another host,
 * however it is spelled (`//host`, `/\host`, `/.//host`, whose path without its dots is `//host`), is none of ours.
 */
export function returnPath(asked: string | null, { uiBaseUrl }: Pick<UiSettings, 'uiBaseUrl'>): string {
  if (asked === null || !asked.startsWith('/') || asked.length > longestPath || !URL.canParse(asked, uiBaseUrl))
    return '/'
  const url = new URL(asked, uiBaseUrl)
  if (url.origin !== uiBaseUrl || url.pathname.startsWith('//')) return '/'
  // Never back into signing in or out.
  return url.pathname.startsWith('/session/') ? '/' : url.pathname + url.search
}
