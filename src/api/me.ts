import { authenticate } from '../resource/bearer.ts'
import type { Principal } from '../resource/ports.ts'
import { requestContext } from '../shared/request-context.ts'
import { apiPrefix, type Handler } from './binding.ts'
import type { ApiDependencies } from './dependencies.ts'
import { problemFor } from './problem.ts'

const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const

/** The answers, beside the principals they are of: the verifier gives the same one for a token it has seen before. */
const answers = new WeakMap<Principal, string>()

/** `GET /api/v1/me`: whom the token stands for, which app uses it and what it may do. The cheapest verified request there is. */
export const serveMe =
  <Services>(deps: ApiDependencies<Services>): Handler =>
  async (request) => {
    requestContext(request).route = '/api/v1/me'
    try {
      const principal = await authenticate(deps, request, apiPrefix)
      await deps.limit?.(request, principal)
      let answer = answers.get(principal)
      if (answer === undefined) {
        answer = JSON.stringify(describe(principal))
        answers.set(principal, answer)
      }
      // What is left of the allowance is added by the edge.
      return new Response(request.method === 'HEAD' ? null : answer, { headers })
    } catch (error) {
      return problemFor(error, request, deps)
    }
  }

const describe = ({ ownerId, clientId, scopes, expiresAt }: Principal) => ({
  id: ownerId,
  client_id: clientId,
  scopes: [...scopes],
  expires_at: new Date(expiresAt * 1000).toISOString(),
})
