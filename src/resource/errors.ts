/**
 * A refusal that a client can act on (RFC 6750 section 3). Surfaces answer with its `status` and `challenge` and nothing else.
 * `error` is absent when no token was sent.
 */
export class BearerChallenge extends Error {
  readonly status: 401 | 403
  readonly error: 'invalid_token' | 'insufficient_scope' | undefined
  readonly description: string
  /** The value of WWW-Authenticate. */
  readonly challenge: string
  readonly scopes: readonly string[]
  constructor(fields: {
    status: 401 | 403
    error?: 'invalid_token' | 'insufficient_scope'
    description: string
    metadataUrl: string
    scopes: readonly string[]
  }) {
    super(fields.description)
    this.name = 'BearerChallenge'
    this.status = fields.status
    this.error = fields.error
    this.description = fields.description
    this.scopes = fields.scopes
    const parameters = [
      `resource_metadata="${fields.metadataUrl}"`,
      ...(fields.scopes.length > 0 ? [`scope="${fields.scopes.join(' ')}"`] : []),
      ...(fields.error ? [`error="${fields.error}"`, `error_description="${fields.description}"`] : []),
    ]
    this.challenge = `Bearer ${parameters.join(', ')}`
  }
}
