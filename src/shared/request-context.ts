/**
 * What is known of a request while it is served, for logs, limits and error answers.
 * The edge (http/observe) begins it; surfaces fill in what they learn. Kept beside the request, not in it.
 */
export interface RequestContext {
  /** Given by a trusted caller's `X-Request-Id`, or made here; in every answer and log line. */
  readonly requestId: string
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
