/**
 * Every request that a rate limit refuses is counted in /metrics under the name of its rule: of one process, as each counts its own, so
 * that this is not among the tests of sign-in spread over several.
 */
import { expect, test } from 'bun:test'
import { limitRules } from '../../src/dependencies/limit-rules.ts'
import { uiCallback, uiClientId } from '../../src/shared/ui-client.ts'
import { addressOf, deploy, redirectUri, type Tokens, verifier } from '../support/deployment.ts'
import { pagesScope } from '../support/ui-client.ts'

const uiUrl = 'http://localhost:9000'

test('souvenir_rate_limited_total: one for each request refused, for every rule there is', async () => {
  const deployment = await deploy({
    METRICS_TOKEN: 'scraper',
    UI_BASE_URL: uiUrl,
    RATE_LIMIT_PER_MINUTE: '1',
    RATE_LIMIT_BURST: '0',
    SIGN_IN_PER_MINUTE: '3',
    REGISTRATIONS_PER_HOUR: '2',
    AUTHORIZATIONS_PER_MINUTE: '3',
    TOKENS_PER_MINUTE: '9',
    REFRESHES_PER_MINUTE: '1',
    TOKEN_FAILURES_PER_MINUTE: '2',
  })
  const send = (address: string, path: string, init?: RequestInit) =>
    deployment.serve(new Request(addressOf(path), init), { address })
  const form = (fields: Record<string, string>): RequestInit => ({ method: 'POST', body: new URLSearchParams(fields) })
  const client = await deployment.register()
  const tokens = await deployment.signIn(client)
  const uiRedirect = `${uiUrl}${uiCallback}`
  const ui = await deployment.authorize(
    { client_id: uiClientId },
    { scope: pagesScope, parameters: { redirect_uri: uiRedirect } },
  )
  const exchange = { client_id: uiClientId, redirect_uri: uiRedirect, code_verifier: verifier }
  const redeemed = await deployment.form('/auth/token', {
    grant_type: 'authorization_code',
    code: ui.code,
    ...exchange,
  })
  const pages = (await redeemed.json()) as Tokens

  const me =
    ({ access_token }: Tokens) =>
    () =>
      send('192.0.2.1', '/api/v1/me', { headers: { authorization: `Bearer ${access_token}` } })
  let { refresh_token } = tokens
  const refresh = (address: string, given: () => string) => async () => {
    const fields = { grant_type: 'refresh_token', client_id: client.client_id, refresh_token: given() }
    const response = await send(address, '/auth/token', form(fields))
    const answer = (await response.clone().json()) as Partial<Tokens>
    refresh_token = answer.refresh_token ?? refresh_token
    return response
  }
  const query = new URLSearchParams({ client_id: client.client_id, redirect_uri: redirectUri, response_type: 'code' })
  const confidential = await deployment.register({ token_endpoint_auth_method: 'client_secret_post' })
  const withSecret = { client_id: confidential.client_id, client_secret: confidential.client_secret ?? '' }
  let from = 0
  const requests: Record<string, () => Promise<Response>> = {
    principal: me(tokens),
    pages: me(pages),
    sign_in: () => send('192.0.2.2', '/auth/signin/none/code', form({ code: 'wrong' })),
    registration: () => send('192.0.2.3', '/auth/register', { method: 'POST', body: '{}' }),
    authorize: () => send('192.0.2.4', `/auth/authorize?${query}`),
    token_failures: refresh('192.0.2.5', () => 'never-issued'),
    refresh: refresh('192.0.2.6', () => refresh_token),
    // From ever another address, or its failures would be counted there first.
    token: () =>
      send(
        `192.0.3.${from++}`,
        '/auth/token',
        form({ grant_type: 'refresh_token', refresh_token: 'never-issued', ...withSecret }),
      ),
  }
  expect(Object.keys(requests).sort()).toEqual(
    limitRules(deployment.config)
      .map(({ name }) => name)
      .sort(),
  )
  const refused: Record<string, number> = {}
  for (const [rule, request] of Object.entries(requests)) {
    for (let n = 0; n < 20 && (refused[rule] ?? 0) < 2; n++) {
      const response = await request()
      if (response.status !== 429) continue
      expect(response.headers.get('ratelimit-policy')).toStartWith(`"${rule}";`)
      refused[rule] = (refused[rule] ?? 0) + 1
    }
  }
  const page = await deployment.send('/metrics', { headers: { authorization: 'Bearer scraper' } })
  const counted = [...(await page.text()).matchAll(/^souvenir_rate_limited_total\{rule="(\w+)"\} (\d+)$/gm)]
  expect(Object.fromEntries(counted.map(([, rule, count]) => [rule, Number(count)]))).toEqual(refused)
  expect(refused).toEqual(Object.fromEntries(Object.keys(requests).map((rule) => [rule, 2])))
  await deployment.close()
}, 30_000)
