/** The official SDK's own handler over the same methods as src/mcp: what a second implementation of the protocol answers. */

import { createMcpHandler, Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { callOf } from '../../src/mcp/call.ts'
import { capabilities, createFeatures, serverIdentity } from '../../src/mcp/features.ts'
import { instructions } from '../../src/mcp/instructions.ts'
import { createMethods, lists, outcomeOf } from '../../src/mcp/methods.ts'
import { isJsonObject } from '../../src/shared/json-object.ts'
import { principals, type startMcp } from './mcp.ts'

const specified = [
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
] as const

/** Parameters are checked by the methods themselves. */
const anything: {
  '~standard': {
    version: 1
    vendor: string
    validate(value: unknown): { value: Record<string, unknown> }
    types?: { input: unknown; output: Record<string, unknown> }
  }
} = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: isJsonObject(value) ? value : {} }) } }

/** Answers as the person `ada`, without looking at tokens. */
export function sdkHandler(mcp: ReturnType<typeof startMcp>) {
  const methods = createMethods(createFeatures(mcp))
  const { ada } = principals(mcp.clock)
  if (ada === undefined) throw new Error('there is no ada')
  const call = callOf(ada, 'none', mcp.clock.now(), () => undefined)
  const hints = [...methods].flatMap(([name, { caching }]) => (caching ? [[name, caching]] : []))
  const cacheHints = { ...Object.fromEntries(hints), 'server/discover': lists }
  const create = () => {
    const server = new Server(serverIdentity(mcp.settings), { capabilities, instructions, cacheHints })
    for (const name of specified) {
      server.setRequestHandler(name, { params: anything }, async (params) => {
        const method = methods.get(name)
        if (method === undefined) throw new Error(`${name} is not answered`)
        const outcome = await outcomeOf(method, { method: name, params }, call, mcp.log)
        if ('error' in outcome) throw Object.assign(new Error(outcome.error.message), outcome.error)
        return outcome.result
      })
    }
    return server
  }
  const modern = createMcpHandler(create, { legacy: 'reject' })
  return {
    modern: (request: Request) => modern.fetch(request),
    /** The revisions of 2025, answering with JSON. */
    async legacy(request: Request) {
      const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
      await create().connect(transport)
      return transport.handleRequest(request)
    },
  }
}
