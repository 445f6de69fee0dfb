/**
 * Who may sign in through an identity provider: nobody, but for `ALLOWED_EMAILS` and `ALLOWED_DOMAINS`. Asked at sign-in, at
 * each authorization in a session, and at each refresh, so that taking an address off the list takes effect.
 */
import { asciiLowerCase, isPlainDomain, plainAddress } from '../../shared/plain-address.ts'
import type { OidcSettings, User, VerifiedIdentity } from '../ports.ts'
import { isConsole } from './console-identity.ts'

type AllowSettings = Pick<OidcSettings, 'allowedEmails' | 'allowedDomains'>

/** What the decision rests on, as the identity provider vouched for it. */
type Vouched = Pick<VerifiedIdentity, 'email' | 'hostedDomain'> & { readonly emailVerified?: unknown }

/**
 * A verified address on the list, or a verified hosted domain (`hd`) on the list with an address in it. The domain of an
 * address alone proves nothing: anyone can open an account at an identity provider under an address elsewhere.
 */
export function identityMayEnter(vouched: Vouched, { allowedEmails, allowedDomains }: AllowSettings): boolean {
  if (vouched.emailVerified !== true) return false
  const address = plainAddress(vouched.email)
  if (address === undefined) return false
  if (allowedEmails.some((allowed) => plainAddress(allowed)?.whole === address.whole)) return true
  const hostedDomain = vouched.hostedDomain
  if (hostedDomain === undefined || !isPlainDomain(hostedDomain)) return false
  const domain = asciiLowerCase(hostedDomain)
  return domain === address.domain && allowedDomains.some((allowed) => asciiLowerCase(allowed) === domain)
}

/** Whether a known person is still let in. Whom the operator gave a code needs no list: `souvenir users remove` ends that. */
export const personMayEnter = (user: User, settings: AllowSettings): boolean =>
  user.identities.some(isConsole) || identityMayEnter(user, settings)
