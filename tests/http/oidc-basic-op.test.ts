/** The certification plan "Basic OP", in its order, by a confidential client that does not use PKCE (as its suite is). */
import { describe, expect, test } from 'bun:test'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import {
  callback,
  clientSecret,
  confidentialWithoutPkce,
  departureOf,
  pageOf,
} from '../support/authorization-server.ts'
import { basic, refusalOf, startBackChannel, tokensOf } from '../support/back-channel.ts'

const { server, back, client } = await startBackChannel({}, confidentialWithoutPkce)
const browser = server.browser()

type Changes = Readonly<Record<string, string | undefined>>
const withoutPkce = { code_challenge: undefined, code_challenge_method: undefined }
const url = (changes: Changes = {}) =>
  server.authorizationUrl(client, { ...withoutPkce, nonce: 'the-nonce', ...changes })
const answerTo = (changes: Changes = {}) => server.complete(browser, url(changes))
const form = { client_secret: clientSecret, code_verifier: undefined }
const redeem = async (answer: URL, fields: Changes = form, headers: Record<string, string> = {}) =>
  back.post(
    '/auth/token',
    {
      grant_type: 'authorization_code',
      code: answer.searchParams.get('code') ?? '',
      redirect_uri: callback,
      client_id: client.id,
      ...fields,
    },
    headers,
  )
const signIn = async (changes: Changes = {}) => tokensOf(await redeem(await answerTo(changes)))
const verified = async (idToken: string) => {
  const jwks = (await (await server.send('/auth/jwks')).json()) as JSONWebKeySet
  return jwtVerify(idToken, createLocalJWKSet(jwks), {
    issuer: server.issuer,
    audience: client.id,
    currentDate: new Date(server.clock.now()),
  })
}
const told = async (token: string) => (await (await back.userinfo(token)).json()) as Record<string, unknown>

