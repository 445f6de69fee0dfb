/** The client that the product's own pages are to their issuer: known without registration, wherever the pages run. */
import { uiCallback, uiClientId } from '../../shared/ui-client.ts'
import type { Client, OidcSettings } from '../ports.ts'
import { supportedScopes, uiScopes } from '../scopes.ts'

/**
 * A public client with PKCE. Its redirect URI is compared byte for byte, on loopback too (checks/redirect-uri.ts): the answer goes to
 * the pages and to no other program, which is why people are not asked to allow it.
 */
export const uiClient = ({ uiBaseUrl }: Pick<OidcSettings, 'uiBaseUrl'>): Client => ({
  id: uiClientId,
  name: 'souvenir',
  redirectUris: [`${uiBaseUrl}${uiCallback}`],
  postLogoutRedirectUris: [`${uiBaseUrl}/`],
  authMethods: ['none'],
  grantTypes: ['authorization_code', 'refresh_token'],
  scope: [...supportedScopes, ...uiScopes].join(' '),
  pkceRequired: true,
  kind: 'own',
  createdAt: 0,
})
