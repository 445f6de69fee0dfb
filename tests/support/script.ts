/** A person's script against a started server: registers, signs in through the pages, holds tokens. */
import { sha256 } from '../../src/shared/hash.ts'
import { createBrowser, signInAndAllow, signInThroughAndAllow } from './browser.ts'
import type { TestIdentityProvider } from './identity-provider.ts'
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

/** A code that came back to the script, and what is needed to redeem it. */
export interface Authorized {
  readonly clientId: string
  readonly code: string
  readonly verifier: string
  readonly secrets: readonly string[]
}

interface Wanted {
  readonly user?: string
  /** Signs in through this provider in place of a code. */
  readonly through?: Pick<TestIdentityProvider, 'agree'>
  readonly scope?: string
}

export async function authorize(
  product: Pick<Product, 'issuer' | 'issueCode'>,
  { user, through, scope = 'openid memories:read memories:write' }: Wanted = {},
): Promise<Authorized> {
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
  const url = `/auth/authorize?${query}`
  const back =
    through === undefined
      ? await signInAndAllow(browser, url, async () => {
          printed = await product.issueCode(user)
          return printed
        })
      : await signInThroughAndAllow(browser, url, through)
  const code = back.searchParams.get('code') ?? ''
  return {
    clientId: client.client_id,
    code,
    verifier,
    secrets: [code, verifier, state, printed, client.registration_access_token, ...browser.cookies.values()],
  }
}

export const redeem = (product: Pick<Product, 'issuer'>, { clientId, code, verifier }: Authorized) =>
  form(`${product.issuer}/auth/token`, {
    grant_type: 'authorization_code',
    code,
    client_id: clientId,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  })

export async function signIn(product: Pick<Product, 'issuer' | 'issueCode'>, wanted: Wanted = {}): Promise<Signed> {
  const authorized = await authorize(product, wanted)
  const response = await redeem(product, authorized)
  if (!response.ok) throw new Error(`token: ${response.status} ${await response.text()}`)
  const tokens = (await response.json()) as { access_token: string; refresh_token: string; id_token?: string }
  return {
    clientId: authorized.clientId,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    secrets: [
      ...authorized.secrets,
      tokens.access_token,
      tokens.refresh_token,
      ...(tokens.id_token === undefined ? [] : [tokens.id_token]),
    ],
  }
}
