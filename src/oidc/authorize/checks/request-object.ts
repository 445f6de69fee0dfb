import { OAuthError } from '../../errors.ts'
import type { ClientCheck } from '../check.ts'

/**
 * OpenID Connect Core sections 6 and 7.2.1: request objects are not supported, and never ignored in silence, since one could
 * hold other parameters than those beside it. First in the table, because the others may be inside.
 */
export const requestObject: ClientCheck = ({ parameters: { values } }) => {
  if (values.request !== undefined)
    throw new OAuthError('request_not_supported', 'Send the parameters themselves, not a request object.')
  if (values.request_uri !== undefined)
    throw new OAuthError('request_uri_not_supported', 'Send the parameters themselves, not a request_uri.')
  if (values.registration !== undefined)
    throw new OAuthError('registration_not_supported', 'Register at the registration endpoint instead.')
  return {}
}
