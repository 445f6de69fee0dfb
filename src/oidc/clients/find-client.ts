import type { ClientId } from '../../shared/brand.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Client } from '../ports.ts'

/** The client of an id, however it came to be known here; undefined for a stranger. */
export const findClient = (
  id: ClientId,
  { stores }: { readonly stores: Pick<OidcDependencies['stores'], 'clients'> },
): Promise<Client | undefined> => stores.clients.find(id)
