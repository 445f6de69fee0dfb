import { type Check, fail, pass, shown } from '../check.ts'

/** RFC 6750 section 3, RFC 9728 section 5.1: who comes without a token is told where to get one. */
export const challenge: Check = {
  name: '401 challenge',
  async run({ api, ask }) {
    for (const [path, init] of [
      ['/api/v1/me', { method: 'GET' }],
      ['/mcp', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }],
      ['/mcp/sse', { method: 'GET' }],
    ] as const) {
      const answer = await ask(api + path, init)
      if (answer.status === 503) {
        return fail(`${path}: 503, ${String(answer.json?.detail ?? answer.text).slice(0, 300)}`, 'Start what it names.')
      }
      if (answer.status === 200) {
        return fail(
          `${path} answers without a token`,
          'AUTH=none is on, or something in front brings a token: take it away before this is public.',
        )
      }
      const header = answer.headers.get('www-authenticate') ?? ''
      const url = /resource_metadata="([^"]+)"/.exec(header)?.[1]
      if (answer.status !== 401 || url === undefined) {
        return fail(
          `${path}: ${shown(answer)}, WWW-Authenticate: ${header || 'missing'}`,
          'Send the path to openmemory-mcp, and let the proxy keep WWW-Authenticate.',
        )
      }
      const metadata = await ask(url)
      if (metadata.status !== 200)
        return fail(`${path} points to ${url}: ${shown(metadata)}`, 'Set API_BASE_URL to the address that clients use.')
    }
    return pass('401 with resource_metadata on REST, MCP and SSE')
  },
}
