/** What this server offers over MCP, the same for every era and transport: computed once, whichever carries the requests. */
import type { McpDependencies } from './dependencies.ts'
import { createPrompts, memoryPrompts, type Prompts } from './prompts.ts'
import { createResources, memoryResources, type Resources } from './resources.ts'
import { createTools, type Tools } from './tools.ts'

export interface Features {
  readonly tools: Tools
  readonly resources: Resources
  readonly prompts: Prompts
}

export const createFeatures = <Services>({
  operations,
  resources = memoryResources,
  prompts = memoryPrompts,
  services,
  log,
  settings,
}: McpDependencies<Services>): Features => ({
  tools: createTools(operations, services, iconsAt(settings.apiBaseUrl), log),
  resources: createResources(resources, operations, services),
  prompts: createPrompts(prompts),
})

/** Lists never change while a server runs, so none announces changes. */
export const capabilities = { tools: {}, resources: {}, prompts: {} } as const

/** Icons are addresses, not data: the identity goes out with every result of 2026-07-28. */
export const serverIdentity = (settings: {
  readonly name: string
  readonly version: string
  readonly apiBaseUrl: string
}) => ({
  name: settings.name,
  title: settings.name,
  version: settings.version,
  websiteUrl: settings.apiBaseUrl,
  icons: iconsAt(settings.apiBaseUrl),
})

export const iconPath = '/mcp/icon.svg'
const iconsAt = (apiBaseUrl: string) => [{ src: apiBaseUrl + iconPath, mimeType: 'image/svg+xml', sizes: ['any'] }]
