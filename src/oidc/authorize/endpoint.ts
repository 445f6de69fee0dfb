/**
 * The authorization endpoint (OpenID Connect Core section 3.1.2). It reads, checks, and hands over to the dispatcher;
 * it knows no way to sign in and no page.
 */
import { requestContext } from '../../shared/request-context.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Endpoint } from '../endpoint.ts'
import { checkRequest } from './checks.ts'
import { beginAuthorization } from './proceed.ts'
import { readPosted, readQuery } from './request.ts'
import { redirect, respondWithError } from './respond.ts'

const path = '/auth/authorize'

export const authorizeByGet: Endpoint = {
  method: 'GET',
  path,
  errors: 'page',
  cors: false,
  limit: { rule: 'authorize', counts: 'requests' },
  async handle(dependencies, request) {
    return authorize(readQuery(request), request, dependencies)
  },
}

/**
 * OpenID Connect Core section 3.1.2.1 asks for POST too. A post from another site comes without our SameSite=Lax cookies,
 * so it is sent round once as the same request by GET, which has them.
 */
export const authorizeByPost: Endpoint = {
  method: 'POST',
  path,
  errors: 'page',
  cors: false,
  async handle(_dependencies, request) {
    return redirect(`${path}?${await readPosted(request)}`)
  },
}

async function authorize(search: URLSearchParams, request: Request, dependencies: OidcDependencies): Promise<Response> {
  const checked = await checkRequest(search, dependencies)
  const context = requestContext(request)
  if (checked.outcome === 'refused') {
    context.reason = checked.error.message
    return respondWithError(checked.to, checked.error, { settings: dependencies.settings, arrival: 'link' })
  }
  context.clientId = checked.client.id
  return beginAuthorization(request, checked, dependencies)
}
