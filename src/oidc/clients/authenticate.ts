/** Who is calling a back-channel endpoint: OAuth 2.1 section 2.4, RFC 6749 section 2.3. Exactly one method, one the client has. */
import type { ClientId } from '../../shared/brand.ts'
import { equalSecrets, hashToken } from '../../shared/hash.ts'
import type { OidcDependencies } from '../dependencies.ts'
import { OAuthError } from '../errors.ts'
import type { Client, ClientAuthMethod } from '../ports.ts'
import { assertionMethod, authenticateByAssertion } from './assertion.ts'
import { findClient } from './find-client.ts'

type Values = Readonly<Record<string, string | undefined>>

interface Presented {
  readonly method: ClientAuthMethod
  readonly clientId: string
  readonly secret?: string
}

/**
 * The authenticated client of a request. Throws `invalid_client` (401) for an unknown client, a wrong or missing secret, or a
 * method it is not registered for, and `invalid_request` when it authenticates in two ways at once (RFC 6749 section 2.3).
 */
export async function authenticateClient(
  request: Request,
  values: Values,
  dependencies: OidcDependencies,
): Promise<Client> {
  const presented = present(request.headers.get('authorization'), values)
  const client = await findClient(presented.clientId as ClientId, dependencies)
  if (client === undefined) throw refused('unknown client')
  if (!client.authMethods.includes(presented.method)) throw refused(`method ${presented.method} is not registered`)
  switch (presented.method) {
    case 'none':
      return client
    case 'client_secret_basic':
    case 'client_secret_post':
      if (client.secretHash === undefined || !equalSecrets(client.secretHash, hashToken(presented.secret ?? ''))) {
        throw refused('wrong secret')
      }
      return client
    case 'private_key_jwt':
      await authenticateByAssertion(client, values.client_assertion ?? '', dependencies)
      return client
    default:
      return presented.method satisfies never
  }
}

const refused = (reason: string) => new OAuthError('invalid_client', 'Client authentication failed.', { reason })

function present(authorization: string | null, values: Values): Presented {
  const basic = authorization === null ? undefined : readBasic(authorization)
  const ways = [basic, values.client_secret, values.client_assertion].filter((way) => way !== undefined)
  if (ways.length > 1) throw new OAuthError('invalid_request', 'Authenticate in one way only.')
  if (basic !== undefined) {
    if (values.client_id !== undefined && values.client_id !== basic.clientId) {
      throw new OAuthError('invalid_request', 'client_id differs from the Authorization header.')
    }
    return { method: 'client_secret_basic', ...basic }
  }
  if (values.client_assertion !== undefined) return assertionMethod(values)
  if (values.client_id === undefined) throw refused('no client_id')
  if (values.client_secret !== undefined) {
    return { method: 'client_secret_post', clientId: values.client_id, secret: values.client_secret }
  }
  return { method: 'none', clientId: values.client_id }
}

/** RFC 6749 section 2.3.1: split at the first colon, then form-decode each half. */
function readBasic(authorization: string): { clientId: string; secret: string } {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1]
  if (encoded === undefined) throw refused('not a Basic header')
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) throw refused('no colon in Basic')
  try {
    const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '))
    return { clientId: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) }
  } catch (cause) {
    throw new OAuthError('invalid_client', 'Client authentication failed.', {
      reason: 'Basic is not form-encoded',
      cause,
    })
  }
}
