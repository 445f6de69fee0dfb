/**
 * Who may ask for tokens: registered clients. What they can be is listed here once: metadata, registration and backups take it from
 * these lists, and the compiler asks for what belongs to each name.
 */
import type { ClientId, TokenHash } from '../../shared/brand.ts'

/** How a client proves who it is (RFC 7591 section 2, `token_endpoint_auth_method`). */
export const clientAuthMethods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const
export type ClientAuthMethod = (typeof clientAuthMethods)[number]

/** The grants of the token endpoint (token/endpoint.ts has what redeems each). */
export const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials'] as const
export type GrantType = (typeof grantTypes)[number]

/**
 * How we know a client: `manual` was added by the operator, `dynamic` registered itself, `document` is a Client ID Metadata Document,
 * `own` is this product's own pages.
 */
export const clientKinds = ['manual', 'dynamic', 'document', 'own'] as const

/** A registered client (RFC 7591 section 2, in the domain's names). */
export interface Client {
  readonly id: ClientId
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly authMethods: readonly ClientAuthMethod[]
  readonly secretHash?: TokenHash
  readonly grantTypes: readonly GrantType[]
  /** Space-separated; what the client may ask for at most. */
  readonly scope: string
  /** False only for a confidential client that was pre-registered so (GPT Actions, OpenID certification). */
  readonly pkceRequired: boolean
  readonly clientUri?: string
  readonly logoUri?: string
  readonly jwks?: { readonly keys: readonly Record<string, unknown>[] }
  readonly jwksUri?: string
  /** The resources that this client serves: it may introspect tokens that are for one of them (RFC 7662 section 2). */
  readonly serves?: readonly string[]
  readonly kind: (typeof clientKinds)[number]
  /** RFC 7592: what the registration access token hashes to. */
  readonly registrationTokenHash?: TokenHash
  readonly createdAt: number
  /** A dynamic client that never got a grant goes away then. */
  readonly expiresAt?: number
}

/** So many clients make room in one step where the cap was lowered: others wait for it. */
export const mostRemovedAtOnce = 64

export interface ClientStore {
  find(id: ClientId): Promise<Client | undefined>
  /** Keeps a new client or replaces one of the same id. */
  save(client: Client): Promise<void>
  /** Applies `change` to what is stored in one atomic step and returns the result; undefined when there is none, which stays so. */
  update(id: ClientId, change: (current: Client) => Client): Promise<Client | undefined>
  delete(id: ClientId): Promise<boolean>
  /** At most `limit`, in order of id, after `after`. */
  list(limit: number, after?: ClientId): Promise<readonly Client[]>
  /**
   * Keeps a new dynamic client if with it there are at most `most` of them, in one atomic step among any number of callers; says whether
   * it did. Where there would be more, those of them that expire first go, if they do so before `unusedBefore` (Unix seconds) and as
   * many as are too many, at most 64 in a step.
   */
  saveWithin(most: number, client: Client, unusedBefore: number): Promise<boolean>
}
