/** What an operator sees of a whole run: the log, the stop, and answers to bad input over a real connection. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as openid from 'openid-client'
import { sha256 } from '../../src/shared/hash.ts'
import { createBrowser, signInAndAllow } from '../support/browser.ts'
import { failureOf } from '../support/failure.ts'
import { redirectUri, type Signed, signIn } from '../support/script.ts'
import { type Product, shapes, startProduct, target } from '../support/server.ts'

describe.each([...shapes])(`a whole run on ${target}, %s`, (shape) => {
  let product: Product
  let signed: Signed
  const told = 'The tortoise hibernates behind the third flowerpot.'
  const api = (path: string, init: RequestInit = {}) =>
    fetch(`${product.apiUrl}/api/v1${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${signed.accessToken}`,
        'content-type': 'application/json',
        ...(init.headers as Record<string, string>),
      },
    })

  beforeAll(async () => {
    product = await startProduct(shape)
    signed = await signIn(product)
  }, 30_000)
  afterAll(async () => {
    await product.stop()
  })

  test('openid-client: discovery, PKCE, code, ID token, userinfo and refresh, all checked by the client', async () => {
    const discovered = await openid.dynamicClientRegistration(
      new URL(product.issuer),
      { client_name: 'openid-client', redirect_uris: [redirectUri], token_endpoint_auth_method: 'client_secret_post' },
      undefined,
      { execute: [openid.allowInsecureRequests] },
    )
    const verifier = openid.randomPKCECodeVerifier()
    const nonce = openid.randomNonce()
    const state = openid.randomState()
    const url = openid.buildAuthorizationUrl(discovered, {
      redirect_uri: redirectUri,
      scope: 'openid profile offline_access memories:read',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      nonce,
      state,
    })
    const browser = createBrowser(product.issuer, (request) => fetch(request))
    const back = await signInAndAllow(browser, url.href, () => product.issueCode())
    const tokens = await openid.authorizationCodeGrant(discovered, back, {
      pkceCodeVerifier: verifier,
      expectedNonce: nonce,
      expectedState: state,
      idTokenExpected: true,
    })
    const sub = tokens.claims()?.sub ?? ''
    expect((await openid.fetchUserInfo(discovered, tokens.access_token, sub)).name).toBe('owner')
    const refreshed = await openid.refreshTokenGrant(discovered, tokens.refresh_token ?? '')
    expect(refreshed.claims()?.sub).toBe(sub)
    await openid.tokenRevocation(discovered, refreshed.refresh_token ?? '')
    expect(await failureOf(openid.refreshTokenGrant(discovered, refreshed.refresh_token ?? ''))).toMatchObject({
      error: 'invalid_grant',
    })
  }, 30_000)

  test('bad input over a connection is 4xx with a problem, never 5xx, never a stack', async () => {
    const bodies: [string, BodyInit][] = [
      ['wrong type', '{"text": 5}'],
      ['missing field', '{}'],
      ['unknown field', '{"text":"x","colour":"red"}'],
      ['invalid JSON', '{"text":'],
      ['an array', '[]'],
      ['null', 'null'],
      ['1 MB', JSON.stringify({ text: 'x'.repeat(1_048_576) })],
      ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])],
      ['deep', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
      ['empty', ''],
    ]
    for (const [what, body] of bodies) {
      for (const path of ['/memories/', '/memories/search', '/memories/filter']) {
        const response = await api(path, { method: 'POST', body })
        const text = await response.text()
        expect([what, path, response.status < 500 || text]).toEqual([what, path, true])
        expect(text).not.toMatch(/\bat .*\.ts:\d+/)
        if (response.status >= 400) expect(response.headers.get('content-type')).toContain('problem+json')
      }
      const mcp = await fetch(`${product.apiUrl}/mcp`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${signed.accessToken}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body,
      })
      expect([what, mcp.status < 500]).toEqual([what, true])
      const token = await fetch(`${product.issuer}/auth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
      })
      expect([what, token.status < 500]).toEqual([what, true])
    }
    for (const query of [
      '?page=-1',
      '?page=1e9',
      '?size=0',
      '?page=1&page=2',
      '?colour=red',
      '?from_date=soon',
      '?page=%ff',
    ]) {
      const response = await api(`/memories/${query}`)
      expect([query, response.status >= 400 && response.status < 500]).toEqual([query, true])
    }
  }, 60_000)

  test('a refused token is logged as "Invalid token" with the reason', async () => {
    await fetch(`${product.apiUrl}/api/v1/me`, { headers: { authorization: 'Bearer not.a.token' } })
    await Bun.sleep(300)
    const line = product
      .output()
      .split('\n')
      .find((text) => text.includes('Invalid token'))
    expect(JSON.parse(line ?? '{}').reason).toBeString()
  })

  test('no token, code, secret, verifier, cookie or remembered text in the log of the whole run', async () => {
    await api('/memories/', { method: 'POST', body: JSON.stringify({ text: told }) })
    await api('/memories/search', { method: 'POST', body: JSON.stringify({ query: 'tortoise hibernates' }) })
    const refreshed = await fetch(`${product.issuer}/auth/token?code=${sha256('in the query')}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: signed.refreshToken,
        client_id: signed.clientId,
      }).toString(),
    })
    const tokens = (await refreshed.json()) as { access_token: string; refresh_token: string }
    const statuses = await product.stop('SIGTERM')
    expect(statuses).toEqual(statuses.map(() => 0))
    const output = product.output()
    const requests = output.split('\n').filter((line) => line.includes('"msg":"request"'))
    expect(requests.length).toBeGreaterThan(30)
    for (const line of requests.map((text) => JSON.parse(text) as Record<string, unknown>)) {
      expect(line).toMatchObject({
        requestId: expect.any(String),
        method: expect.any(String),
        route: expect.any(String),
        status: expect.any(Number),
        ms: expect.any(Number),
      })
    }
    for (const secret of [
      ...signed.secrets,
      tokens.access_token,
      tokens.refresh_token,
      told,
      'tortoise',
      sha256('in the query'),
    ]) {
      expect(secret.length).toBeGreaterThan(4)
      expect(output.includes(secret)).toBe(false)
    }
  }, 30_000)
})
