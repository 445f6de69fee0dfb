import type { GrantId, OwnerId } from '../../shared/brand.ts'
import { unixSeconds } from '../../shared/clock.ts'
import { noLongerRegistered } from '../clients/find-client.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { AuthorizationRequest, Client, Grant, OidcStores } from '../ports.ts'
import { audienceOf } from '../resource-indicators.ts'
import { disclosedScopes } from './disclosed.ts'

/** As many as a client may register; the oldest is asked about again. */
const mostRedirectUris = 20

/**
 * Remembers what a person allowed a client: what they allowed before, and this. A client that registered itself, or whose
 * document was fetched, stays from now on: what has a grant is in use. Throws `OAuthError('invalid_client')` for one that was
 * removed meanwhile, and remembers nothing.
 */
export async function recordGrant(
  { ownerId, client, request }: { ownerId: OwnerId; client: Client; request: AuthorizationRequest },
  { stores, settings, random, clock }: Pick<OidcDependencies, 'stores' | 'settings' | 'random' | 'clock'>,
): Promise<Grant> {
  const now = unixSeconds(clock)
  const earlier = await stores.grants.find(ownerId, client.id)
  const grant = await stores.grants.save({
    id: earlier?.id ?? (random.id() as GrantId),
    ownerId,
    clientId: client.id,
    scopes: union(earlier?.scopes, disclosedScopes(request)),
    resources: union(earlier?.resources, audienceOf(settings, request.resources)),
    redirectUris: union([request.redirectUri], earlier?.redirectUris ?? []).slice(0, mostRedirectUris),
    createdAt: earlier?.createdAt ?? now,
    updatedAt: now,
  })
  if (await staysRegistered(client, stores)) return grant
  await stores.grants.revoke(ownerId, grant.id)
  throw noLongerRegistered()
}

/**
 * Makes a client stay, and says whether it is still there now that the grant is: who removes a client ends its grants afterwards, so
 * that of a removal and a consent at the same moment one sees the other. What publishes a document may always come again.
 */
async function staysRegistered(client: Client, { clients }: Pick<OidcStores, 'clients'>): Promise<boolean> {
  const { id, kind, expiresAt } = client
  if (kind === 'own') return true
  if (kind === 'document') {
    if (expiresAt !== undefined) await clients.save(lasting(client))
    return true
  }
  return (expiresAt === undefined ? await clients.find(id) : await clients.update(id, lasting)) !== undefined
}

const lasting = ({ expiresAt: _, ...client }: Client): Client => client

const union = (earlier: readonly string[] = [], added: readonly string[]) => [...new Set([...earlier, ...added])]
