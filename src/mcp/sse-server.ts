/** The v1 SDK's server over our requests: one lives as long as its HTTP+SSE stream. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { callBehind } from './call.ts'
import type { McpSettings } from './dependencies.ts'
import { capabilities, serverIdentity } from './features.ts'
import { instructions } from './instructions.ts'
import type { Requests } from './requests.ts'

export function createStreamServer(settings: McpSettings, requests: Requests): Server {
  const server = new Server(serverIdentity(settings), { capabilities, instructions })
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => requests.listTools(params?.cursor))
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { authInfo }) =>
    requests.callTool(callBehind(authInfo), params.name, params.arguments),
  )
  server.setRequestHandler(ListResourcesRequestSchema, ({ params }) => requests.listResources(params?.cursor))
  server.setRequestHandler(ListResourceTemplatesRequestSchema, ({ params }) => requests.listTemplates(params?.cursor))
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }, { authInfo }) =>
    requests.readResource(callBehind(authInfo), params.uri),
  )
  server.setRequestHandler(ListPromptsRequestSchema, ({ params }) => requests.listPrompts(params?.cursor))
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => requests.getPrompt(params.name, params.arguments))
  return server
}
