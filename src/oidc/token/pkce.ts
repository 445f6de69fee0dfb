import { equalSecrets, sha256 } from '../../shared/hash.ts'
import { OAuthError } from '../errors.ts'

const acceptableVerifier = /^[A-Za-z0-9\-._~]{43,128}$/

/**
 * RFC 7636 section 4.6: the verifier must hash to the challenge of the authorization request (S256 alone is offered).
 * A verifier where there was no challenge is refused too, or a stolen code could be given one (OAuth 2.1 section 4.1.3).
 * Throws `invalid_grant`.
 */
export function checkVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (challenge === undefined) {
    if (verifier !== undefined) {
      throw new OAuthError(
        'invalid_grant',
        'A code_verifier was sent, but the authorization request had no code_challenge.',
      )
    }
    return
  }
  if (verifier === undefined) throw new OAuthError('invalid_grant', 'The code_verifier is missing.')
  if (!acceptableVerifier.test(verifier)) {
    throw new OAuthError('invalid_grant', 'The code_verifier must have 43 to 128 characters of A-Z a-z 0-9 - . _ ~')
  }
  if (!equalSecrets(sha256(verifier), challenge))
    throw new OAuthError('invalid_grant', 'The code_verifier does not match.')
}
