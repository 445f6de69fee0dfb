import { canonicalResource } from '../shared/resource-identifier.ts'

/** The protected resources, as paths under API_BASE_URL. One audience group: a token for one is accepted on all. */
export const resourcePaths = ['', '/mcp', '/mcp/sse', '/api/v1'] as const
export type ResourcePath = (typeof resourcePaths)[number]

/** Every audience by which a resource under `apiBaseUrl` may be named. */
export const audienceGroup = (apiBaseUrl: string): readonly string[] =>
  resourcePaths.map((path) => canonicalResource(apiBaseUrl + path) ?? apiBaseUrl + path)
