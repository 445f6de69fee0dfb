/** One REST face of an operation as a function from request to answer. Knows no router. */
import type { AnyOperation, Caller, RestBinding } from '../memory/operation.ts'
import { assertStanding, authenticate, requireScopes } from '../resource/bearer.ts'
import type { Holding } from '../shared/held-bytes.ts'
import { requestContext } from '../shared/request-context.ts'
import { answerJson } from './answer.ts'
import type { ApiDependencies } from './dependencies.ts'
import { answerFile } from './file-answer.ts'
import { problemFor } from './problem.ts'
import { idempotencyKeyOf, readParts } from './request-parts.ts'
import { createHeldForms, whileAllowed } from './upload.ts'

export const apiPrefix = '/api/v1'

export type Params = Readonly<Record<string, string | undefined>>
export type Handler = (request: Request, params: Params) => Promise<Response>

/**
 * Token, scope, allowance, access rule where there is a file, input, operation, answer: in this order, so that a stranger learns
 * nothing from a wrong input.
 * Total: whatever is thrown becomes a problem.
 */
export function serveBinding<Services>(
  deps: ApiDependencies<Services>,
  operation: AnyOperation<Services>,
  binding: RestBinding<unknown, unknown>,
): Handler {
  const route = apiPrefix + binding.path
  const scopes = [operation.scope]
  const forms = createHeldForms()
  return async (request, params) => {
    const context = requestContext(request)
    context.route = route
    const { requestId } = context
    let held: Holding | undefined
    try {
      const principal = await authenticate(deps, request, apiPrefix)
      requireScopes(principal, scopes, deps.settings, apiPrefix)
      // What is left of the allowance is added by the edge.
      await deps.limit?.(request, principal)
      deps.arrived?.(principal)
      const key = operation.effect === 'read' ? undefined : idempotencyKeyOf(request)
      const caller: Caller = {
        ownerId: principal.ownerId,
        appId: principal.clientId,
        scopes: principal.scopes,
        nowMs: deps.clock.now(),
        requestId,
        assertStanding: () => assertStanding(deps, principal, requestId, apiPrefix),
        ...(key === undefined ? {} : { idempotencyKey: key }),
      }
      const holding = forms.begin(principal.ownerId)
      held = holding
      const read = () => readParts(binding, request, params, holding)
      await operation.admit?.(deps.services, caller)
      // Of a file in a form all is read here, and may be long in coming.
      const inTurn = binding.upload === undefined ? undefined : operation.inTurn
      const parts = await (inTurn === undefined ? read() : inTurn(caller, read))
      const allowed = () => authenticate(deps, request, apiPrefix)
      const upload = parts.upload && whileAllowed(parts.upload, allowed, () => deps.clock.now())
      const input = binding.toInput(upload === undefined ? parts : { ...parts, upload }, caller)
      const output = await operation.run(deps.services, caller, input)
      if (binding.status === 204) return new Response(null, { status: 204 })
      const { download } = binding
      if (download !== undefined) {
        // Its `toBody` gives the file as a stream: see RestBinding.
        const file = binding.toBody(output, caller) as ReadableStream<Uint8Array>
        return answerFile(file, download, { log: deps.log, requestId })
      }
      return await answerJson(request, binding.toBody(output, caller), {
        status: binding.status,
        etag: binding.etag?.(output),
      })
    } catch (error) {
      return problemFor(error, request, deps)
    } finally {
      held?.release()
    }
  }
}
