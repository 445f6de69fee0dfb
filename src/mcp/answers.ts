/** What MCP's HTTP surfaces say when they refuse: JSON-RPC errors with their HTTP status, and RFC 6750's challenges. */
import type { BearerChallenge } from '../resource/errors.ts'
import type { Fault } from '../shared/fault.ts'
import { type RequestId, type RpcError, rpcCodes } from './json-rpc.ts'

/** What a message is answered with, before it becomes HTTP. Without a body: 202. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
}

export const accepted: Answer = { status: 202 }

export const answered = (id: RequestId, result: Record<string, unknown>): Answer => ({
  status: 200,
  body: { jsonrpc: '2.0', id, result },
})

export const refused = (status: number, error: RpcError, id: RequestId | null): Answer => ({
  status,
  body: { jsonrpc: '2.0', id, error },
})

/** An answer as JSON or, `streamed`, as the one event of a stream that then ends. */
export function respond({ status, body }: Answer, streamed: boolean): Response {
  if (body === undefined) return new Response(null, { status })
  return streamed && status === 200
    ? new Response(`event: message\ndata: ${JSON.stringify(body)}\n\n`, { headers: streamHeaders })
    : Response.json(body, { status, headers: privately })
}

/** SSE, not kept and not held back by proxies on the way. */
export const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}
const privately = { 'cache-control': 'no-store' }

/** A refusal of the transport: no message was read, so there is no id to name. */
export const rpcError = (
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Response =>
  Response.json(refused(status, { code, message }, null).body, { status, headers: { ...privately, ...headers } })

/** RFC 6750 section 3: the status and the challenge; the body repeats the error for people. */
export const challengeAnswer = (challenge: BearerChallenge): Response =>
  Response.json(
    { error: challenge.error ?? 'unauthorized', error_description: challenge.description },
    {
      status: challenge.status,
      headers: { 'www-authenticate': challenge.challenge, 'cache-control': 'no-store' },
    },
  )

/** A fault met before a JSON-RPC message was read: the body is too large, not UTF-8, not JSON, or the token cannot be judged now. */
export function faultAnswer(fault: Fault): Response {
  const retry: Record<string, string> =
    fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) }
  switch (fault.kind) {
    case 'too_large':
      return rpcError(413, rpcCodes.transport, fault.message, retry)
    case 'rate_limited':
      return rpcError(429, rpcCodes.transport, fault.message, retry)
    case 'unavailable':
      return rpcError(503, rpcCodes.transport, fault.message, retry)
    case 'unauthenticated':
    case 'forbidden':
      return rpcError(403, rpcCodes.transport, fault.message)
    case 'not_found':
      return rpcError(404, rpcCodes.transport, fault.message)
    case 'invalid':
    case 'conflict':
    case 'precondition_failed':
      return rpcError(400, parseFaults.has(fault.code) ? rpcCodes.parse : rpcCodes.invalidRequest, fault.message)
  }
}

const parseFaults = new Set(['utf8_invalid', 'json_invalid', 'body_missing'])

/** More than any message a client sends; a text of the largest memory fits many times. */
export const bodyLimitBytes = 1024 * 1024
