import type { ClientId } from '../../shared/brand.ts'
import { type Ending, endAll } from '../grants/end.ts'
import type { ClientStore } from '../ports.ts'
import { endFamily } from '../token/family.ts'
import { familyOfMachine } from '../tokens/machine-family.ts'

/**
 * Removes a client and ends all that was granted to it, in every process within a second: access tokens, streams, codes and
 * refresh tokens (RFC 7592 section 2.3). False when there is none. What fails half-way is done again by a second try.
 */
export async function removeClient(
  id: ClientId,
  dependencies: Ending & { readonly stores: { readonly clients: ClientStore } },
): Promise<boolean> {
  const { clients, grants } = dependencies.stores
  const endGrants = () => endAll(() => grants.listByClient(id), dependencies)
  if ((await clients.find(id)) === undefined) return false
  await endGrants()
  await endFamily(familyOfMachine(id), dependencies)
  const removed = await clients.delete(id)
  // What was allowed in the moment before: from now on nothing more can be.
  await endGrants()
  return removed
}
