/** What the operator set: the slice of the configuration that the authorization server reads. */
export interface OidcSettings {
  /** The bare origin, no trailing slash: byte-identical everywhere it appears. */
  readonly issuer: string
  readonly apiBaseUrl: string
  readonly uiBaseUrl: string
  readonly accessTokenTtlSeconds: number
  readonly idTokenTtlSeconds: number
  readonly refreshTokenTtlSeconds: number
  readonly refreshGraceSeconds: number
  readonly codeTtlSeconds: number
  readonly sessionTtlSeconds: number
  readonly allowedEmails: readonly string[]
  readonly allowedDomains: readonly string[]
  readonly maxDynamicClients: number
  readonly unusedClientTtlSeconds: number
  /** What people are told to put before `code`, `users`, ... where this program runs: `souvenir`. */
  readonly command: string
}
