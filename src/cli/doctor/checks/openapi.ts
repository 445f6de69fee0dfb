import { type Check, fail, pass, shown } from '../check.ts'

interface Schemes {
  readonly openIdConnect?: { readonly openIdConnectUrl?: string }
  readonly oauth2?: { readonly flows?: { readonly authorizationCode?: { readonly authorizationUrl?: string } } }
}

export const openapi: Check = {
  name: 'OpenAPI',
  async run({ issuer, api, ask }) {
    const answer = await ask(`${api}/openapi.json`)
    if (answer.status !== 200 || answer.json === undefined) {
      return fail(`${api}/openapi.json: ${shown(answer)}`, 'Send /openapi.json of the API host to openmemory-mcp.')
    }
    const { components, servers } = answer.json as {
      components?: { securitySchemes?: Schemes }
      servers?: { url?: string }[]
    }
    const url = components?.securitySchemes?.openIdConnect?.openIdConnectUrl
    if (url !== `${issuer}/.well-known/openid-configuration`) {
      return fail(
        `its OpenID configuration is ${url ?? 'missing'}`,
        `ChatGPT looks elsewhere: set OIDC_BASE_URL=${issuer} on openmemory-mcp.`,
      )
    }
    const authorize = components?.securitySchemes?.oauth2?.flows?.authorizationCode?.authorizationUrl
    if (authorize !== `${issuer}/auth/authorize`) {
      return fail(
        `its authorization URL is ${authorize ?? 'missing'}`,
        `Set OIDC_BASE_URL=${issuer} on openmemory-mcp.`,
      )
    }
    if (servers?.[0]?.url !== api)
      return fail(`its server is ${servers?.[0]?.url}`, `Set API_BASE_URL=${api} on openmemory-mcp.`)
    return pass('its security schemes name the issuer')
  },
}
