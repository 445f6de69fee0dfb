import type { FamilyId } from '../../shared/brand.ts'
import { unixSeconds } from '../../shared/clock.ts'
import type { OidcDependencies } from '../dependencies.ts'

/** Ends one authorization: its refresh tokens at once, its access tokens through the feed. */
export async function endFamily(
  familyId: FamilyId,
  { stores, feed, clock, settings }: Pick<OidcDependencies, 'stores' | 'feed' | 'clock' | 'settings'>,
): Promise<void> {
  await stores.refreshTokens.revokeFamily(familyId)
  await feed.revoke({ kind: 'family', id: familyId, expiresAt: unixSeconds(clock) + settings.accessTokenTtlSeconds })
}
