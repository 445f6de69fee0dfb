import type { OidcDependencies } from './dependencies.ts'

/** One address of the authorization server. `handle` may throw: routes.ts turns every kind of error into its answer. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With `:name` for parameters. */
  readonly path: string
  /** How an error that leaves `handle` is shown: OAuth JSON to programs, a page to people. */
  readonly errors: 'json' | 'page'
  /** Whether browsers of other origins may call it: discovery, JWKS, token, registration, userinfo and revocation only. */
  readonly cors: boolean
  handle(
    dependencies: OidcDependencies,
    request: Request,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Response>
}
