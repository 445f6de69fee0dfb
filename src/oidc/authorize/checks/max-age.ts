import { OAuthError } from '../../errors.ts'
import type { ClientCheck } from '../check.ts'

/** OpenID Connect Core section 3.1.2.1: seconds since the person last proved who they are. */
export const maxAge: ClientCheck = ({ parameters }) => {
  const wanted = parameters.values.max_age
  if (wanted === undefined) return {}
  if (!/^\d{1,10}$/.test(wanted)) throw new OAuthError('invalid_request', 'max_age is a whole number of seconds.')
  return { maxAgeSeconds: Number(wanted) }
}
