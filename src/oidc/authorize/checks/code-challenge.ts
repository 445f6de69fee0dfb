import { OAuthError } from '../../errors.ts'
import type { ClientCheck } from '../check.ts'

/** RFC 7636 section 4.2: base64url of SHA-256 is 43 characters. */
const s256 = /^[A-Za-z0-9_-]{43}$/

/**
 * RFC 7636 and OAuth 2.1 section 4.1.1: S256 for everyone, but for a confidential client that the operator registered
 * without it. `plain` is refused, and a challenge without a method is `plain` (RFC 7636 section 4.3).
 */
export const codeChallenge: ClientCheck = ({ parameters }, { client }) => {
  const { code_challenge: challenge, code_challenge_method: method } = parameters.values
  const required = client.pkceRequired || client.authMethods.includes('none')
  if (challenge === undefined) {
    if (required || method !== undefined)
      throw new OAuthError('invalid_request', 'code_challenge is missing: PKCE with S256 is required.')
    return {}
  }
  if (method !== 'S256') throw new OAuthError('invalid_request', 'code_challenge_method must be S256.')
  if (!s256.test(challenge))
    throw new OAuthError(
      'invalid_request',
      'code_challenge must be the base64url SHA-256 of the verifier, 43 characters.',
    )
  return { codeChallenge: challenge }
}
