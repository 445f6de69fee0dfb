import type { OidcDependencies } from './dependencies.ts'

/** What an address on the network may do at an endpoint: every request counts, or only those that fail. */
export interface EndpointLimit {
  readonly rule: 'registration' | 'sign_in' | 'authorize' | 'token_failures'
  readonly counts: 'requests' | 'failures'
}

/** One address of the authorization server. `handle` may throw: routes.ts turns every kind of error into its answer. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With `:name` for parameters. */
  readonly path: string
  /** How an error that leaves `handle` is shown: OAuth JSON to programs, a page to people. */
  readonly errors: 'json' | 'page'
  /** Whether browsers of other origins may call it: discovery, JWKS, token, registration, userinfo and revocation only. */
  readonly cors: boolean
  readonly limit?: EndpointLimit
  handle(
    dependencies: OidcDependencies,
    request: Request,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Response>
}
