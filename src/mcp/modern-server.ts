/** The v2 SDK's server over our requests: 2026-07-28 and, statelessly, the revisions of 2025. */
import { Server } from '@modelcontextprotocol/server'
import { callBehind } from './call.ts'
import type { McpSettings } from './dependencies.ts'
import { capabilities, serverIdentity } from './features.ts'
import { instructions } from './instructions.ts'
import type { Requests } from './requests.ts'

/** What is the same for all may be kept by the client for long, what is a person's for a moment; both only by that client. */
const lists = { ttlMs: 300_000, cacheScope: 'private' } as const
const memories = { ttlMs: 5_000, cacheScope: 'private' } as const

const cacheHints = {
  'server/discover': lists,
  'tools/list': lists,
  'prompts/list': lists,
  'resources/list': lists,
  'resources/templates/list': lists,
  'resources/read': memories,
} as const

/** A new server for each request: they are cheap, since descriptions and schemas are computed once. */
export function createServerFactory(settings: McpSettings, requests: Requests): () => Server {
  const identity = serverIdentity(settings)
  const options = { capabilities, instructions, cacheHints }
  return () => {
    const server = new Server(identity, options)
    server.setRequestHandler('tools/list', ({ params }) => requests.listTools(params?.cursor))
    server.setRequestHandler('tools/call', ({ params }, ctx) =>
      requests.callTool(callBehind(ctx.http?.authInfo), params.name, params.arguments),
    )
    server.setRequestHandler('resources/list', ({ params }) => requests.listResources(params?.cursor))
    server.setRequestHandler('resources/templates/list', ({ params }) => requests.listTemplates(params?.cursor))
    server.setRequestHandler('resources/read', ({ params }, ctx) =>
      requests.readResource(callBehind(ctx.http?.authInfo), params.uri),
    )
    server.setRequestHandler('prompts/list', ({ params }) => requests.listPrompts(params?.cursor))
    server.setRequestHandler('prompts/get', ({ params }) => requests.getPrompt(params.name, params.arguments))
    return server
  }
}
