/** The v2 SDK's server over our requests: 2026-07-28 and, statelessly, the revisions of 2025. */
import { Server } from '@modelcontextprotocol/server'
import { callBehind } from './call.ts'
import type { McpSettings } from './dependencies.ts'
import { capabilities, serverIdentity } from './features.ts'
import { instructions } from './instructions.ts'
import { standardParams } from './params.ts'
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

const accepts = {
  'tools/list': { params: standardParams('tools/list') },
  'tools/call': { params: standardParams('tools/call') },
  'resources/list': { params: standardParams('resources/list') },
  'resources/templates/list': { params: standardParams('resources/templates/list') },
  'resources/read': { params: standardParams('resources/read') },
  'prompts/list': { params: standardParams('prompts/list') },
  'prompts/get': { params: standardParams('prompts/get') },
} as const

/** A new server for each request: they are cheap, since descriptions and schemas are computed once. */
export function createServerFactory(settings: McpSettings, requests: Requests): () => Server {
  const identity = serverIdentity(settings)
  const options = { capabilities, instructions, cacheHints }
  return () => {
    const server = new Server(identity, options)
    server.setRequestHandler('tools/list', accepts['tools/list'], ({ cursor }) => requests.listTools(cursor))
    server.setRequestHandler('tools/call', accepts['tools/call'], ({ name, arguments: input }, ctx) =>
      requests.callTool(callBehind(ctx.http?.authInfo), name, input),
    )
    server.setRequestHandler('resources/list', accepts['resources/list'], ({ cursor }) =>
      requests.listResources(cursor),
    )
    server.setRequestHandler('resources/templates/list', accepts['resources/templates/list'], ({ cursor }) =>
      requests.listTemplates(cursor),
    )
    server.setRequestHandler('resources/read', accepts['resources/read'], ({ uri }, ctx) =>
      requests.readResource(callBehind(ctx.http?.authInfo), uri),
    )
    server.setRequestHandler('prompts/list', accepts['prompts/list'], ({ cursor }) => requests.listPrompts(cursor))
    server.setRequestHandler('prompts/get', accepts['prompts/get'], ({ name, arguments: given }) =>
      requests.getPrompt(name, given),
    )
    return server
  }
}
