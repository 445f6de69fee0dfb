import { decodeJwt } from 'jose'
import { readForm } from '../shared/read-body.ts'
import { requestContext } from '../shared/request-context.ts'
import { claimsOf } from './claims.ts'
import type { OidcDependencies } from './dependencies.ts'
import type { Endpoint } from './endpoint.ts'
import { OAuthError } from './errors.ts'
import { readParameters } from './parameters.ts'
import { unverifiedAudience } from './revoke.ts'
import { userinfoClaimsName } from './tokens/issue.ts'

const bodyLimitBytes = 32 * 1024
const path = '/auth/userinfo'

/** OpenID Connect Core section 5.3: what the scopes of a token of ours with `openid` tell of its person. */
async function answer(token: string | undefined, request: Request, dependencies: OidcDependencies): Promise<Response> {
  if (token === undefined) return challenge(request, dependencies)
  const principal = await dependencies.verifier.verify(token, unverifiedAudience(token) ?? []).catch((error) => {
    if (!(error instanceof Error && error.name === 'InvalidToken')) throw error
    throw new OAuthError('invalid_token', 'The access token is invalid, expired or revoked.', { reason: error.message })
  })
  const context = requestContext(request)
  context.clientId = principal.clientId
  if (!principal.scopes.has('openid')) throw new OAuthError('insufficient_scope', 'The token needs the scope openid.')
  const user = await dependencies.stores.users.find(principal.ownerId)
  if (user === undefined) throw new OAuthError('invalid_token', 'The person is not known any more.')
  return Response.json({ ...claimsOf(user, [...principal.scopes], claimsByName(token)), sub: principal.ownerId })
}

/** RFC 6750 section 3.1: a request without a token is told what to send, and of no error. */
function challenge(request: Request, { settings }: OidcDependencies): Response {
  requestContext(request).reason = 'no access token'
  return Response.json(
    { error: 'invalid_token', error_description: 'An access token is needed.' },
    { status: 401, headers: { 'www-authenticate': `Bearer realm="${settings.issuer}", scope="openid"` } },
  )
}

/** OpenID Connect Core section 5.5: what the authorization request asked for by name. The token was verified before. */
function claimsByName(token: string): readonly string[] {
  const names = decodeJwt(token)[userinfoClaimsName]
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

/** RFC 6750 section 2.1. */
const ofHeader = (request: Request) => /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]

export const userinfoByGet: Endpoint = {
  method: 'GET',
  path,
  errors: 'json',
  cors: true,
  handle: (dependencies, request) => answer(ofHeader(request), request, dependencies),
}

/** The token in the header, or in the form (RFC 6750 section 2.2); both at once is `invalid_request`. */
export const userinfoByPost: Endpoint = {
  method: 'POST',
  path,
  errors: 'json',
  cors: true,
  async handle(dependencies, request) {
    const inHeader = ofHeader(request)
    const isForm = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') === true
    const inForm = isForm ? readParameters(await readForm(request, bodyLimitBytes)).values.access_token : undefined
    if (inHeader !== undefined && inForm !== undefined) {
      throw new OAuthError('invalid_request', 'Send the access token in one place only.')
    }
    return answer(inHeader ?? inForm, request, dependencies)
  },
}
