/** What MCP's HTTP surfaces say when they refuse: JSON-RPC errors with their HTTP status, and RFC 6750's challenges. */
import type { BearerChallenge } from '../resource/errors.ts'
import type { Fault } from '../shared/fault.ts'

/** JSON-RPC 2.0 section 5.1, and the code MCP's SDKs use for refusals of the transport. */
export const rpcCodes = {
  parse: -32700,
  invalidRequest: -32600,
  invalidParams: -32602,
  internal: -32603,
  transport: -32000,
} as const

export const rpcError = (
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Response =>
  Response.json(
    { jsonrpc: '2.0', error: { code, message }, id: null },
    { status, headers: { 'cache-control': 'no-store', ...headers } },
  )

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

/** The id of a JSON-RPC request, to be echoed; undefined for what has none. */
export function requestIdOf(body: unknown): string | number | undefined {
  if (typeof body !== 'object' || body === null || !('id' in body)) return undefined
  return typeof body.id === 'string' || typeof body.id === 'number' ? body.id : undefined
}

/** More than any message a client sends; a text of the largest memory fits many times. */
export const bodyLimitBytes = 1024 * 1024
