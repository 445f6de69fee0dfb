/** MCP 2026-07-28, Streamable HTTP, Security: a request from a browser page of an origin that is not ours or listed gets 403. */
export function originCheck(settings: {
  readonly apiBaseUrl: string
  readonly issuer: string
  readonly allowedOrigins: readonly string[]
}): (request: Request) => boolean {
  const allowed = new Set([
    ...settings.allowedOrigins,
    new URL(settings.apiBaseUrl).origin,
    new URL(settings.issuer).origin,
  ])
  return (request) => {
    const origin = request.headers.get('origin')
    return origin === null || allowed.has(origin)
  }
}
