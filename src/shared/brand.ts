/** Names for identifiers, so that one cannot be passed where another is meant. */
declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** The `sub` of a person: derived from identity provider and subject, never allocated. */
export type OwnerId = Brand<string, 'OwnerId'>
/** An OAuth `client_id`; in the memory domain the same value names the app. */
export type ClientId = Brand<string, 'ClientId'>
/** A person's consent to one client. */
export type GrantId = Brand<string, 'GrantId'>
/** One authorization: its code, its refresh tokens and its access tokens live and die together. */
export type FamilyId = Brand<string, 'FamilyId'>
export type MemoryId = Brand<string, 'MemoryId'>

/** base64url SHA-256 of a token, code or session id: what stores keep in its place. */
export type TokenHash = Brand<string, 'TokenHash'>
