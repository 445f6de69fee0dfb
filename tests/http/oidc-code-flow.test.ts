import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createRemoteJWKSet, customFetch, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { type Deployment, deploy, issuer, origin, redirectUri, type Tokens, verifier } from '../support/deployment.ts'

let here: Deployment
let client: { client_id: string }
beforeAll(async () => {
  here = await deploy()
  client = await here.register()
})
afterAll(() => here.close())

const refresh = (refresh_token: string, more: Record<string, string> = {}) =>
  here.form('/auth/token', { grant_type: 'refresh_token', refresh_token, client_id: client.client_id, ...more })
const redeem = (code: string, more: Record<string, string> = {}) =>
  here.form('/auth/token', {
    grant_type: 'authorization_code',
    code,
    client_id: client.client_id,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...more,
  })
const errorOf = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as { error?: string }),
})

describe('authorization code flow with a printed code', () => {
  test('RFC 9207 section 2: state and iss come back with the code', async () => {
    const { answer } = await here.authorize(client)
    expect(answer.origin + answer.pathname).toBe(redirectUri)
    expect(answer.searchParams.get('state')).toBe('the-state')
    expect(answer.searchParams.get('iss')).toBe(issuer)
  })

  test('RFC 9068 section 2 and OpenID Connect Core section 2: the tokens, verified against the JWKS', async () => {
    const tokens = await here.signIn(client, { parameters: { nonce: 'n-1' } })
    const keys = createRemoteJWKSet(new URL('/auth/jwks', issuer), { [customFetch]: (url) => here.send(url) })
    const access = await jwtVerify(tokens.access_token, keys, { issuer, audience: origin, typ: 'at+jwt' })
    for (const claim of ['sub', 'client_id', 'scope', 'exp', 'iat', 'jti']) expect(access.payload[claim]).toBeDefined()
    const id = await jwtVerify(tokens.id_token, keys, { issuer, audience: client.client_id })
    expect(id.payload).toMatchObject({ nonce: 'n-1', sub: access.payload.sub })
    expect(id.payload.auth_time).toBeNumber()
    expect(decodeProtectedHeader(tokens.id_token).alg).toBe('RS256')
  })

  test('RFC 8707 section 2: with resource the token is for exactly that', async () => {
    const { code } = await here.authorize(client, { parameters: { resource: `${origin}/mcp` } })
    const tokens = (await (await redeem(code)).json()) as Tokens
    expect(decodeJwt(tokens.access_token).aud).toBe(`${origin}/mcp`)
    expect((await errorOf(await refresh(tokens.refresh_token, { resource: `${origin}/api/v1` }))).error).toBe(
      'invalid_target',
    )
  })

  test('RFC 6749 section 4.1.2: a code used twice is invalid_grant and ends all that came of it', async () => {
    const { code } = await here.authorize(client)
    const tokens = (await (await redeem(code)).json()) as Tokens
    const bearer = { headers: { authorization: `Bearer ${tokens.access_token}` } }
    expect((await here.send('/auth/userinfo', bearer)).status).toBe(200)
    expect(await errorOf(await redeem(code))).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect((await here.send('/auth/userinfo', bearer)).status).toBe(401)
    expect(await errorOf(await refresh(tokens.refresh_token))).toMatchObject({ status: 400, error: 'invalid_grant' })
  })

  test('RFC 6749 section 10.5: 50 parallel redemptions of a code give one success', async () => {
    const { code } = await here.authorize(client)
    const statuses = await Promise.all(Array.from({ length: 50 }, async () => (await redeem(code)).status))
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
  })

  for (const [what, more] of [
    ['a verifier that does not match', { code_verifier: 'x'.repeat(43) }],
    ['no verifier', { code_verifier: '' }],
    ['a verifier of 42 characters', { code_verifier: 'x'.repeat(42) }],
    ['a verifier of 129 characters', { code_verifier: 'x'.repeat(129) }],
  ] as const) {
    test(`RFC 7636 section 4.6: ${what} is invalid_grant`, async () => {
      const { code } = await here.authorize(client)
      expect(await errorOf(await redeem(code, more))).toMatchObject({ status: 400, error: 'invalid_grant' })
    })
  }

  test('RFC 6749 section 4.1.3: another redirect_uri, or another client, is invalid_grant', async () => {
    const { code } = await here.authorize(client)
    expect((await errorOf(await redeem(code, { redirect_uri: 'http://127.0.0.1:4444/callback' }))).error).toBe(
      'invalid_grant',
    )
    const other = await here.register()
    const second = await here.authorize(client)
    expect((await errorOf(await redeem(second.code, { client_id: other.client_id }))).error).toBe('invalid_grant')
  })
})

