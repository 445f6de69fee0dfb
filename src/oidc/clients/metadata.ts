import { cleanName } from '../../shared/plain-name.ts'
import { OAuthError } from '../errors.ts'
import { clientAuthMethods } from '../ports/clients.ts'
import type { Client, GrantType } from '../ports.ts'
import { registrableScopes, splitScope, supportedScopes } from '../scopes.ts'
import { acceptablePostLogoutUris, acceptableRedirectUris } from './redirect-uris.ts'

/** What a client may say of itself (RFC 7591 section 2), read and checked: the part of `Client` that comes from it. */
export type ClientMetadata = Pick<
  Client,
  | 'name'
  | 'redirectUris'
  | 'postLogoutRedirectUris'
  | 'authMethods'
  | 'grantTypes'
  | 'scope'
  | 'clientUri'
  | 'logoUri'
  | 'jwks'
  | 'jwksUri'
>

const longestName = 200

const refuse = (message: string) => new OAuthError('invalid_client_metadata', message)

/** Throws `invalid_redirect_uri` and `invalid_client_metadata` (section 3.2.2). Fields not known here are ignored (section 2). */
export function readClientMetadata(sent: unknown): ClientMetadata {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) throw refuse('The metadata is a JSON object.')
  const fields = sent as Readonly<Record<string, unknown>>
  const responseTypes = list(fields, 'response_types') ?? ['code']
  if (!responseTypes.includes('code')) throw refuse('response_types must contain code.')
  const clientUri = httpsUri(fields, 'client_uri')
  const logoUri = httpsUri(fields, 'logo_uri')
  const jwksUri = httpsUri(fields, 'jwks_uri')
  const jwks = readKeySet(fields.jwks)
  const asked = text(fields, 'token_endpoint_auth_method') ?? 'client_secret_basic'
  const method = clientAuthMethods.find((known) => known === asked)
  if (method === undefined) throw refuse(`token_endpoint_auth_method is one of ${clientAuthMethods.join(', ')}.`)
  if (method === 'private_key_jwt' && jwks === undefined && jwksUri === undefined)
    throw refuse('private_key_jwt needs jwks or jwks_uri.')
  if (jwks !== undefined && jwksUri !== undefined) throw refuse('Send jwks or jwks_uri, not both.')
  return {
    name: cleanName(text(fields, 'client_name') ?? '').slice(0, longestName) || nameless,
    redirectUris: acceptableRedirectUris(fields.redirect_uris),
    postLogoutRedirectUris: acceptablePostLogoutUris(fields.post_logout_redirect_uris),
    authMethods: [method],
    grantTypes: grantTypesOf(list(fields, 'grant_types')),
    scope: scopeOf(text(fields, 'scope')),
    ...(clientUri === undefined ? {} : { clientUri }),
    ...(logoUri === undefined ? {} : { logoUri }),
    ...(jwks === undefined ? {} : { jwks }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
  }
}

/** The answer's form of what was registered (RFC 7591 section 3.2.1). */
export const metadataOf = (client: Client) => ({
  client_id: client.id,
  client_name: client.name,
  redirect_uris: client.redirectUris,
  ...(client.postLogoutRedirectUris.length > 0 ? { post_logout_redirect_uris: client.postLogoutRedirectUris } : {}),
  grant_types: client.grantTypes,
  response_types: ['code'],
  token_endpoint_auth_method: client.authMethods[0] ?? 'none',
  scope: client.scope,
  ...(client.clientUri === undefined ? {} : { client_uri: client.clientUri }),
  ...(client.logoUri === undefined ? {} : { logo_uri: client.logoUri }),
  ...(client.jwks === undefined ? {} : { jwks: client.jwks }),
  ...(client.jwksUri === undefined ? {} : { jwks_uri: client.jwksUri }),
  client_id_issued_at: client.createdAt,
})

function text(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' || value.length > 2_048) throw refuse(`${name} is a text of at most 2,048 characters.`)
  return value
}

function list(fields: Readonly<Record<string, unknown>>, name: string): readonly string[] | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value) || value.length > 20 || !value.every((item) => typeof item === 'string')) {
    throw refuse(`${name} is a list of at most 20 texts.`)
  }
  return value
}

/** An address shown to people: https and nothing else; anything else is left out rather than a reason to refuse. */
function httpsUri(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = text(fields, name)
  return value !== undefined && URL.canParse(value) && new URL(value).protocol === 'https:' ? value : undefined
}

/** Members of a JWK that are nobody's to send (RFC 7518 sections 6.2.2, 6.3.2 and 6.4). */
const privateParts = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** A JWK set with public keys only (RFC 7517 section 5); undefined where none was sent. */
export function readKeySet(value: unknown): Client['jwks'] {
  if (value === undefined || value === null) return undefined
  const found = typeof value === 'object' && 'keys' in value ? value.keys : undefined
  if (!Array.isArray(found) || found.length === 0 || found.length > 10) throw refuse('jwks has 1 to 10 keys.')
  for (const key of found) {
    if (typeof key !== 'object' || key === null || privateParts.some((name) => name in key))
      throw refuse('jwks has public keys only.')
  }
  return { keys: found }
}

/** What an app is called that names itself with nothing that could be read. */
export const nameless = 'An app without a name'

/** Clients register for a code and, unless they say otherwise, for refreshing. client_credentials is for the operator to give. */
function grantTypesOf(asked: readonly string[] | undefined): readonly GrantType[] {
  const types = asked ?? ['authorization_code', 'refresh_token']
  if (!types.includes('authorization_code')) throw refuse('grant_types must contain authorization_code.')
  return types.includes('refresh_token') ? ['authorization_code', 'refresh_token'] : ['authorization_code']
}

/** What of the scope exists here; where nothing was asked for, all that is advertised (RFC 7591 section 2: the server's default). */
function scopeOf(asked: string | undefined): string {
  const known: readonly string[] = registrableScopes
  const wanted = splitScope(asked).filter((scope) => known.includes(scope))
  return (wanted.length === 0 ? supportedScopes : wanted).join(' ')
}
