/**
 * What a process serves while something it needs of another process is not there yet: 503 with Retry-After for every request,
 * saying what is missing and what would help. So containers may start in any order.
 */
import { requestContext } from '../shared/request-context.ts'
import type { Handle } from './observe.ts'
import { problemResponse } from './problem.ts'

export interface Waiting {
  readonly handle: Handle
  /** Why it still waits, in words for the person who runs it, which whoever asks is told: no engine's own. */
  tell(reason: string): void
}

const retryAfterSeconds = 5

export function createWaiting(about: { readonly version: string; readonly roles: readonly string[] }): Waiting {
  let detail = 'Starting.'
  const headers = { 'cache-control': 'no-store', 'retry-after': String(retryAfterSeconds) }
  return {
    tell(reason) {
      detail = reason
    },
    handle(request) {
      const { pathname } = new URL(request.url)
      if (pathname === '/health') {
        requestContext(request).route = '/health'
        const engines = [{ engine: 'start', state: 'down', needed: true, detail }]
        return Response.json({ status: 'unavailable', ...about, engines }, { status: 503, headers })
      }
      const problem = { status: 503, title: 'Service Unavailable', detail, code: 'unavailable' }
      return problemResponse(request, problem, headers)
    },
  }
}
