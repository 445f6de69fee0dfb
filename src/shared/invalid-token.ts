/**
 * Why an access token was refused, by the resources and by the issuer to which one comes back. `reason` goes to the log behind the
 * words "Invalid token"; the caller sees `invalid_token` only (RFC 6750 section 3.1).
 */
export class InvalidToken extends Error {
  readonly reason: string
  constructor(reason: string, options?: { cause?: unknown }) {
    super(`Invalid token: ${reason}`, options)
    this.name = 'InvalidToken'
    this.reason = reason
  }
}
