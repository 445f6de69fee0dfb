/** Signs a person in to the product's own pages, as those do it, and gives the access token that they hold. */
import { uiCallback, uiClientId } from '../../src/shared/ui-client.ts'
import { type AuthorizationServer, verifier } from './authorization-server.ts'
import type { Browser } from './browser.ts'

export const pagesScope = 'openid profile offline_access memories:read memories:write grants:manage'

export async function signInToPages(
  server: AuthorizationServer,
  { using = server.browser(), user }: { readonly using?: Browser; readonly user?: string } = {},
) {
  const redirectUri = `${server.dependencies.settings.uiBaseUrl}${uiCallback}`
  const url = server.authorizationUrl({ id: uiClientId }, { redirect_uri: redirectUri, scope: pagesScope })
  const answer = await server.complete(using, url, user)
  const response = await server.send('/auth/token', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      client_id: uiClientId,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    }).toString(),
  })
  if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`)
  return { answer, using, ...((await response.json()) as { access_token: string; scope: string }) }
}
