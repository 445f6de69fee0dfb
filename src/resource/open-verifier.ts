import type { ClientId, OwnerId } from '../shared/brand.ts'
import { accountScope, memoryScopes } from '../shared/memory-scopes.ts'
import type { Principal, TokenVerifier } from './ports.ts'

/** The last second of the year 9999: what nothing ends. */
const never = 253_402_300_799

/**
 * With AUTH=none: whoever reaches this process is its owner, with or without a token. Who can is a matter of HOST and of what publishes its
 * port (config/check); the edge (http/local-only) keeps pages of other origins out, and nobody else.
 */
export function ownerWithoutToken(ownerId: OwnerId): TokenVerifier {
  const principal: Principal = Object.freeze({
    ownerId,
    clientId: 'local' as ClientId,
    scopes: new Set([...memoryScopes, accountScope]),
    audience: [],
    tokenId: 'none',
    grantId: undefined,
    familyId: undefined,
    expiresAt: never,
  })
  return { withoutToken: principal, verify: async () => principal, assertStanding() {} }
}
