import { problemResponse } from './problem.ts'

/** The answer at an address where nothing is served: JSON, since clients that discover choke on HTML. */
export const notFound = (request: Request): Response =>
  problemResponse(request, {
    status: 404,
    title: 'Not Found',
    detail: 'Nothing is served at this address.',
    code: 'not_found',
  })
