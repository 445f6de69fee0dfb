import type { Caller } from '../memory/operation.ts'
import type { Principal } from '../resource/ports.ts'

/** One MCP request on its way to a tool, a resource or a prompt: who asks, and under which id the log knows it. */
export interface Call {
  readonly caller: Caller
  readonly requestId: string
}

/** `assertStanding` as in `Caller`. */
export const callOf = (
  { ownerId, clientId, scopes }: Pick<Principal, 'ownerId' | 'clientId' | 'scopes'>,
  requestId: string,
  nowMs: number,
  assertStanding: () => void,
): Call => ({ caller: { ownerId, appId: clientId, scopes, nowMs, requestId, assertStanding }, requestId })
