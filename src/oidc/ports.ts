/**
 * What the authorization server needs from outside. Every store gets hashes, never raw tokens; every `expiresAt` is Unix
 * seconds, and an expired record is as good as absent. A store that cannot answer throws `Fault('unavailable')`: never
 * "not found", so that a lost connection is a 503 and not a false refusal.
 * Each port has adapters for SQLite and Redis and one conformance suite in tests/conformance.
 */
import type { ClientId, FamilyId, GrantId, OwnerId, TokenHash } from '../shared/brand.ts'

export type ClientAuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'
export type GrantType = 'authorization_code' | 'refresh_token' | 'client_credentials'

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
  /** How we know it: `manual` was added by the operator, `dynamic` registered itself, `document` is a Client ID Metadata Document. */
  readonly kind: 'manual' | 'dynamic' | 'document'
  /** RFC 7592: what the registration access token hashes to. */
  readonly registrationTokenHash?: TokenHash
  readonly createdAt: number
  /** A dynamic client that never got a grant goes away then. */
  readonly expiresAt?: number
}

export interface ClientStore {
  find(id: ClientId): Promise<Client | undefined>
  /** Keeps a new client or replaces one of the same id. */
  save(client: Client): Promise<void>
  delete(id: ClientId): Promise<boolean>
  /** At most `limit`, in order of id, after `after`. */
  list(limit: number, after?: ClientId): Promise<readonly Client[]>
  /** How many dynamic clients exist: registration is capped. */
  countDynamic(): Promise<number>
}

/** The checked parameters of one authorization request. */
export interface AuthorizationRequest {
  readonly clientId: ClientId
  readonly redirectUri: string
  /** Whether the client sent it: it must then be repeated at the token endpoint (RFC 6749 section 4.1.3). */
  readonly redirectUriSent: boolean
  readonly responseMode: 'query' | 'form_post'
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly state?: string
  readonly nonce?: string
  readonly codeChallenge?: string
  readonly prompts: readonly ('none' | 'login' | 'consent' | 'select_account')[]
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
  /** Set at the moment the user approved sign-in for this client (the confused-deputy rule). */
  readonly approvedAt?: number
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
   * A mark of the spent code stays until `spentUntil` (Unix seconds), so that a replay is recognised as one.
   */
  take(hash: TokenHash, spentUntil: number): Promise<TakenCode>
}

export interface RefreshToken {
  readonly clientId: ClientId
  readonly ownerId: OwnerId
  readonly grantId: GrantId
  readonly familyId: FamilyId
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly claims?: AuthorizationRequest['claims']
  readonly authTime: number
  readonly expiresAt: number
}

export type Rotation =
  | { readonly outcome: 'rotated' | 'graced'; readonly token: RefreshToken }
  /** Used again outside the grace: the family was revoked in the same step. */
  | { readonly outcome: 'reused'; readonly token: RefreshToken }
  | { readonly outcome: 'unknown' }

export interface RefreshTokenStore {
  /** Keeps a family's first token; nothing when the family was revoked meanwhile (a replayed code, a withdrawn grant). */
  create(hash: TokenHash, token: RefreshToken): Promise<void>
  /** Reads without spending; undefined when unknown, expired, or its family was revoked. */
  find(hash: TokenHash): Promise<RefreshToken | undefined>
  /**
   * Spends `hash` and puts `next` in its place, in one atomic step.
   * - `rotated`: it was live; `next` lives with the given expiry
   * - `graced`: it was rotated at most `graceSeconds` ago, by the same client, and none of its successors was used yet:
   *   `next` lives beside its sibling, in the same family
   * - `reused`: it was spent before, outside the grace; the whole family is revoked
   * The token that comes back is the successor's record, for `reused` the spent one's.
   * `clientId` other than the token's own is `unknown`, and spends nothing.
   */
  rotate(
    hash: TokenHash,
    next: { readonly hash: TokenHash; readonly expiresAt: number },
    by: { readonly clientId: ClientId; readonly now: number; readonly graceSeconds: number },
  ): Promise<Rotation>
  /** Every token of the family is dead afterwards, its code too, whichever process asks. Unknown families are fine. */
  revokeFamily(familyId: FamilyId): Promise<void>
  /** The same for every family under the grant so far; a later authorization under it lives. */
  revokeGrant(grantId: GrantId): Promise<void>
}

