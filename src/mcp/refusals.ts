/** What MCP's HTTP surfaces say when they refuse before a message is looked at: JSON-RPC errors without an id, and RFC 6750's challenges. */
import type { BearerChallenge } from '../resource/errors.ts'
import type { Fault } from '../shared/fault.ts'
import { privately } from './answers.ts'
import { errorAnswer, rpcCodes } from './json-rpc.ts'

/** A refusal of the transport: no message was read, so there is no id to name. */
export const rpcError = (
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Response => Response.json(errorAnswer(null, { code, message }), { status, headers: { ...privately, ...headers } })

/** RFC 6750 section 3: the status and the challenge; the body repeats the error for people. */
export const challengeAnswer = (challenge: BearerChallenge): Response =>
  Response.json(
    { error: challenge.error ?? 'unauthorized', error_description: challenge.description },
    {
      status: challenge.status,
      headers: { ...privately, 'www-authenticate': challenge.challenge },
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
    case 'timed_out':
      return rpcError(408, rpcCodes.transport, fault.message)
    case 'invalid':
    case 'conflict':
    case 'precondition_failed':
      return rpcError(400, parseFaults.has(fault.code) ? rpcCodes.parse : rpcCodes.invalidRequest, fault.message)
  }
}

const parseFaults = new Set(['utf8_invalid', 'json_invalid', 'body_missing'])
