/** Who is calling: RFC 6750 section 2.1, the header and nothing else. Used by api and mcp before they do anything. */
import { auditRefusedToken, userHash } from '../shared/audit.ts'
import { bearerToken } from '../shared/bearer-token.ts'
import { InvalidToken } from '../shared/invalid-token.ts'
import type { Log } from '../shared/log.ts'
import { memoryScopes } from '../shared/memory-scopes.ts'
import { requestContext } from '../shared/request-context.ts'
import { audienceGroup, type ResourcePath } from './audience.ts'
import { BearerChallenge } from './errors.ts'
import { metadataUrl } from './metadata.ts'
import type { Principal, Standing, TokenVerifier } from './ports.ts'

export interface BearerDependencies {
  readonly verifier: TokenVerifier
  readonly log: Log
  readonly settings: { readonly apiBaseUrl: string }
}

/**
 * The verified caller of a request to the resource at `path`.
 * Throws `BearerChallenge` (401, with `error` only if a token was sent) and `Fault('unavailable')`.
 */
export async function authenticate(
  { verifier, log, settings }: BearerDependencies,
  request: Request,
  path: ResourcePath,
): Promise<Principal> {
  const token = bearerToken(request)
  if (token === undefined) {
    if (verifier.withoutToken !== undefined) return verifier.withoutToken
    // A challenge would send the client to a sign-in server that is not there.
    await verifier.ready?.()
    throw new BearerChallenge({
      status: 401,
      description: 'This resource needs an access token.',
      metadataUrl: metadataUrl(settings.apiBaseUrl, path),
      scopes: memoryScopes,
    })
  }
  try {
    const principal = await verifier.verify(token, groupOf(settings.apiBaseUrl))
    const context = requestContext(request)
    context.clientId = principal.clientId
    context.user = userHash(principal.ownerId)
    return principal
  } catch (error) {
    if (error instanceof InvalidToken) requestContext(request).reason = error.reason
    throw refusalOf(error, { log, settings }, requestContext(request).requestId, path)
  }
}

/**
 * That a caller who was verified before a wait may still go on. A request waits for its body and for its turn, and must not do
 * then what its token allows no longer. Throws as `authenticate`.
 */
export function assertStanding(
  { verifier, log, settings }: BearerDependencies,
  token: Standing,
  requestId: string,
  path: ResourcePath,
): void {
  try {
    verifier.assertStanding(token)
  } catch (error) {
    throw refusalOf(error, { log, settings }, requestId, path)
  }
}

/** What a token at fault is answered with, and the log is told; what is not its fault stays as it is. */
function refusalOf(
  error: unknown,
  { log, settings }: Omit<BearerDependencies, 'verifier'>,
  requestId: string,
  path: ResourcePath,
): unknown {
  if (!(error instanceof InvalidToken)) return error
  auditRefusedToken(log, requestId, error.reason)
  return new BearerChallenge({
    status: 401,
    error: 'invalid_token',
    description: 'The access token is invalid, expired or revoked.',
    metadataUrl: metadataUrl(settings.apiBaseUrl, path),
    scopes: memoryScopes,
  })
}

/** Throws a 403 challenge naming every scope the operation needs (RFC 6750 section 3.1), so that a client can step up. */
export function requireScopes(
  principal: Pick<Principal, 'scopes'>,
  needed: readonly string[],
  { apiBaseUrl }: { readonly apiBaseUrl: string },
  path: ResourcePath,
): void {
  if (needed.every((scope) => principal.scopes.has(scope))) return
  throw new BearerChallenge({
    status: 403,
    error: 'insufficient_scope',
    description: `This needs the scope ${needed.join(' ')}.`,
    metadataUrl: metadataUrl(apiBaseUrl, path),
    scopes: needed,
  })
}

const groups = new Map<string, readonly string[]>()
function groupOf(apiBaseUrl: string): readonly string[] {
  let group = groups.get(apiBaseUrl)
  if (group === undefined) {
    group = audienceGroup(apiBaseUrl)
    groups.set(apiBaseUrl, group)
  }
  return group
}
