import { requestContext } from '../shared/request-context.ts'

/** The answer at an address where nothing is served: JSON, since clients that discover choke on HTML. */
export function notFound(request: Request): Response {
  return Response.json(
    {
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'Nothing is served at this address.',
      requestId: requestContext(request).requestId,
    },
    { status: 404, headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' } },
  )
}
