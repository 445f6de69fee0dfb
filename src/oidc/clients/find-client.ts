import type { ClientId } from '../../shared/brand.ts'
import { uiClientId } from '../../shared/ui-client.ts'
import type { OidcDependencies } from '../dependencies.ts'
import { OAuthError } from '../errors.ts'
import type { Client } from '../ports.ts'
import { isDocumentAddress } from './metadata-document.ts'
import { uiClient } from './ui-client.ts'

/**
 * The client of an id, however it came to be known here; undefined for a stranger. An id that is the address of a metadata
 * document is that document's client, unless the operator added a client under it. Throws `OAuthError('invalid_client')` for
 * a document that cannot be used.
 */
export async function findClient(
  id: ClientId,
  {
    stores,
    documents,
    settings,
  }: Pick<OidcDependencies, 'documents' | 'settings'> & {
    readonly stores: Pick<OidcDependencies['stores'], 'clients'>
  },
): Promise<Client | undefined> {
  if (id === uiClientId) return uiClient(settings)
  if (!isDocumentAddress(id)) return stores.clients.find(id)
  const added = await stores.clients.find(id)
  return added !== undefined && added.kind !== 'document' ? added : documents.client(id)
}

/** The client of a kept request; it may have gone since. Throws `OAuthError('invalid_client')`. */
export async function clientOf(
  { clientId }: { readonly clientId: ClientId },
  dependencies: Parameters<typeof findClient>[1],
): Promise<Client> {
  const client = await findClient(clientId, dependencies)
  if (client === undefined) throw noLongerRegistered()
  return client
}

/** For a person on the way: the client was removed since the request was taken. */
export const noLongerRegistered = (): OAuthError =>
  new OAuthError('invalid_client', 'The app that sent you is no longer registered here. Connect it again.')