/** What a person allowed a client. One for each pair of them. */
export interface Grant {
  readonly id: GrantId
  readonly ownerId: OwnerId
  readonly clientId: ClientId
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /** Where the person saw that they would be sent; any other address is put before them first. */
  readonly redirectUris?: readonly string[]
  readonly createdAt: number
  readonly updatedAt: number
}

export interface GrantStore {
  find(ownerId: OwnerId, clientId: ClientId): Promise<Grant | undefined>
  findById(id: GrantId): Promise<Grant | undefined>
  /** Keeps it; one grant for each owner and client, the later replaces the earlier. */
  save(grant: Grant): Promise<void>
  /** The latest first, at most 1,000. */
  list(ownerId: OwnerId): Promise<readonly Grant[]>
  revoke(ownerId: OwnerId, id: GrantId): Promise<boolean>
  /** Whether any grant names this client: such a client never expires. */
  existsForClient(clientId: ClientId): Promise<boolean>
}

export interface Session {
  readonly id: TokenHash
  readonly ownerId: OwnerId
  /** When the person last proved who they are, Unix seconds. */
  readonly authTime: number
  readonly amr: readonly string[]
  readonly expiresAt: number
}

export interface SessionStore {
  create(session: Session): Promise<void>
  find(id: TokenHash): Promise<Session | undefined>
  /** Moves the expiry; nothing when it is gone. */
  touch(id: TokenHash, expiresAt: number): Promise<void>
  delete(id: TokenHash): Promise<void>
}

export interface Identity {
  /** `console` or `google` (or the issuer of another OpenID provider). */
  readonly provider: string
  readonly subject: string
}

/** A person. `id` is derived from the first identity; further identities are linked to it. */
export interface User {
  readonly id: OwnerId
  readonly name: string
  readonly email?: string
  readonly emailVerified?: boolean
  /** Google's verified hosted domain. */
  readonly hostedDomain?: string
  readonly picture?: string
  readonly identities: readonly Identity[]
  readonly createdAt: number
  readonly updatedAt: number
}

export interface UserStore {
  find(id: OwnerId): Promise<User | undefined>
  findByIdentity(identity: Identity): Promise<User | undefined>
  /** By the name a console user was added under. */
  findByName(name: string): Promise<User | undefined>
  /** Keeps a new user; a second with the same id or identity is `Fault('conflict')`. */
  create(user: User): Promise<void>
  /** Replaces the profile of a user who exists; identities change by `link` alone. */
  update(user: User): Promise<void>
  /** Adds an identity to a user in one atomic step; `Fault('conflict')` when it belongs to someone else, `not_found` without the user. */
  link(id: OwnerId, identity: Identity): Promise<void>
  list(limit: number, after?: OwnerId): Promise<readonly User[]>
  delete(id: OwnerId): Promise<boolean>
}

/**
 * A sign-in code printed on the console: 12 characters (60 bits). The first four select the code and are stored in clear, so that
 * wrong guesses count against the code they name and a stranger cannot burn the owner's by guessing at random.
 */
export interface ConsoleCode {
  readonly selector: string
  readonly hash: TokenHash
  readonly ownerId: OwnerId
  readonly triesLeft: number
  readonly expiresAt: number
}

export interface ConsoleCodeStore {
  create(code: ConsoleCode): Promise<void>
  /** Spends the code when the hash matches; otherwise takes one try from the code named by the selector, the last of which deletes it. Atomic. */
  redeem(selector: string, hash: TokenHash): Promise<OwnerId | undefined>
}

