/** What this server offers over MCP, the same for every era and transport: computed once, asked for by both SDKs' servers. */
import type { McpDependencies } from './dependencies.ts'
import { createTools, type Tools } from './tools.ts'

export interface Features {
  readonly tools: Tools
}

export const createFeatures = <Services>({ operations, services, log }: McpDependencies<Services>): Features => ({
  tools: createTools(operations, services, log),
})

export const serverIdentity = (settings: { readonly name: string; readonly version: string }) => ({
  name: settings.name,
  title: settings.name,
  version: settings.version,
})