describe('OpenID Connect Core, Basic OP', () => {
  test('1. state and iss are echoed; the ID token and userinfo agree', async () => {
    const answer = await answerTo()
    expect(answer.searchParams.get('state')).toBe('the-state')
    expect(answer.searchParams.get('iss')).toBe(server.issuer)
    const { id_token, access_token } = await tokensOf(await redeem(answer))
    const { payload } = await verified(id_token)
    expect(payload.nonce).toBe('the-nonce')
    expect((await told(access_token)).sub).toBe(payload.sub)
  })

  test('2. without response_type: an error at the client', async () => {
    const answer = departureOf(await browser.open(url({ response_type: undefined })))
    expect(answer.searchParams.get('error')).toBe('invalid_request')
  })

  test('3. the ID token is signed RS256', async () => {
    expect((await verified((await signIn()).id_token)).protectedHeader.alg).toBe('RS256')
  })

  test('4. userinfo by GET, by POST with the header, by POST with the body', async () => {
    const { access_token: token, id_token } = await signIn()
    const header = { authorization: `Bearer ${token}` }
    const answers = [
      await server.send('/auth/userinfo', { headers: header }),
      await server.send('/auth/userinfo', { method: 'POST', headers: header }),
      await back.post('/auth/userinfo', { access_token: token }),
    ]
    for (const answer of answers)
      expect([answer.status, await answer.json()]).toEqual([
        200,
        expect.objectContaining({ sub: decodeJwt(id_token).sub }),
      ])
  })

  test('5. without nonce; and with all scopes, in any order of parameters', async () => {
    expect(decodeJwt((await signIn({ nonce: undefined })).id_token).nonce).toBeUndefined()
    const query = [
      ...new URL(url({ scope: 'phone email openid address profile' }), server.issuer).searchParams,
    ].reverse()
    const tokens = await tokensOf(
      await redeem(await server.complete(browser, `/auth/authorize?${new URLSearchParams(query)}`)),
    )
    expect(await told(tokens.access_token)).toMatchObject({ sub: expect.any(String), name: expect.any(String) })
  })

  test('6. display is tolerated; prompt=login proves again, with a later auth_time; prompt=none is silent or login_required', async () => {
    for (const display of ['page', 'popup']) await signIn({ display })
    const before = decodeJwt((await signIn()).id_token)
    await server.passSeconds(10)
    const silent = departureOf(await browser.open(url({ prompt: 'none' })))
    expect(decodeJwt((await tokensOf(await redeem(silent))).id_token)).toMatchObject({
      sub: before.sub,
      auth_time: before.auth_time,
    })
    const again = decodeJwt((await signIn({ prompt: 'login' })).id_token)
    expect(Number(again.auth_time)).toBeGreaterThan(Number(before.auth_time))
    const nobody = departureOf(await server.browser().open(url({ prompt: 'none' })))
    expect(nobody.searchParams.get('error')).toBe('login_required')
  })

  test('7. max_age and id_token_hint', async () => {
    const { id_token } = await signIn()
    await server.passSeconds(2)
    const renewed = decodeJwt((await signIn({ max_age: '1' })).id_token)
    expect(Number(renewed.auth_time)).toBeGreaterThan(Number(decodeJwt(id_token).auth_time))
    const silent = departureOf(await browser.open(url({ max_age: '10000', prompt: 'none', id_token_hint: id_token })))
    expect(decodeJwt((await tokensOf(await redeem(silent))).id_token).auth_time).toBe(renewed.auth_time)
  })

  test('8. unknown and optional parameters; claims with an essential name', async () => {
    const optional = { extra: 'foobar', login_hint: 'x', ui_locales: 'se', claims_locales: 'se', acr_values: '1 2' }
    await signIn(optional)
    const { access_token } = await signIn({ claims: '{"userinfo":{"name":{"essential":true}}}' })
    expect((await told(access_token)).name).toBeString()
  })

  test('9. a code used twice, at once and 30 s later: invalid_grant, and the first access token dies', async () => {
    for (const seconds of [0, 30]) {
      const answer = await answerTo()
      const { access_token } = await tokensOf(await redeem(answer))
      await server.passSeconds(seconds)
      expect(await refusalOf(await redeem(answer))).toMatchObject({ status: 400, error: 'invalid_grant' })
      expect((await back.userinfo(access_token)).status).toBe(401)
    }
  })

  test('10. an unregistered redirect URI is a page; the authorization endpoint takes POST', async () => {
    expect(pageOf(await browser.open(url({ redirect_uri: 'https://app.example/other' }))).status).toBe(400)
    const query = Object.fromEntries(new URL(url(), server.issuer).searchParams)
    const posted = departureOf(await browser.submit({ action: '/auth/authorize', fields: {}, html: '' }, query))
    await tokensOf(await redeem(posted))
  })

  test('11. client_secret_basic and client_secret_post; request and request_uri are refused by their own names', async () => {
    await tokensOf(await redeem(await answerTo(), { client_id: undefined }, basic(client.id, clientSecret)))
    await tokensOf(await redeem(await answerTo(), form))
    for (const [name, error] of [
      ['request', 'request_not_supported'],
      ['request_uri', 'request_uri_not_supported'],
    ] as const) {
      const answer = departureOf(await browser.open(url({ [name]: 'https://app.example/request.jwt' })))
      expect(answer.searchParams.get('error')).toBe(error)
    }
  })

  test("12. refresh works, another client's use of it fails, and PKCE works where it is not asked for", async () => {
    const { refresh_token } = await signIn()
    const other = await server.addClient(confidentialWithoutPkce)
    expect((await refusalOf(await back.refresh(other, refresh_token, { client_secret: clientSecret }))).error).toBe(
      'invalid_grant',
    )
    await tokensOf(await back.refresh(client, refresh_token, { client_secret: clientSecret }))
    const answer = await server.complete(browser, server.authorizationUrl(client))
    await tokensOf(await back.redeem(client, answer.searchParams.get('code') ?? '', { client_secret: clientSecret }))
  })
})
