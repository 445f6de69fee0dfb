import { decodeJwt } from 'jose'
import { bearerToken } from '../shared/bearer-token.ts'
import { readForm } from '../shared/read-body.ts'
import { askForToken, callerOf } from './bearer.ts'
import { claimsOf } from './claims.ts'
import type { OidcDependencies } from './dependencies.ts'
import type { Endpoint } from './endpoint.ts'
import { OAuthError } from './errors.ts'
import { statedAudience } from './own-token.ts'
import { readParameters } from './parameters.ts'
import { userinfoClaimsName } from './tokens/issue.ts'

const bodyLimitBytes = 32 * 1024
const path = '/auth/userinfo'

/** OpenID Connect Core section 5.3: what the scopes of a token of ours with `openid` tell of its person. */
async function answer(token: string | undefined, request: Request, dependencies: OidcDependencies): Promise<Response> {
  if (token === undefined) return askForToken('openid', request, dependencies)
  const audiences = statedAudience(token)
  const principal = await callerOf(token, { scope: 'openid', audiences }, request, dependencies)
  const user = await dependencies.stores.users.find(principal.ownerId)
  if (user === undefined) throw new OAuthError('invalid_token', 'The person is not known any more.')
  return Response.json({ ...claimsOf(user, [...principal.scopes], claimsByName(token)), sub: principal.ownerId })
}

/** OpenID Connect Core section 5.5: what the authorization request asked for by name. The token was verified before. */
function claimsByName(token: string): readonly string[] {
  const names = decodeJwt(token)[userinfoClaimsName]
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

export const userinfoByGet: Endpoint = {
  method: 'GET',
  path,
  errors: 'json',
  cors: true,
  handle: (dependencies, request) => answer(bearerToken(request), request, dependencies),
}

/** The token in the header, or in the form (RFC 6750 section 2.2); both at once is `invalid_request`. */
export const userinfoByPost: Endpoint = {
  method: 'POST',
  path,
  errors: 'json',
  cors: true,
  async handle(dependencies, request) {
    const inHeader = bearerToken(request)
    const isForm = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') === true
    const inForm = isForm ? readParameters(await readForm(request, bodyLimitBytes)).values.access_token : undefined
    if (inHeader !== undefined && inForm !== undefined) {
      throw new OAuthError('invalid_request', 'Send the access token in one place only.')
    }
    return answer(inHeader ?? inForm, request, dependencies)
  },
}
