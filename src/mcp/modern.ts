/**
 * Streamable HTTP: revision 2026-07-28 and, statelessly, those of 2025, by the SDK's own handler. A server is made for each request;
 * all it needs was made once (`Features`).
 */
import { createMcpHandler, ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server'
import { Fault } from '../shared/fault.ts'
import { authInfoOf, type Call, callBehind } from './call.ts'
import type { McpDependencies } from './dependencies.ts'
import { type Features, serverIdentity } from './features.ts'
import { instructions } from './instructions.ts'

export interface StreamableHttp {
  serve(request: Request, body: unknown, call: Call): Promise<Response>
  close(): Promise<void>
}

/** Lists are the same for all, but come behind a token: no shared cache may keep them. */
const listCache = { ttlMs: 300_000, cacheScope: 'private' } as const

export function createStreamableHttp<Services>(
  { settings, log }: Pick<McpDependencies<Services>, 'settings' | 'log'>,
  features: Features,
): StreamableHttp {
  const identity = serverIdentity(settings)
  const options = {
    capabilities: { tools: {} },
    instructions,
    cacheHints: { 'tools/list': listCache, 'server/discover': listCache },
  } as const

  const createServer = (): Server => {
    const server = new Server(identity, options)
    server.setRequestHandler('tools/list', ({ params }) => invalidParams(() => features.tools.list(params?.cursor)))
    server.setRequestHandler('tools/call', ({ params }, ctx) => {
      const result = features.tools.call(callBehind(ctx.http?.authInfo), params.name, params.arguments)
      if (result === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`)
      return result
    })
    return server
  }

  const handlerOptions = {
    legacy: 'stateless',
    onerror: (error: Error) => log.debug({ reason: error.message }, 'mcp refused'),
  } as const
  const handler = createMcpHandler(createServer, handlerOptions)
  const streaming = createMcpHandler(createServer, { ...handlerOptions, responseMode: 'sse' })

  return {
    serve: (request, body, call) =>
      (wantsStream(request) ? streaming : handler).fetch(request, {
        authInfo: authInfoOf(call),
        ...(body === undefined ? {} : { parsedBody: body }),
      }),
    async close() {
      await Promise.all([handler.close(), streaming.close()])
    },
  }
}

/** JSON or SSE as the client asks: SSE where it takes nothing else. */
function wantsStream(request: Request): boolean {
  const accept = request.headers.get('accept') ?? ''
  return accept.includes('text/event-stream') && !accept.includes('application/json') && !accept.includes('*/*')
}

function invalidParams<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Fault) throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message)
    throw error
  }
}
