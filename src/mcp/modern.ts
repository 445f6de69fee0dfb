/**
 * Streamable HTTP: revision 2026-07-28 and, statelessly, those of 2025, by the SDK's own handlers. A server is made for each request;
 * all it needs was made once (`Requests`).
 */
import {
  createMcpHandler,
  isLegacyRequest,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { requestIdOf } from './answers.ts'
import { authInfoOf, type Call } from './call.ts'
import type { McpDependencies } from './dependencies.ts'
import { createServerFactory } from './modern-server.ts'
import type { Requests } from './requests.ts'

export interface StreamableHttp {
  /** Answers a POST whose `body` is parsed JSON. */
  serve(request: Request, body: unknown, call: Call): Promise<Response>
  close(): Promise<void>
}

export function createStreamableHttp<Services>(
  { settings, log }: Pick<McpDependencies<Services>, 'settings' | 'log'>,
  requests: Requests,
): StreamableHttp {
  const createServer = createServerFactory(settings, requests)
  const options = {
    legacy: 'stateless',
    // The message may hold what the caller wrote: the kind alone is logged.
    onerror: (error: Error) => log.debug({ reason: error.name }, 'mcp refused'),
  } as const
  const answering = createMcpHandler(createServer, options)
  const streaming = createMcpHandler(createServer, { ...options, responseMode: 'sse' })

  return {
    async serve(request, body, call) {
      // Nothing this server offers changes while it runs, so there is nothing to subscribe to, and no stream that outlives its token.
      if (methodOf(body) === 'subscriptions/listen') return methodNotFound(body)
      const given = { authInfo: authInfoOf(call), parsedBody: body }
      if (wantsStream(request)) return streaming.fetch(acceptingBoth(request), given)
      // The SDK's stateless service of 2025's revisions always streams; a client that takes JSON gets it from the same transport.
      return !claimsEnvelope(body) && (await isLegacyRequest(request, body))
        ? answerLegacy(createServer(), acceptingBoth(request), given)
        : answering.fetch(request, given)
    },
    async close() {
      await Promise.all([answering.close(), streaming.close()])
    },
  }
}

type Given = { readonly authInfo: ReturnType<typeof authInfoOf>; readonly parsedBody: unknown }

/** Revisions 2025-03-26 to 2025-11-25, Streamable HTTP: one request, one JSON body. */
async function answerLegacy(server: Server, request: Request, given: Given): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  await server.connect(transport)
  const close = () => void server.close().catch(() => {})
  request.signal.addEventListener('abort', close, { once: true })
  try {
    return await transport.handleRequest(request, given)
  } finally {
    request.signal.removeEventListener('abort', close)
    close()
  }
}

/** JSON or SSE as the client asks: SSE where it takes nothing else, as both are the server's choice (MCP 2025-11-25, Transports). */
function wantsStream(request: Request): boolean {
  const accept = request.headers.get('accept') ?? ''
  return accept.includes('text/event-stream') && !accept.includes('application/json') && !accept.includes('*/*')
}

/** Clients must list both media types; one that lists only the one it will get is understood all the same. */
function acceptingBoth(request: Request): Request {
  const accept = request.headers.get('accept') ?? ''
  if (accept.includes('application/json') && accept.includes('text/event-stream')) return request
  const headers = new Headers(request.headers)
  headers.set('accept', 'application/json, text/event-stream')
  return new Request(request.url, { method: request.method, headers, signal: request.signal })
}

/** Whether the message says of itself that it is of 2026-07-28 or later: then it never is a legacy request. */
function claimsEnvelope(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('params' in body)) return false
  const { params } = body
  if (typeof params !== 'object' || params === null || !('_meta' in params)) return false
  const { _meta: meta } = params
  return typeof meta === 'object' && meta !== null && 'io.modelcontextprotocol/protocolVersion' in meta
}

const methodOf = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'method' in body ? body.method : undefined

/** MCP 2026-07-28, Streamable HTTP: an unknown method is 404 with -32601. */
const methodNotFound = (body: unknown): Response =>
  Response.json(
    { jsonrpc: '2.0', id: requestIdOf(body) ?? null, error: { code: -32601, message: 'Method not found' } },
    { status: 404 },
  )
