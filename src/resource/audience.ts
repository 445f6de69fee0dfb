import { canonicalResource, resourcePaths } from '../shared/resource-identifier.ts'

/** Where a protected resource is, under API_BASE_URL: the address itself, or one of its paths. */
export const protectedPaths = ['', ...resourcePaths] as const
export type ResourcePath = (typeof protectedPaths)[number]

/** Every audience by which a resource under `apiBaseUrl` may be named. */
export const audienceGroup = (apiBaseUrl: string): readonly string[] =>
  protectedPaths.map((path) => canonicalResource(apiBaseUrl + path) ?? apiBaseUrl + path)
