import type { FamilyId, TokenHash } from '../../shared/brand.ts'
import { unixSeconds } from '../../shared/clock.ts'
import { hashToken } from '../../shared/hash.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { AuthorizationRequest, Grant } from '../ports.ts'
import { enter } from '../tell.ts'
import type { SignedIn } from './dispatch.ts'

/** A code of 256 bits, of which only the hash is kept, and with it a new family of tokens (RFC 6749 section 4.1.2). */
export async function issueCode(
  given: {
    readonly request: AuthorizationRequest
    readonly signedIn: SignedIn
    readonly grant: Grant
    readonly sessionId: TokenHash | undefined
  },
  dependencies: Pick<OidcDependencies, 'random' | 'clock' | 'stores' | 'settings' | 'log' | 'metrics'>,
): Promise<string> {
  const { random, clock, stores, settings } = dependencies
  const { request, signedIn, grant, sessionId } = given
  enter(dependencies, 'token')
  const code = random.token(32)
  await stores.codes.create(hashToken(code), {
    clientId: request.clientId,
    ownerId: signedIn.ownerId,
    grantId: grant.id,
    familyId: random.id() as FamilyId,
    request,
    authTime: signedIn.authTime,
    ...(sessionId === undefined ? {} : { sessionId }),
    expiresAt: unixSeconds(clock) + settings.codeTtlSeconds,
  })
  return code
}
