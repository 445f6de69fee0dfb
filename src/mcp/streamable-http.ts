/**
 * `/mcp`, Streamable HTTP, of 2026-07-28 and, statelessly, of the revisions before: one request, one answer, as JSON or as the one
 * event of a stream. Nothing here asks a client or tells it of progress, so that no stream outlives its answer.
 */
import { type Answer, refused, respond } from './answers.ts'
import type { Call } from './call.ts'
import type { McpDependencies } from './dependencies.ts'
import { isModern } from './envelope.ts'
import { readMessage, requestIdOf, rpcCodes } from './json-rpc.ts'
import { createLegacy } from './legacy.ts'
import type { Methods } from './methods.ts'
import { createModern } from './modern.ts'
import { rpcError } from './refusals.ts'

/** Answers a POST whose `body` is parsed JSON. */
export type StreamableHttp = (request: Request, body: unknown, call: Call) => Promise<Response>

export function createStreamableHttp<Services>(
  { settings, log }: Pick<McpDependencies<Services>, 'settings' | 'log'>,
  methods: Methods,
): StreamableHttp {
  const modern = createModern(settings, methods, log)
  const legacy = createLegacy(settings, methods, log)

  const answer = async (body: unknown, headers: Headers, call: Call): Promise<Answer> => {
    if (Array.isArray(body)) return legacy.batch(body, headers, call)
    const message = readMessage(body)
    if (message === undefined) return refused(400, notRpc, requestIdOf(body) ?? null)
    return isModern(message, headers) ? modern(message, headers, call) : legacy.single(message, headers, call)
  }

  return async (request, body, call) => {
    if (!isJson(request.headers.get('content-type'))) {
      return rpcError(415, rpcCodes.transport, 'Send the message as application/json.')
    }
    const told = await answer(body, request.headers, call)
    if (told.status !== 200) log.debug({ requestId: call.requestId, status: told.status }, 'mcp refused')
    return respond(told, wantsStream(request.headers.get('accept')))
  }
}

const notRpc = { code: rpcCodes.invalidRequest, message: 'The body is not a JSON-RPC message.' }

const isJson = (type: string | null): boolean =>
  type === 'application/json' || type?.split(';')[0]?.trim().toLowerCase() === 'application/json'

/** JSON or SSE as the client asks: SSE where it takes nothing else, as both are the server's choice (MCP 2025-11-25, Transports). */
export const wantsStream = (accept: string | null): boolean =>
  accept?.includes('text/event-stream') === true && !accept.includes('application/json') && !accept.includes('*/*')
