/** Requests on their way to an answer, and the codes that answer them. */
import type { ClientId, FamilyId, GrantId, OwnerId, TokenHash } from '../../shared/brand.ts'
import type { VerifiedIdentity } from './people.ts'

/** How an answer goes back to the client (OAuth 2.0 Multiple Response Types section 2.1; Form Post Response Mode). */
export const responseModes = ['query', 'form_post'] as const

/** What a client may ask to be asked of the person (OpenID Connect Core section 3.1.2.1). */
export const knownPrompts = ['none', 'login', 'consent', 'select_account'] as const

/** The checked parameters of one authorization request. */
export interface AuthorizationRequest {
  readonly clientId: ClientId
  readonly redirectUri: string
  /** Whether the client sent it: it must then be repeated at the token endpoint (RFC 6749 section 4.1.3). */
  readonly redirectUriSent: boolean
  readonly responseMode: (typeof responseModes)[number]
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly state?: string
  readonly nonce?: string
  readonly codeChallenge?: string
  readonly prompts: readonly (typeof knownPrompts)[number][]
  readonly maxAgeSeconds?: number
  readonly loginHint?: string
  /** The `sub` that an `id_token_hint` named. */
  readonly hintedOwnerId?: OwnerId
  /** The `claims` parameter (OpenID Connect Core section 5.5), as far as it is supported. */
  readonly claims?: { readonly idToken: readonly string[]; readonly userinfo: readonly string[] }
}

/** A request on its way through sign-in and consent: the state machine's memory. */
export interface Authorization {
  /** Hash of the id in the page's address. */
  readonly id: TokenHash
  /** Hash of the cookie of the browser that began it: no other browser can go on with it. */
  readonly browser: TokenHash
  readonly request: AuthorizationRequest
  /** Who signed in, once they have, and when (Unix seconds). */
  readonly ownerId?: OwnerId
  readonly authTime?: number
  /** Hash of the single-use token in the form last shown. */
  readonly formToken?: TokenHash
  /** What the identity provider must echo; and its PKCE verifier and nonce, needed in clear at its callback. */
  readonly upstream?: {
    readonly provider: string
    readonly state: TokenHash
    readonly verifier: string
    readonly nonce: string
  }
  /** Somebody whom a provider has verified and who is new here: they may yet say that they are someone we know. */
  readonly newcomer?: VerifiedIdentity
  readonly attempts: number
  readonly expiresAt: number
}

export interface AuthorizationStore {
  create(authorization: Authorization): Promise<void>
  find(id: TokenHash): Promise<Authorization | undefined>
  /** Applies `change` to what is stored in one atomic step and returns the result; undefined when there is none. */
  update(id: TokenHash, change: (current: Authorization) => Authorization): Promise<Authorization | undefined>
  /** True for exactly one caller. */
  delete(id: TokenHash): Promise<boolean>
}

export interface IssuedCode {
  readonly clientId: ClientId
  readonly ownerId: OwnerId
  readonly grantId: GrantId
  readonly familyId: FamilyId
  readonly request: AuthorizationRequest
  readonly authTime: number
  readonly sessionId?: TokenHash
  readonly expiresAt: number
}

export type TakenCode =
  | { readonly outcome: 'taken'; readonly code: IssuedCode }
  /** It was taken before: the family must die (RFC 6749 section 4.1.2). */
  | { readonly outcome: 'spent'; readonly familyId: FamilyId }
  | { readonly outcome: 'unknown' }

export interface CodeStore {
  create(hash: TokenHash, code: IssuedCode): Promise<void>
  /**
   * Returns the code and spends it in one step: among any number of callers exactly one gets it.
   * A mark of the spent code stays until `spentUntil` (Unix seconds), so that a replay is recognised as one, and longer where a refresh
   * token that came of it does (`RefreshTokenStore.rotate`).
   */
  take(hash: TokenHash, spentUntil: number): Promise<TakenCode>
}
