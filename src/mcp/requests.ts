/**
 * Every MCP request this server answers, as one table: what it needs of the features, and how a fault of it is told. Both SDKs' servers
 * are filled from here, so the eras cannot drift apart.
 */
import { Fault } from '../shared/fault.ts'
import type { Log } from '../shared/log.ts'
import type { Call } from './call.ts'
import type { Features } from './features.ts'

/** A JSON-RPC error on its way to either SDK's error class. `code` is MCP's. */
export class RequestError extends Error {
  readonly code: number
  readonly data: Record<string, unknown> | undefined
  constructor(code: number, message: string, data?: Record<string, unknown>) {
    super(message)
    this.name = 'RequestError'
    this.code = code
    this.data = data
  }
}

export const invalidParams = -32602
/** Resource not found, up to 2025-11-25. The v2 SDK turns it into 2026-07-28's -32602; over HTTP+SSE it goes out as it is. */
export const resourceNotFound = -32002
const internalError = -32603

export const createRequests = (features: Features, log: Log) => ({
  listTools: (cursor?: string) => told(() => features.tools.list(cursor)),
  listResources: (cursor?: string) => told(() => features.resources.list(cursor)),
  listTemplates: (cursor?: string) => told(() => features.resources.templates(cursor)),
  listPrompts: (cursor?: string) => told(() => features.prompts.list(cursor)),
  getPrompt: (name: string, given: Record<string, string> = {}) => told(() => features.prompts.get(name, given)),
  callTool(call: Call, name: string, input: unknown) {
    const result = features.tools.call(call, name, input)
    if (result === undefined) throw new RequestError(invalidParams, `Unknown tool: ${name}`)
    return result
  },
  async readResource(call: Call, uri: string) {
    try {
      return { contents: [await features.resources.read(call, uri)] }
    } catch (error) {
      if (error instanceof Fault) throw error.kind === 'not_found' ? notFound(uri) : asError(error)
      log.error({ requestId: call.requestId, err: error }, 'resource failed')
      throw new RequestError(internalError, `Something went wrong here (request ${call.requestId}).`)
    }
  },
})

export type Requests = ReturnType<typeof createRequests>

const notFound = (uri: string) => new RequestError(resourceNotFound, 'There is no such resource.', { uri })

function told<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof Fault ? asError(error) : error
  }
}

/** A fault of the caller's is invalid params; one of ours (an engine is away) is an internal error that says to try again. */
const asError = ({ kind, code, field, message, retryAfterSeconds }: Fault): RequestError =>
  new RequestError(kind === 'unavailable' || kind === 'rate_limited' ? internalError : invalidParams, message, {
    code,
    ...(field === undefined ? {} : { field }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
