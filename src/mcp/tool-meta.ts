/** What hosts read of a tool beyond MCP itself, in its `_meta`: one table, by the tool's name. */
import { widgetUri } from './widget.ts'

const metaOf: Readonly<Record<string, Record<string, unknown>>> = {
  // MCP Apps 2026-01-26, Resource Discovery: the document that shows the tool's results.
  search_memory: { ui: { resourceUri: widgetUri } },
  // ChatGPT: the tool that says whose account is connected.
  whoami: { 'openai/profile': true },
}

export const toolMeta = (tool: string): Record<string, unknown> => metaOf[tool] ?? {}
