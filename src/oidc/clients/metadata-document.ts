/** OAuth Client ID Metadata Documents: a client whose `client_id` is the address of what it says of itself. */
import type { ClientId } from '../../shared/brand.ts'
import { OAuthError } from '../errors.ts'
import type { Client, ClientAuthMethod } from '../ports.ts'
import { readClientMetadata } from './metadata.ts'

const longestAddress = 1_024

/** Section 3: https with a path, without fragment, userinfo and dot segments. Compared as text, so it must be spelled plainly. */
export function isDocumentAddress(id: string): boolean {
  if (!id.startsWith('https://') || id.length > longestAddress || id.includes('#') || !URL.canParse(id)) return false
  const url = new URL(id)
  if (url.username !== '' || url.password !== '' || url.pathname === '/') return false
  return url.href === id
}

/** A client as its document describes it. Throws `OAuthError('invalid_client')` with what is wrong with the document. */
export function readMetadataDocument(id: ClientId, document: unknown, createdAt: number): Client {
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw unusable('it is no JSON object')
  const fields = document as Readonly<Record<string, unknown>>
  if (fields.client_id !== id) throw unusable('its client_id is not its own address')
  if (typeof fields.client_name !== 'string') throw unusable('it has no client_name')
  if ('client_secret' in fields || 'client_secret_expires_at' in fields) throw unusable('it publishes a secret')
  try {
    const metadata = readClientMetadata({ ...fields, token_endpoint_auth_method: 'none' })
    const authMethods = authMethodsOf(fields, metadata.jwks !== undefined || metadata.jwksUri !== undefined)
    return { ...metadata, authMethods, id, kind: 'document', pkceRequired: true, createdAt }
  } catch (error) {
    if (error instanceof OAuthError && error.code !== 'invalid_client') throw unusable(error.description)
    throw error
  }
}

/**
 * What the client may use: the plural field where there is one (it offers several, as ChatGPT's does), otherwise the singular.
 * A published document holds no secret, so only `none` and `private_key_jwt` mean anything (section 4.1).
 */
function authMethodsOf(fields: Readonly<Record<string, unknown>>, hasKeys: boolean): readonly ClientAuthMethod[] {
  const { token_endpoint_auth_methods_supported: several, token_endpoint_auth_method: one } = fields
  const offered: readonly unknown[] = Array.isArray(several) ? [...several, one] : [one ?? 'none']
  const methods = (['none', 'private_key_jwt'] as const).filter(
    (method) => offered.includes(method) && (method === 'none' || hasKeys),
  )
  if (methods.length === 0) throw unusable('it offers neither none nor private_key_jwt with keys')
  return methods
}

const unusable = (why: string) =>
  new OAuthError('invalid_client', `The client's metadata document cannot be used: ${why}.`, { reason: why })
