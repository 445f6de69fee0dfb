import type { FamilyId } from '../../shared/brand.ts'
import { unixSeconds } from '../../shared/clock.ts'
import type { OidcDependencies } from '../dependencies.ts'

/** A token that was being signed while its family ended lives this much longer than one signed before. */
export const underWaySeconds = 60

/**
 * Ends one authorization: its access tokens through the feed, its refresh tokens at once. The feed comes first: when it fails,
 * the answer is 503, and a second try must still find the refresh token by which the family is known.
 */
export async function endFamily(
  familyId: FamilyId,
  {
    stores,
    feed,
    clock,
    settings,
  }: Pick<OidcDependencies, 'feed' | 'clock' | 'settings'> & {
    readonly stores: Pick<OidcDependencies['stores'], 'refreshTokens'>
  },
): Promise<void> {
  const expiresAt = unixSeconds(clock) + settings.accessTokenTtlSeconds + underWaySeconds
  await feed.revoke({ kind: 'family', id: familyId, expiresAt })
  await stores.refreshTokens.revokeFamily(familyId)
}
