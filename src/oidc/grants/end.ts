import { unixSeconds } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Grant, GrantStore, RefreshTokenStore } from '../ports.ts'
import { underWaySeconds } from '../token/family.ts'

export type Ending = Pick<OidcDependencies, 'feed' | 'clock' | 'settings'> & {
  readonly stores: { readonly refreshTokens: RefreshTokenStore; readonly grants: GrantStore }
}

/**
 * Ends what a person allowed a client: every access token of it, in every process within a second, and its codes and refresh
 * tokens. The grant itself goes last: when something before it fails, the answer is 503 and a second try still finds it.
 */
export async function endGrant({ id, ownerId }: Grant, { stores, feed, clock, settings }: Ending): Promise<void> {
  const expiresAt = unixSeconds(clock) + settings.accessTokenTtlSeconds + underWaySeconds
  await feed.revoke({ kind: 'grant', id, expiresAt })
  await stores.refreshTokens.revokeGrant(id)
  await stores.grants.revoke(ownerId, id)
}

/** A list has 1,000 of them: more than this many lists mean that somebody allows as fast as we end. */
const mostLists = 100

/** Ends all that `list` gives, and asks again until it gives nothing. Faults: `unavailable` when that does not come to an end. */
export async function endAll(list: () => Promise<readonly Grant[]>, ending: Ending): Promise<void> {
  for (let asked = 0; asked < mostLists; asked++) {
    const grants = await list()
    if (grants.length === 0) return
    for (const grant of grants) await endGrant(grant, ending)
  }
  throw new Fault('unavailable', 'More is being allowed while what was allowed is ended. Try again.')
}
