/**
 * The sign-in server's records as schemas, for what comes out of a backup. The compiler holds each to its port: whoever adds a member
 * there adds it here, or the product would refuse its own backups, or lose from sight what a file holds.
 */
import { type Static, Type } from '@sinclair/typebox'
import { clientAuthMethods, clientKinds, grantTypes } from '../oidc/ports/clients.ts'
import { keyStates } from '../oidc/ports/keys.ts'
import type { Client, Grant, StoredKey, User } from '../oidc/ports.ts'
import type { ClientId, GrantId, OwnerId, TokenHash } from '../shared/brand.ts'

const text = Type.String()
const texts = Type.Array(text)
const number = Type.Number()
const flag = Type.Boolean()
/** A text that has a type of its own (shared/brand). */
const named = <Name extends string>() => Type.Unsafe<Name>(text)
const oneOf = <Name extends string>(names: readonly Name[]) =>
  Type.Unsafe<Name>(Type.Union(names.map((name) => Type.Literal(name))))

/** Members that later versions add are kept. */
const schemas = {
  user: Type.Object({
    id: named<OwnerId>(),
    name: text,
    email: Type.Optional(text),
    emailVerified: Type.Optional(flag),
    hostedDomain: Type.Optional(text),
    picture: Type.Optional(text),
    identities: Type.Array(Type.Object({ provider: text, subject: text })),
    createdAt: number,
    updatedAt: number,
  }),
  client: Type.Object({
    id: named<ClientId>(),
    name: text,
    redirectUris: texts,
    postLogoutRedirectUris: texts,
    authMethods: Type.Array(oneOf(clientAuthMethods)),
    secretHash: Type.Optional(named<TokenHash>()),
    grantTypes: Type.Array(oneOf(grantTypes)),
    scope: text,
    pkceRequired: flag,
    clientUri: Type.Optional(text),
    logoUri: Type.Optional(text),
    jwks: Type.Optional(Type.Object({ keys: Type.Array(Type.Unsafe<Record<string, unknown>>(Type.Object({}))) })),
    jwksUri: Type.Optional(text),
    serves: Type.Optional(texts),
    kind: oneOf(clientKinds),
    registrationTokenHash: Type.Optional(named<TokenHash>()),
    createdAt: number,
    expiresAt: Type.Optional(number),
  }),
  grant: Type.Object({
    id: named<GrantId>(),
    ownerId: named<OwnerId>(),
    clientId: named<ClientId>(),
    scopes: texts,
    resources: texts,
    redirectUris: Type.Optional(texts),
    createdAt: number,
    updatedAt: number,
  }),
  key: Type.Object({ kid: text, privateKeyPem: text, state: oneOf(keyStates), since: number }),
}

interface Records {
  readonly user: User
  readonly client: Client
  readonly grant: Grant
  readonly key: StoredKey
}

/** A type without its `readonly`: JSON that was read belongs to whoever read it. */
type Writable<T> = unknown extends T
  ? T
  : T extends string | number | boolean | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? Writable<Item>[]
      : { -readonly [Name in keyof T]: Writable<T[Name]> }

/** Whether each is the other's; members that may be missing are compared too. */
type Same<A, B> = [A, Required<A>, B, Required<B>] extends [B, Required<B>, A, Required<A>] ? true : false

/** `never`, to which nothing can be assigned, for a schema that is not its port's. */
type OfTheirPorts = {
  readonly [Kind in keyof Records]: Same<Writable<Records[Kind]>, Static<(typeof schemas)[Kind]>> extends true
    ? (typeof schemas)[Kind]
    : never
}

export const transferSchemas: OfTheirPorts = schemas