/** Marks of what may be used once: assertion `jti`s (RFC 7523 section 3). */
export interface ReplayStore {
  /** True for the first caller with this key, false for every other until it expires. */
  claim(key: TokenHash, expiresAt: number): Promise<boolean>
}

/** A signing key as it is kept: PKCS#8 PEM. */
export interface StoredKey {
  readonly kid: string
  readonly privateKeyPem: string
  /** next: published, not yet signing. current: signs. retired: published until its last token has expired. */
  readonly state: 'next' | 'current' | 'retired'
  /** Since when it is in this state, Unix seconds. */
  readonly since: number
}

export interface KeyStore {
  load(): Promise<readonly StoredKey[]>
  /** Writes the ring if nobody changed it since `load` gave `expected` kids and states; false otherwise. Mode 0600 where a file. */
  save(keys: readonly StoredKey[], expected: readonly StoredKey[]): Promise<boolean>
  /** False for a mounted secret. */
  readonly writable: boolean
}

/** Where people prove who they are, if not with a printed code. */
export interface IdentityProvider {
  readonly name: string
  /** For the button: `Google`. */
  readonly label: string
  authorizationUrl(request: {
    readonly state: string
    readonly verifier: string
    readonly nonce: string
    readonly loginHint?: string
    readonly selectAccount: boolean
  }): Promise<URL>
  /** Redeems the callback's code and verifies the ID token in full. Throws `Fault('forbidden')` for a bad one, `Fault('unavailable')` when it cannot be reached. */
  exchange(callback: {
    readonly code: string
    readonly verifier: string
    readonly nonce: string
    readonly issuer?: string
  }): Promise<VerifiedIdentity>
}

export interface VerifiedIdentity extends Identity {
  readonly email?: string
  readonly emailVerified: boolean
  readonly hostedDomain?: string
  readonly name?: string
  readonly picture?: string
}

/**
 * The way out to an address that a stranger named (a client's metadata document, its keys). It only connects: which addresses
 * may be reached is decided by its caller (clients/fetch-document.ts), between the two calls, so that a name cannot change
 * its meaning after it was judged (DNS rebinding).
 */
export interface Outbound {
  /** Every address of a host name. Throws when there is none. */
  resolve(host: string, signal: AbortSignal): Promise<readonly string[]>
  /**
   * GET over TLS to exactly this address, with the certificate checked for the URL's host. Follows no redirect, reads at
   * most `limitBytes` of the body, and throws when it is longer or when `signal` fires.
   */
  get(url: URL, options: OutboundRequest): Promise<OutboundAnswer>
}

export interface OutboundRequest {
  readonly address: string
  readonly limitBytes: number
  readonly signal: AbortSignal
}

export interface OutboundAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

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
}

/** Every store of the authorization server: what an adapter for an engine returns. */
export interface OidcStores {
  readonly clients: ClientStore
  readonly authorizations: AuthorizationStore
  readonly codes: CodeStore
  readonly refreshTokens: RefreshTokenStore
  readonly grants: GrantStore
  readonly sessions: SessionStore
  readonly users: UserStore
  readonly consoleCodes: ConsoleCodeStore
  readonly replays: ReplayStore
}

/** Signs with the current key and publishes every key that a live token may have been signed with. */
export interface KeyRing {
  /** A compact JWS over `claims`, RS256, with `kid` and the given `typ`. */
  sign(claims: Readonly<Record<string, unknown>>, typ: 'at+jwt' | 'JWT'): Promise<string>
  /** Public JWKs (RFC 7517) of the next, current and retired keys, in that order. */
  publicKeys(): Promise<readonly PublicJwk[]>
  /** next becomes current, current retired, a new next is made. Throws `Fault('conflict')` where the keys are mounted. */
  rotate(): Promise<void>
}

export interface PublicJwk {
  readonly kty: 'RSA'
  readonly kid: string
  readonly use: 'sig'
  readonly alg: 'RS256'
  readonly n: string
  readonly e: string
}
