import type { ClientId } from '../../../shared/brand.ts'
import { findClient } from '../../clients/find-client.ts'
import { OAuthError } from '../../errors.ts'
import type { PageCheck } from '../check.ts'

/** RFC 6749 section 4.1.2.1: a missing or unknown client is told to the person, never redirected. */
export const knownClient: PageCheck = async ({ parameters, dependencies }) => {
  const id = parameters.values.client_id
  if (id === undefined) throw new OAuthError('invalid_request', 'The app did not say which app it is (client_id).')
  const client = await findClient(id as ClientId, dependencies)
  if (client === undefined)
    throw new OAuthError(
      'invalid_client',
      'This server does not know the app that sent you. Remove the connection in the app and add it again, so that it registers anew.',
      { reason: 'unknown client' },
    )
  return { client }
}
