import { OAuthError } from '../../errors.ts'
import type { ClientCheck } from '../check.ts'

/** OAuth 2.1 section 4.1.1: `code` is the only response type. */
export const responseType: ClientCheck = ({ parameters }, { client }) => {
  const wanted = parameters.values.response_type
  if (wanted === undefined) throw new OAuthError('invalid_request', 'response_type is missing: send code.')
  if (wanted !== 'code') throw new OAuthError('unsupported_response_type', 'The only response_type is code.')
  if (!client.grantTypes.includes('authorization_code'))
    throw new OAuthError('unauthorized_client', 'This client is not registered for the authorization_code grant.')
  return {}
}
