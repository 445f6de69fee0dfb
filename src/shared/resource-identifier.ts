/** The protected resources, as paths under API_BASE_URL, beside that address itself. One audience group: a token for one is accepted on all. */
export const resourcePaths = ['/mcp', '/mcp/sse', '/api/v1'] as const

/**
 * One spelling of a resource identifier (RFC 8707 section 2): lower-case scheme and host, no default port, no trailing slash.
 * Undefined for what is not an absolute http(s) URL, or has a fragment, a query or userinfo, were they empty.
 */
export function canonicalResource(resource: string): string | undefined {
  if (/[#?]/.test(resource) || !URL.canParse(resource)) return undefined
  const { protocol, origin, pathname, username, password } = new URL(resource)
  if ((protocol !== 'https:' && protocol !== 'http:') || username !== '' || password !== '') return undefined
  return `${origin}${pathname}`.replace(/\/$/, '')
}
