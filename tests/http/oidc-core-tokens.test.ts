/** OpenID Connect Core: ID tokens (sections 2, 3.1.3) and userinfo (section 5.3). */
import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { signInVerified } from '../../src/oidc/signin/account.ts'
import { bearer, refusalOf, startBackChannel } from '../support/back-channel.ts'

const { server, back, client } = await startBackChannel({ settings: { allowedEmails: ['ann@ok.example'] } })
const verified = { provider: 'google', subject: '1', email: 'ann@ok.example', emailVerified: true, name: 'Ann' }
const ann = (await signInVerified({ ...verified, picture: 'https://img.example/a' }, server.dependencies)).id

const tokens = (changes: Parameters<typeof back.tokensFor>[1] = {}) => back.tokensFor(client, changes, ann)
const userinfo = async (token: string) => (await (await back.userinfo(token)).json()) as Record<string, unknown>

describe('the ID token', () => {
  test('section 2: iss, sub, aud, exp, iat and auth_time, signed RS256 by a published key', async () => {
    const { id_token, access_token } = await tokens({ nonce: 'n-0S6_WzA2Mj' })
    const jwks = (await (await server.send('/auth/jwks')).json()) as JSONWebKeySet
    const { payload, protectedHeader } = await jwtVerify(id_token, createLocalJWKSet(jwks), {
      issuer: server.issuer,
      audience: client.id,
      currentDate: new Date(server.clock.now()),
    })
    expect(protectedHeader.alg).toBe('RS256')
    expect(payload.sub).toBe(decodeJwt(access_token).sub)
    expect(payload.nonce).toBe('n-0S6_WzA2Mj')
    expect(payload.auth_time).toBe(server.clock.now() / 1000 - 60)
    expect(payload.exp).toBe((payload.iat ?? 0) + 3_600)
  })

  test('section 3.1.3.6: at_hash is the left half of the SHA-256 of the access token', async () => {
    const { id_token, access_token } = await tokens()
    const half = createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url')
    expect(decodeJwt(id_token).at_hash).toBe(half)
  })

  test('section 3.1.2.1: without a nonce there is none', async () => {
    expect('nonce' in decodeJwt((await tokens()).id_token)).toBe(false)
  })

  test('section 3.1.2.1: without openid there is no ID token, and the access token tells nothing at userinfo', async () => {
    const { id_token, access_token } = await tokens({ scopes: ['memories:read'] })
    expect(id_token).toBeUndefined()
    const response = await back.userinfo(access_token)
    expect(response.headers.get('www-authenticate')).toContain('error="insufficient_scope"')
    expect(await refusalOf(response)).toMatchObject({ status: 403, error: 'insufficient_scope' })
  })

  test('section 5.4: claims of the person are at userinfo, not in the ID token, unless asked for by name', async () => {
    const plain = decodeJwt((await tokens({ scopes: ['openid', 'profile', 'email'] })).id_token)
    expect('email' in plain || 'name' in plain).toBe(false)
    const asked = await tokens({ scopes: ['openid'], claims: { idToken: ['email', 'name'], userinfo: [] } })
    expect(decodeJwt(asked.id_token)).toMatchObject({ email: 'ann@ok.example', name: 'Ann' })
  })
})

describe('userinfo', () => {
  test('section 5.3.1: by GET, by POST with the header, by POST with the body', async () => {
    const { access_token, id_token } = await tokens()
    const { sub } = decodeJwt(id_token)
    const inHeader = bearer(access_token)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const init of [
      inHeader,
      { method: 'POST', ...inHeader },
      { method: 'POST', headers: { ...inHeader.headers, ...form } },
      { method: 'POST', headers: form, body: new URLSearchParams({ access_token }).toString() },
    ]) {
      const response = await server.send('/auth/userinfo', init)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toStartWith('application/json')
      expect(await response.json()).toMatchObject({ sub })
    }
  })

  for (const [scopes, names] of [
    [['openid'], []],
    [
      ['openid', 'profile'],
      ['name', 'picture', 'updated_at'],
    ],
    [
      ['openid', 'email'],
      ['email', 'email_verified'],
    ],
    [['openid', 'address'], []],
    [['openid', 'phone'], []],
    [
      ['email', 'phone', 'openid', 'address', 'profile'],
      ['email', 'email_verified', 'name', 'picture', 'updated_at'],
    ],
  ] as const) {
    test(`section 5.4: ${scopes.join(' ')} tells ${names.join(', ') || 'sub alone'}`, async () => {
      const { access_token } = await tokens({ scopes })
      expect(Object.keys(await userinfo(access_token)).sort()).toEqual([...names, 'sub'].sort())
    })
  }

  test('section 5.1: each claim has its type', async () => {
    const { access_token } = await tokens({ scopes: ['openid', 'profile', 'email'] })
    const told = await userinfo(access_token)
    expect(told).toMatchObject({ name: 'Ann', email: 'ann@ok.example', email_verified: true })
    expect(told.updated_at).toBeNumber()
  })

  test('section 5.5: a claim asked for by name is told, at refresh too', async () => {
    const first = await tokens({ scopes: ['openid'], claims: { idToken: [], userinfo: ['name'] } })
    expect(await userinfo(first.access_token)).toEqual({ sub: String(ann), name: 'Ann' })
    const next = (await (await back.refresh(client, first.refresh_token)).json()) as { access_token: string }
    expect(await userinfo(next.access_token)).toEqual({ sub: String(ann), name: 'Ann' })
  })

  test('section 5.5.1: an essential claim of the authorization request, through the pages', async () => {
    const url = server.authorizationUrl(client, { claims: '{"userinfo":{"name":{"essential":true}}}' })
    const { access_token } = await server.redeem(client, await server.complete(server.browser(), url))
    expect(await userinfo(access_token)).toMatchObject({ name: expect.any(String) })
  })

  test('section 5.3.2: it accepts a token for any resource of ours', async () => {
    const { access_token } = await tokens({ resources: [`${server.issuer}/mcp`] })
    expect((await back.userinfo(access_token)).status).toBe(200)
  })

  test('RFC 6750 section 3.1: no token is 401 with a challenge that names no error', async () => {
    for (const init of [{}, { method: 'POST' }, { headers: { authorization: 'Basic eDp5' } }]) {
      const response = await server.send('/auth/userinfo', init)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toStartWith('Bearer ')
      expect(response.headers.get('www-authenticate')).not.toContain('error')
    }
  })

  test('RFC 6750 section 3.1: a bad token is 401 invalid_token', async () => {
    const response = await back.userinfo('bad')
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(await refusalOf(response)).toMatchObject({ status: 401, error: 'invalid_token' })
  })

  test('RFC 6750 section 2: a token in two places is invalid_request, and in the query it is not read', async () => {
    const { access_token } = await tokens()
    const both = await server.send('/auth/userinfo', {
      method: 'POST',
      headers: { ...bearer(access_token).headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ access_token }).toString(),
    })
    expect(await refusalOf(both)).toMatchObject({ status: 400, error: 'invalid_request' })
    expect((await server.send(`/auth/userinfo?access_token=${access_token}`)).status).toBe(401)
  })

  test('a person who was removed is told of no more', async () => {
    const { access_token } = await tokens()
    const { stores } = server.dependencies
    const user = await stores.users.find(ann)
    await stores.users.delete(ann)
    expect((await back.userinfo(access_token)).status).toBe(401)
    if (user !== undefined) await stores.users.create(user)
  })
})
