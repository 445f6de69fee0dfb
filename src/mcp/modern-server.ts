/** The v2 SDK's server over our features: 2026-07-28 and, statelessly, the revisions of 2025. */
import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server'
import { Fault } from '../shared/fault.ts'
import { callBehind } from './call.ts'
import { type Features, serverIdentity } from './features.ts'
import { instructions } from './instructions.ts'

/** Lists are the same for all, but come behind a token: no shared cache may keep them. */
const listCache = { ttlMs: 300_000, cacheScope: 'private' } as const

/** A new server for each request: they are cheap, since descriptions and schemas are computed once. */
export function createServerFactory(
  settings: { readonly name: string; readonly version: string },
  features: Features,
): () => Server {
  const identity = serverIdentity(settings)
  const options = {
    capabilities: { tools: {} },
    instructions,
    cacheHints: { 'tools/list': listCache, 'server/discover': listCache },
  } as const
  return () => {
    const server = new Server(identity, options)
    server.setRequestHandler('tools/list', ({ params }) => asked(() => features.tools.list(params?.cursor)))
    server.setRequestHandler('tools/call', ({ params }, ctx) => {
      const result = features.tools.call(callBehind(ctx.http?.authInfo), params.name, params.arguments)
      if (result === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`)
      return result
    })
    return server
  }
}

/** A fault of what was asked for is JSON-RPC's invalid params. */
function asked<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Fault) throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message)
    throw error
  }
}
