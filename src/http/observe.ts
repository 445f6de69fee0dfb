/**
 * The edge of every request: its id, its context, the headers all answers share, one log line, and the last net under errors.
 * It wraps the router's `fetch`, so that nothing a surface does can slip past it.
 */
import type { Log } from '../shared/log.ts'
import type { Random } from '../shared/random.ts'
import { type Allowance, beginRequestContext, type RequestContext, requestContext } from '../shared/request-context.ts'
import type { ClientAddress } from './client-address.ts'
import { problemResponse } from './problem.ts'
import { requestLines } from './request-line.ts'

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

/** The other end of a request's connection. */
export interface Peer {
  /** Asked for only where it counts: the runtime has to ask the operating system. */
  readonly address: string | undefined
  /** Called where the answer is a stream of events, which is silent for as long as nothing happens. */
  allowSilence?(): void
}

/** Serves one request. */
export type Serve = (request: Request, peer?: Peer) => Promise<Response>

/** A proxy passes on what a stranger sends, so a caller's id is never ours, whoever brings it: it could be another request's. */
const callersId = /^[A-Za-z0-9._-]{8,64}$/

export function observe(handle: Handle, { random, log, addressOf, https, onAnswer }: EdgeDependencies): Serve {
  const writeLine = requestLines(log)
  return async (request, peer) => {
    const startedAt = performance.now()
    const requestId = random.id()
    const context = new Observed(requestId, callersIdOf(request), () => addressOf(request, peer?.address))
    beginRequestContext(request, context)
    let response: Response
    try {
      response = URL.canParse(request.url) ? await handle(request) : badHost(request)
    } catch (error) {
      response = unexpectedError(request, error, log)
    }
    const { headers } = response
    headers.set('x-request-id', requestId)
    headers.set('x-content-type-options', 'nosniff')
    if (context.allowance !== undefined) {
      headers.set('ratelimit-policy', context.allowance.policy)
      headers.set('ratelimit', context.allowance.state)
    }
    if (https) headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains')
    // RFC 9110 section 15.5.9: the rest of a body that did not come in time is waited for no longer.
    if (response.status === 408) headers.set('connection', 'close')
    if (headers.get('content-type')?.startsWith('text/event-stream')) peer?.allowSilence?.()
    const milliseconds = performance.now() - startedAt
    onAnswer?.(context.route, request.method, response.status, milliseconds)
    writeLine?.(context, request.method, response.status, milliseconds)
    return response
  }
}

function callersIdOf({ headers }: Request): string | undefined {
  const sent = headers.get('x-request-id')
  return sent !== null && callersId.test(sent) ? sent : undefined
}

/** The context of a request that came in here. */
class Observed implements RequestContext {
  readonly requestId: string
  readonly callerRequestId: string | undefined
  route = 'unmatched'
  clientId?: string
  user?: string
  allowance?: Allowance
  reason?: string
  readonly #find: () => string
  #address: string | undefined
  constructor(requestId: string, callerRequestId: string | undefined, findAddress: () => string) {
    this.requestId = requestId
    this.callerRequestId = callerRequestId
    this.#find = findAddress
  }

  get address(): string {
    this.#address ??= this.#find()
    return this.#address
  }
}

/** RFC 9112 section 3.2: a request whose Host cannot be one has no address, and what is behind here would fail on that. */
const badHost = (request: Request): Response =>
  problemResponse(request, {
    status: 400,
    title: 'Bad Request',
    detail: 'The Host header names no host.',
    code: 'host_invalid',
  })

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
