import { requestContext } from '../shared/request-context.ts'

/** An answer of the edge itself, whichever surface it stands before, as RFC 9457 problem details. `code` is stable, for programs. */
export interface EdgeProblem {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly code: string
}

/** It is never kept by a cache, and carries the request's id. */
export const problemResponse = (request: Request, problem: EdgeProblem, headers: HeadersInit = {}): Response => {
  const all = new Headers(headers)
  all.set('content-type', 'application/problem+json')
  all.set('cache-control', 'no-store')
  const body = { type: 'about:blank', ...problem, requestId: requestContext(request).requestId }
  return new Response(JSON.stringify(body), { status: problem.status, headers: all })
}
