import { memoryScopes } from '../shared/memory-scopes.ts'
import { protectedPaths, type ResourcePath } from './audience.ts'

/** RFC 9728 section 3.1: the well-known part goes between host and path. */
export const metadataUrl = (apiBaseUrl: string, path: ResourcePath): string =>
  `${apiBaseUrl}/.well-known/oauth-protected-resource${path}`

/** The protected resource metadata of the resource at `path` (RFC 9728 section 2). `offline_access` is not a resource's scope. */
function resourceMetadata(settings: { readonly apiBaseUrl: string; readonly issuer: string }, path: ResourcePath) {
  return {
    resource: settings.apiBaseUrl + path,
    authorization_servers: [settings.issuer],
    scopes_supported: memoryScopes,
    bearer_methods_supported: ['header'],
    resource_name: 'souvenir',
    resource_documentation: `${settings.apiBaseUrl}/docs`,
  }
}

/** Every address the metadata is served under: the root's own, and one for each path. */
export const metadataDocuments = (settings: { readonly apiBaseUrl: string; readonly issuer: string }) =>
  protectedPaths.map((path) => ({
    path: `/.well-known/oauth-protected-resource${path}`,
    body: JSON.stringify(resourceMetadata(settings, path)),
  }))
