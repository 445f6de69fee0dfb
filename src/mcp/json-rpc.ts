/**
 * JSON-RPC 2.0 (sections 4 and 5) as MCP narrows it: ids are strings or whole numbers, `params` is an object, and a message has no
 * member that the specification does not name. Knows nothing of HTTP, of revisions or of what methods do.
 */
import { isJsonObject } from '../shared/json-object.ts'

export type RequestId = string | number
export type Params = Readonly<Record<string, unknown>>

export interface RpcRequest {
  readonly kind: 'request'
  readonly id: RequestId
  readonly method: string
  readonly params: Params
}
export interface RpcNotification {
  readonly kind: 'notification'
  readonly method: string
  readonly params: Params
}
/** What a client answers; no server here asks one anything. */
interface RpcResponse {
  readonly kind: 'response'
}
export type Message = RpcRequest | RpcNotification | RpcResponse

/** JSON-RPC 2.0 section 5.1; MCP 2026-07-28, Error Codes; and the code MCP's SDKs use for refusals of the transport. */
export const rpcCodes = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  transport: -32000,
  /** Up to 2025-11-25; 2026-07-28 has `invalidParams` for it. */
  resourceNotFound: -32002,
  headerMismatch: -32020,
  unsupportedVersion: -32022,
} as const

export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: Record<string, unknown>
}

/** What a request is answered with: section 5. Without an id where none could be read of it. */
export type RpcAnswer =
  | { readonly jsonrpc: '2.0'; readonly id: RequestId; readonly result: Readonly<Record<string, unknown>> }
  | { readonly jsonrpc: '2.0'; readonly id: RequestId | null; readonly error: RpcError }

export const resultAnswer = (id: RequestId, result: Readonly<Record<string, unknown>>): RpcAnswer => ({
  jsonrpc: '2.0',
  id,
  result,
})

export const errorAnswer = (id: RequestId | null, error: RpcError): RpcAnswer => ({ jsonrpc: '2.0', id, error })

/** A parsed body as a message; undefined for what is none. */
export function readMessage(value: unknown): Message | undefined {
  if (!isJsonObject(value) || value.jsonrpc !== '2.0') return undefined
  const { id, method, params = none } = value
  if (typeof method !== 'string') return isResponse(value) ? { kind: 'response' } : undefined
  if (!isJsonObject(params) || ('_meta' in params && !isJsonObject(params._meta)) || !hasOnly(requestMembers, value)) {
    return undefined
  }
  if (!('id' in value)) return { kind: 'notification', method, params }
  return isId(id) ? { kind: 'request', id, method, params } : undefined
}

/** The id of a JSON-RPC request, to be echoed in a refusal; undefined for what has none. */
export function requestIdOf(body: unknown): RequestId | undefined {
  if (!isJsonObject(body) || typeof body.method !== 'string') return undefined
  return typeof body.id === 'string' || typeof body.id === 'number' ? body.id : undefined
}

const none: Params = {}
const requestMembers = new Set(['jsonrpc', 'id', 'method', 'params'])
const responseMembers = new Set(['jsonrpc', 'id', 'result', 'error'])

const isId = (id: unknown): id is RequestId => typeof id === 'string' || Number.isInteger(id)

const isResponse = (value: Record<string, unknown>): boolean =>
  hasOnly(responseMembers, value) &&
  ('error' in value ? !('result' in value) && isJsonObject(value.error) : isJsonObject(value.result) && isId(value.id))

function hasOnly(members: ReadonlySet<string>, value: Record<string, unknown>): boolean {
  for (const member in value) if (!members.has(member)) return false
  return true
}
