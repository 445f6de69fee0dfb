/**
 * The edge of every request: its id, its context, the headers all answers share, one log line, and the last net under errors.
 * It wraps the router's `fetch`, so that nothing a surface does can slip past it.
 */
import type { Log } from '../shared/log.ts'
import type { Random } from '../shared/random.ts'
import { beginRequestContext, type RequestContext, requestContext } from '../shared/request-context.ts'
import type { ClientAddress } from './client-address.ts'
import { problemResponse } from './problem.ts'

export interface EdgeDependencies {
  readonly random: Random
  readonly log: Log
  readonly addressOf: ClientAddress
  /** Whether the public address is https: then browsers are told to stay there. */
  readonly https: boolean
  /** Called once an answer's head is known; for metrics. */
  readonly onAnswer?: (route: string, method: string, status: number, milliseconds: number) => void
}

export type Handle = (request: Request) => Response | Promise<Response>
/** Serves one request; `peer` is the address of the connection. */
export type Serve = (request: Request, peer?: string) => Promise<Response>

const acceptableId = /^[A-Za-z0-9._-]{8,64}$/

export function observe(handle: Handle, { random, log, addressOf, https, onAnswer }: EdgeDependencies): Serve {
  // Its fields are fixed below and none is a secret: the search for secrets in whatever is logged would only cost time here.
  const requests = log.child({}, { redact: [] })
  return async (request, peer) => {
    const startedAt = performance.now()
    const given = request.headers.get('x-request-id')
    const context: RequestContext = {
      requestId: given !== null && acceptableId.test(given) ? given : random.id(),
      address: addressOf(request, peer),
      route: 'unmatched',
    }
    beginRequestContext(request, context)
    let response: Response
    try {
      response = URL.canParse(request.url) ? await handle(request) : badHost(request)
    } catch (error) {
      response = unexpectedError(request, error, log)
    }
    const { headers } = response
    headers.set('x-request-id', context.requestId)
    headers.set('x-content-type-options', 'nosniff')
    if (context.allowance !== undefined) {
      for (const name in context.allowance) headers.set(name, context.allowance[name] ?? '')
    }
    if (https) headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains')
    const milliseconds = performance.now() - startedAt
    onAnswer?.(context.route, request.method, response.status, milliseconds)
    requests.info(
      {
        requestId: context.requestId,
        method: request.method,
        route: context.route,
        status: response.status,
        ms: Math.round(milliseconds * 100) / 100,
        client: context.clientId,
        user: context.user,
        reason: context.reason,
      },
      'request',
    )
    return response
  }
}

/** RFC 9112 section 3.2: a request whose Host cannot be one has no address, and what is behind here would fail on that. */
function badHost(request: Request): Response {
  const { requestId } = requestContext(request)
  const detail = 'The Host header names no host.'
  const problem = { type: 'about:blank', title: 'Bad Request', status: 400, detail, code: 'host_invalid', requestId }
  return new Response(JSON.stringify(problem), {
    status: 400,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  })
}

/** What nobody expected: the cause goes to the log, the caller gets the request id. */
export function unexpectedError(request: Request, error: unknown, log: Log): Response {
  const { requestId } = requestContext(request)
  log.error({ requestId, err: error }, 'Unexpected error')
  return problemResponse(request, {
    status: 500,
    title: 'Internal Server Error',
    detail: 'Something went wrong here. Try again; if it stays, tell the operator the request id.',
    code: 'internal',
  })
}
