/** The protected resources, as paths under API_BASE_URL. One audience group: a token for one is accepted on all. */
export const resourcePaths = ['', '/mcp', '/mcp/sse', '/api/v1'] as const
export type ResourcePath = (typeof resourcePaths)[number]

/**
 * One spelling of a resource identifier (RFC 8707 section 2): lower-case scheme and host, no default port, no trailing slash.
 * Undefined for what is not an absolute http(s) URL, or has a fragment.
 */
export function canonicalResource(resource: string): string | undefined {
  if (!URL.canParse(resource)) return undefined
  const url = new URL(resource)
  if (
    (url.protocol !== 'https:' && url.protocol !== 'http:') ||
    url.hash !== '' ||
    url.username !== '' ||
    url.search !== ''
  ) {
    return undefined
  }
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

/** Every audience by which a resource under `apiBaseUrl` may be named. */
export const audienceGroup = (apiBaseUrl: string): readonly string[] =>
  resourcePaths.map((path) => canonicalResource(apiBaseUrl + path) ?? apiBaseUrl + path)
