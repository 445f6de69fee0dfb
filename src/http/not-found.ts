import { problemResponse } from './problem.ts'

const nothing = 'Nothing is served at this address.'

/** The answer at an address where nothing is served, or `detail`: JSON, since clients that discover choke on HTML. */
export const notFound = (request: Request, detail = nothing): Response =>
  problemResponse(request, {
    status: 404,
    title: 'Not Found',
    detail,
    code: 'not_found',
  })
