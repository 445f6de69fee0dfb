import type { GrantId, OwnerId } from '../../shared/brand.ts'
import { unixSeconds } from '../../shared/clock.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { AuthorizationRequest, Client, Grant } from '../ports.ts'
import { audienceOf } from '../resource-indicators.ts'
import { disclosedScopes } from './disclosed.ts'

/** As many as a client may register; the oldest is asked about again. */
const mostRedirectUris = 20

/**
 * Remembers what a person allowed a client: what they allowed before, and this. A client that registered itself, or whose
 * document was fetched, stays from now on: what has a grant is in use.
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
  const { expiresAt, ...lasting } = client
  if (expiresAt !== undefined) await stores.clients.save(lasting)
  return grant
}

const union = (earlier: readonly string[] = [], added: readonly string[]) => [...new Set([...earlier, ...added])]
