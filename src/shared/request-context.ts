/**
 * What is known of a request while it is served, for logs, limits and error answers.
 * The edge (http/observe) begins it; surfaces fill in what they learn. Kept beside the request, not in it.
 */
export interface RequestContext {
  /**
   * Made here for each request that comes in, so that nobody chooses what a line of the log is found by; in every answer and log line.
   * What the pages ask within this process has the id of the page's request.
   */
  readonly requestId: string
  /** What the caller sent as `X-Request-Id`, where it is 8 to 64 letters, digits or `._-`: in the request's own log line, beside ours. */
  readonly callerRequestId?: string | undefined
  /**
   * The caller's address after trusted proxies; an IPv6 address as its /64. Found when it is first read, and 'unknown' from then on
   * if the caller has hung up by then.
   */
  readonly address: string
  /** The route's pattern, such as `/api/v1/memories/:id`; never the path with its ids. */
  route: string
  clientId?: string
  /** A short hash of the user, so that lines of one person can be found without naming them. */
  user?: string
  /** What the answer tells of the caller's allowance; the edge adds it, whether the request was served or refused. */
  allowance?: Allowance
  /** Why it was refused, for the log only. */
  reason?: string
}

/** The fields RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10). */
export interface Allowance {
  readonly policy: string
  readonly state: string
}

const contexts = new WeakMap<Request, RequestContext>()

export function beginRequestContext(request: Request, context: RequestContext): void {
  contexts.set(request, context)
}

/** The context of a request; an anonymous one where a surface is called without the edge, as in a unit test. */
export function requestContext(request: Request): RequestContext {
  let context = contexts.get(request)
  if (context === undefined) {
    context = { requestId: 'none', address: 'local', route: 'unmatched' }
    contexts.set(request, context)
  }
  return context
}
