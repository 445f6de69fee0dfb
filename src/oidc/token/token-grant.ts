import type { OidcDependencies } from '../dependencies.ts'
import type { Client } from '../ports.ts'

/** What a grant is given: an authenticated client that may use it, and the request's parameters, each once. */
export interface TokenRequest {
  readonly client: Client
  readonly values: Readonly<Record<string, string | undefined>>
  readonly resources: readonly string[]
  /** As it came, for its limits and its line in the log. */
  readonly request: Request
}

/** RFC 6749 section 5.1. */
export interface TokenResponse {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope: string
  readonly refresh_token?: string
  readonly id_token?: string
}

/** A grant: a file in this folder, its name in `grantTypes`, and the line in endpoint.ts that the compiler then asks for. Throws `OAuthError`. */
export interface TokenGrant {
  redeem(request: TokenRequest, dependencies: OidcDependencies): Promise<TokenResponse>
}