describe('refresh tokens', () => {
  test('OAuth 2.1 section 4.3.1: a refresh gives a new access token and a new refresh token', async () => {
    const tokens = await here.signIn(client)
    const response = await refresh(tokens.refresh_token)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const next = (await response.json()) as Tokens
    expect(next.refresh_token).not.toBe(tokens.refresh_token)
    expect(decodeJwt(next.access_token).sub).toBe(decodeJwt(tokens.access_token).sub)
  })

  test('50 parallel refreshes within the grace all live', async () => {
    const tokens = await here.signIn(client)
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(tokens.refresh_token)))
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
    for (const answer of answers.slice(0, 3)) {
      const { access_token } = (await answer.json()) as Tokens
      expect((await here.send('/auth/userinfo', { headers: { authorization: `Bearer ${access_token}` } })).status).toBe(
        200,
      )
    }
  })

  test('a client that lost the answer may ask again within the grace, one after the other', async () => {
    const tokens = await here.signIn(client)
    expect((await refresh(tokens.refresh_token)).status).toBe(200)
    expect((await refresh(tokens.refresh_token)).status).toBe(200)
  })

  test('the thief: the old token after a successor was used ends the family', async () => {
    const stolen = (await here.signIn(client)).refresh_token
    const first = (await (await refresh(stolen)).json()) as Tokens
    const second = (await (await refresh(first.refresh_token)).json()) as Tokens
    expect((await errorOf(await refresh(stolen))).error).toBe('invalid_grant')
    expect((await errorOf(await refresh(second.refresh_token))).error).toBe('invalid_grant')
    const bearer = { headers: { authorization: `Bearer ${second.access_token}` } }
    expect((await here.send('/auth/userinfo', bearer)).status).toBe(401)
  })

  test('RFC 6749 section 6: the scope narrows and never grows', async () => {
    const tokens = await here.signIn(client, { scope: 'openid memories:read' })
    const narrowed = (await (await refresh(tokens.refresh_token, { scope: 'memories:read' })).json()) as Tokens
    expect(narrowed.scope).toBe('memories:read')
    expect((await errorOf(await refresh(narrowed.refresh_token, { scope: 'memories:write' }))).error).toBe(
      'invalid_scope',
    )
  })

  test("another client's refresh token is invalid_grant, and stays alive", async () => {
    const tokens = await here.signIn(client)
    const other = await here.register()
    expect((await errorOf(await refresh(tokens.refresh_token, { client_id: other.client_id }))).error).toBe(
      'invalid_grant',
    )
    expect((await refresh(tokens.refresh_token)).status).toBe(200)
  })

  test('a removed person is out: refresh, access token and session', async () => {
    await here.dependencies.people?.add('leaver')
    const using = here.browser()
    const tokens = await here.signIn(client, { user: 'leaver', using })
    await here.dependencies.people?.remove('leaver')
    expect((await errorOf(await refresh(tokens.refresh_token))).error).toBe('invalid_grant')
    const bearer = { headers: { authorization: `Bearer ${tokens.access_token}` } }
    expect((await here.send('/auth/userinfo', bearer)).status).toBe(401)
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      scope: 'openid',
      prompt: 'none',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    })
    const answer = await using.open(`/auth/authorize?${query}`)
    expect('left' in answer && answer.left.searchParams.get('error')).toBe('login_required')
  })
})
