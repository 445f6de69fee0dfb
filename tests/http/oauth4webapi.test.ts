/** oauth4webapi refuses whatever strays from the specifications; here it judges every answer of a whole sign-in. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import * as oauth from 'oauth4webapi'
import type { Client } from '../../src/oidc/ports.ts'
import {
  type AuthorizationServer,
  callback,
  clientSecret,
  confidentialWithoutPkce,
  departureOf,
  startAuthorizationServer,
} from '../support/authorization-server.ts'
import type { Browser } from '../support/browser.ts'

let here: AuthorizationServer
let as: oauth.AuthorizationServer
const over = () => ({
  [oauth.customFetch]: (url: string, init: oauth.CustomFetchOptions<string, unknown>) =>
    here.serve(new Request(url, init as RequestInit)),
})
beforeAll(async () => {
  // oauth4webapi's clock is the machine's.
  here = await startAuthorizationServer({ startMs: Date.now() })
  const issuer = new URL(here.issuer)
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, over()))
})
afterAll(() => here.close())

interface Wanted {
  readonly using?: Browser
  readonly parameters?: Record<string, string>
  readonly pkce?: boolean
  readonly maxAge?: number
}

/** The whole of it, each answer judged on the way. */
async function signIn(registered: Client, auth: oauth.ClientAuth, wanted: Wanted = {}) {
  const { using = here.browser(), parameters = {}, pkce = true, maxAge } = wanted
  const client: oauth.Client = { client_id: registered.id }
  const [verifier, state, nonce] = [
    oauth.generateRandomCodeVerifier(),
    oauth.generateRandomState(),
    oauth.generateRandomNonce(),
  ]
  const url = new URL(as.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    client_id: registered.id,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid profile offline_access memories:read',
    state,
    nonce,
    ...(pkce
      ? { code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
      : {}),
    ...(maxAge === undefined ? {} : { max_age: String(maxAge) }),
    ...parameters,
  }).toString()
  const answer = oauth.validateAuthResponse(as, client, await here.complete(using, url.href), state)
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    auth,
    answer,
    callback,
    pkce ? verifier : oauth.nopkce,
    over(),
  )
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
    ...(maxAge === undefined ? {} : { maxAge }),
  })
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  if (claims === undefined) throw new Error('no ID token')
  await oauth.validateApplicationLevelSignature(as, response, over())
  return { client, tokens, claims }
}

test('Basic OP 1 to 4: code, state, iss, tokens, ID token with its signature, userinfo with the same sub', async () => {
  const { client, tokens, claims } = await signIn(await here.addClient(), oauth.None())
  expect(tokens.token_type).toBe('bearer')
  const answer = await oauth.userInfoRequest(as, client, tokens.access_token, over())
  expect((await oauth.processUserInfoResponse(as, client, claims.sub, answer)).sub).toBe(claims.sub)
})

for (const [how, auth] of [
  ['client_secret_basic', oauth.ClientSecretBasic],
  ['client_secret_post', oauth.ClientSecretPost],
] as const)
  test(`Basic OP 11: ${how}, without PKCE where the client is registered so, then a refresh`, async () => {
    const registered = await here.addClient(confidentialWithoutPkce)
    const { client, tokens, claims } = await signIn(registered, auth(clientSecret), { pkce: false })
    const answer = await oauth.refreshTokenGrantRequest(
      as,
      client,
      auth(clientSecret),
      tokens.refresh_token ?? '',
      over(),
    )
    const next = await oauth.processRefreshTokenResponse(as, client, answer)
    expect(oauth.getValidatedIdTokenClaims(next)?.sub ?? claims.sub).toBe(claims.sub)
  })

test('Basic OP 6 and 7: prompt=login and max_age give an auth_time that the client accepts', async () => {
  const registered = await here.addClient()
  const using = here.browser()
  const first = await signIn(registered, oauth.None(), { using, maxAge: 10_000 })
  const again = await signIn(registered, oauth.None(), { using, maxAge: 1, parameters: { prompt: 'login' } })
  expect(again.claims.sub).toBe(first.claims.sub)
  const silent = await signIn(registered, oauth.None(), { using, maxAge: 10_000, parameters: { prompt: 'none' } })
  expect(silent.claims.auth_time).toBe(again.claims.auth_time ?? 0)
})

test('RFC 9207: an error is taken for what it is, with iss and state in it', async () => {
  const registered = await here.addClient()
  const left = departureOf(await here.browser().open(here.authorizationUrl(registered, { prompt: 'none' })))
  expect(() => oauth.validateAuthResponse(as, { client_id: registered.id }, left, 'the-state')).toThrow(
    expect.objectContaining({ error: 'login_required' }),
  )
})
