/** The official MCP client's own OAuth: it discovers, registers, and is sent to a browser, which here signs in and allows. */
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { createBrowser, signInAndAllow } from './browser.ts'

export interface Login extends OAuthClientProvider {
  /** What came back to the client's redirect address, once the browser has been there. */
  readonly returned: () => Promise<URLSearchParams>
  /** The code of it. */
  readonly code: () => Promise<string>
  readonly held: { client: OAuthClientInformationMixed | undefined; tokens: OAuthTokens | undefined; verifier: string }
}

export function createLogin(issuer: string, issueCode: () => Promise<string>, scope?: string): Login {
  const held: Login['held'] = { client: undefined, tokens: undefined, verifier: '' }
  let arrived: Promise<URLSearchParams> = Promise.reject(new Error('the client sent nobody to sign in'))
  arrived.catch(() => undefined)
  const redirectUrl = 'http://127.0.0.1:8976/callback'
  return {
    held,
    returned: () => arrived,
    code: async () => (await arrived).get('code') ?? '',
    redirectUrl,
    clientMetadata: {
      client_name: 'End to end',
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      ...(scope === undefined ? {} : { scope }),
    },
    clientInformation: () => held.client,
    saveClientInformation: (client) => {
      held.client = client
    },
    tokens: () => held.tokens,
    saveTokens: (tokens) => {
      held.tokens = tokens
    },
    saveCodeVerifier: (verifier) => {
      held.verifier = verifier
    },
    codeVerifier: () => held.verifier,
    redirectToAuthorization(url) {
      const browser = createBrowser(new URL(issuer).origin, (request) => fetch(request))
      arrived = signInAndAllow(browser, url.href, issueCode).then((back) => back.searchParams)
    },
  }
}
