/** The pages as a client that nobody registered: what the authorization server lets it do, and what not. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sha256 } from '../../src/shared/hash.ts'
import { formOf } from '../support/browser.ts'
import { type Deployment, deploy, origin, verifier } from '../support/deployment.ts'

let product: Deployment
beforeAll(async () => {
  product = await deploy()
})
afterAll(() => product.close())

const authorize = (changes: Record<string, string> = {}) =>
  `/auth/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: 'souvenir-ui',
    redirect_uri: `${origin}/session/callback`,
    scope: 'openid memories:read memories:write',
    state: 'the-state',
    code_challenge: sha256(verifier),
    code_challenge_method: 'S256',
    ...changes,
  })}`

test('its redirect URI is equal byte for byte: another port of loopback, where any program may listen, gets nothing', async () => {
  for (const uri of [
    'http://localhost:9999/session/callback',
    'http://127.0.0.1:8765/session/callback',
    `${origin}/session/callback/`,
    `${origin}/session/callback?x=1`,
  ]) {
    const response = await product.send(authorize({ redirect_uri: uri }))
    expect([uri, response.status, response.headers.get('location')]).toEqual([uri, 400, null])
  }
})

test('RFC 7636: it has no secret, so without PKCE there is no code', async () => {
  const response = await product.send(authorize({ code_challenge: '', code_challenge_method: '' }))
  expect(new URL(response.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_request')
})

test('a person who is signed in is not asked whether their own pages may show them their memories', async () => {
  const browser = product.browser()
  const signIn = await browser.open(authorize())
  const code = await product.issueCode()
  // The state is not of this browser: the pages refuse it, and what matters here is that there was no question before.
  const arrived = await browser.submit(formOf(signIn, '/code'), { code })
  expect('left' in arrived ? '' : new URL(arrived.url).pathname).toBe('/session/callback')
  const again = await browser.open(authorize({ prompt: 'none' }))
  expect('left' in again ? '' : new URL(again.url).searchParams.get('code')).toBeString()
  const asked = await browser.open(authorize({ prompt: 'consent' }))
  expect('left' in asked ? '' : new URL(asked.url).pathname).toStartWith('/auth/consent/')
})

test('nobody can register, replace or remove it', async () => {
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const response = await product.send('/auth/register/souvenir-ui', {
      method,
      headers: { authorization: 'Bearer anything', 'content-type': 'application/json' },
      ...(method === 'PUT' ? { body: '{}' } : {}),
    })
    expect([method, response.status]).toEqual([method, 401])
  }
})
