import { type Check, fail, pass, shown } from '../check.ts'

/** RFC 9728: the resource says who issues its tokens, and the issuer says that it knows the resource. */
export const metadata: Check = {
  name: 'metadata',
  async run({ issuer, api, ask }) {
    for (const path of ['/mcp', '/mcp/sse', '/api/v1']) {
      const url = `${api}/.well-known/oauth-protected-resource${path}`
      const { json, ...answer } = await ask(url)
      if (answer.status !== 200 || json === undefined) {
        return fail(
          `${url}: ${shown({ ...answer, json })}`,
          'Send /.well-known/oauth-protected-resource of the API host to openmemory-mcp.',
        )
      }
      if (json.resource !== api + path) {
        return fail(
          `${url} says the resource is ${JSON.stringify(json.resource)}`,
          `Set API_BASE_URL=${api} on both servers: clients compare it with the address they use.`,
        )
      }
      const servers = Array.isArray(json.authorization_servers) ? json.authorization_servers : []
      if (!servers.includes(issuer)) {
        return fail(
          `${url} names ${servers.join(', ') || 'no authorization server'}, not ${issuer}`,
          'Set the same OIDC_BASE_URL on both servers.',
        )
      }
    }
    const known = (await ask(`${issuer}/.well-known/openid-configuration`)).json?.protected_resources
    if (!Array.isArray(known) || !known.includes(`${api}/mcp`)) {
      return fail(`the issuer does not list ${api}/mcp`, `Set API_BASE_URL=${api} on oidc-auth-server too.`)
    }
    return pass('both hosts name each other')
  },
}
