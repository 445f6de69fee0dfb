/** The SDK's own handler with one tool and nothing else, on the port that PORT names: what MCP costs before any server of ours. */
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'

const person = { id: 'somebody', name: 'Ada', email: 'ada@example.com' }

const handler = createMcpHandler(
  () => {
    const server = new McpServer({ name: 'bare', version: '1' })
    server.registerTool('whoami', { description: 'Who is asking.' }, async () => ({
      content: [{ type: 'text', text: JSON.stringify(person) }],
      structuredContent: person,
    }))
    return server
  },
  { legacy: 'stateless' },
)
Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.env.PORT),
  idleTimeout: 0,
  fetch: (request) =>
    new URL(request.url).pathname === '/mcp' ? handler.fetch(request) : Response.json({ status: 'ok' }),
})
