/**
 * Error codes of RFC 6749, 6750, 7009, 7591, 8707, OpenID Connect Core section 3.1.2.6, its error code
 * unmet_authentication_requirements, and RP-Initiated Logout.
 */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'unsupported_token_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'access_denied'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'login_required'
  | 'consent_required'
  | 'unmet_authentication_requirements'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'registration_not_supported'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'invalid_token'
  | 'insufficient_scope'

/** What the client may see is `code` and `description`; `reason` goes to the log only. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  readonly description: string
  readonly reason: string | undefined
  /** For `insufficient_scope`: what the token would need (RFC 6750 section 3). */
  readonly scope: string | undefined
  constructor(
    code: OAuthErrorCode,
    description: string,
    options: { reason?: string; scope?: string; cause?: unknown } = {},
  ) {
    super(`${code}: ${description}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'OAuthError'
    this.code = code
    this.description = description
    this.reason = options.reason
    this.scope = options.scope
  }
}
