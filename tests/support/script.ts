/** A person's script against a started server: registers, signs in through the pages, holds tokens. */
import { sha256 } from '../../src/shared/hash.ts'
import { createBrowser, signInAndAllow } from './browser.ts'
import type { Product } from './server.ts'

export const redirectUri = 'http://127.0.0.1:3333/callback'

export interface Signed {
  readonly clientId: string
  readonly accessToken: string
  readonly refreshToken: string
  /** Everything of this sign-in that no log may ever hold. */
  readonly secrets: readonly string[]
}

const form = (url: string, fields: Record<string, string>) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })

export async function signIn(
  product: Pick<Product, 'issuer' | 'issueCode'>,
  { user, scope = 'openid memories:read memories:write' }: { user?: string; scope?: string } = {},
): Promise<Signed> {
  const registered = await fetch(`${product.issuer}/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Script', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
  })
  const client = (await registered.json()) as { client_id: string; registration_access_token: string }
  const verifier = crypto.randomUUID() + crypto.randomUUID()
  const state = crypto.randomUUID()
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope,
    state,
    code_challenge: sha256(verifier),
    code_challenge_method: 'S256',
  })
  let printed = ''
  const browser = createBrowser(product.issuer, (request) => fetch(request))
  const back = await signInAndAllow(browser, `/auth/authorize?${query}`, async () => {
    printed = await product.issueCode(user)
    return printed
  })
  const code = back.searchParams.get('code') ?? ''
  const response = await form(`${product.issuer}/auth/token`, {
    grant_type: 'authorization_code',
    code,
    client_id: client.client_id,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  })
  if (!response.ok) throw new Error(`token: ${response.status} ${await response.text()}`)
  const tokens = (await response.json()) as { access_token: string; refresh_token: string; id_token?: string }
  return {
    clientId: client.client_id,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    secrets: [
      code,
      verifier,
      state,
      printed,
      tokens.access_token,
      tokens.refresh_token,
      client.registration_access_token,
      ...(tokens.id_token === undefined ? [] : [tokens.id_token]),
      ...browser.cookies.values(),
    ],
  }
}
