import type { Caller } from '../memory/operation.ts'
import type { Principal } from '../resource/ports.ts'

/** One MCP request on its way to a tool, a resource or a prompt: who asks, and under which id the log knows it. */
export interface Call {
  readonly caller: Caller
  readonly requestId: string
}

export const callOf = (
  { ownerId, clientId, scopes }: Pick<Principal, 'ownerId' | 'clientId' | 'scopes'>,
  requestId: string,
  nowMs: number,
): Call => ({ caller: { ownerId, appId: clientId, scopes, nowMs, requestId }, requestId })

/**
 * What the SDKs call authInfo and pass through to their handlers untouched. The token itself stays behind (it is never passed on),
 * and the call is found again by the object's identity, so nothing in it has to be parsed.
 */
export interface AuthInfo {
  token: string
  clientId: string
  scopes: string[]
}

const calls = new WeakMap<object, Call>()

export function authInfoOf(call: Call): AuthInfo {
  const info: AuthInfo = { token: '', clientId: call.caller.appId, scopes: [...call.caller.scopes] }
  calls.set(info, call)
  return info
}

/** The call behind an authInfo that `authInfoOf` made. A handler reached without one is a defect, not a refusal. */
export function callBehind(info: object | undefined): Call {
  const call = info === undefined ? undefined : calls.get(info)
  if (call === undefined) throw new Error('an MCP handler was reached without a verified caller')
  return call
}
