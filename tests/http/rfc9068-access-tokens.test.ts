/** RFC 9068, RFC 8725 and RFC 8707: what an access token says, and what is never taken for one. */
import { describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, exportJWK, SignJWT } from 'jose'
import { departureOf } from '../support/authorization-server.ts'
import { refusalOf, startBackChannel, tokensOf } from '../support/back-channel.ts'
import { rsaKey } from '../support/rsa-keys.ts'

const { server, back, client } = await startBackChannel({ settings: { apiBaseUrl: 'https://api.example' } })
let tokens = await back.tokensFor(client)

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const refused = async (token: string) =>
  expect(await refusalOf(await back.userinfo(token))).toMatchObject({ status: 401, error: 'invalid_token' })

describe('RFC 9068 section 2: an access token', () => {
  test('typ at+jwt, RS256, a published kid, and every required claim', async () => {
    const { keys } = (await (await server.send('/auth/jwks')).json()) as { keys: { kid: string }[] }
    const header = decodeProtectedHeader(tokens.access_token)
    expect(header).toMatchObject({ typ: 'at+jwt', alg: 'RS256' })
    expect(keys.map(({ kid }) => kid)).toContain(String(header.kid))
    const claims = decodeJwt(tokens.access_token)
    expect(claims).toMatchObject({ iss: server.issuer, client_id: client.id })
    expect(claims.exp).toBe((claims.iat ?? 0) + 3_600)
    for (const name of ['sub', 'jti', 'scope', 'gid', 'fid']) expect(claims[name]).toBeString()
  })

  test('section 3: without resource it is for the API and the issuer', () => {
    expect(decodeJwt(tokens.access_token).aud).toEqual(['https://api.example', server.issuer])
  })

  test('OpenID Connect Core section 8: sub is opaque, the same for every client, and not the address', async () => {
    const other = await back.tokensFor(await server.addClient())
    const { sub } = decodeJwt(tokens.access_token)
    expect(sub).toMatch(/^[A-Za-z0-9_-]{32}$/)
    expect(decodeJwt(other.access_token).sub).toBe(sub)
  })
})

describe('RFC 8707: resource', () => {
  const resources = [
    'https://api.example',
    'https://api.example/mcp',
    'https://api.example/mcp/sse',
    'https://api.example/api/v1',
  ]
  for (const resource of resources) {
    test(`section 2.2: the audience is exactly ${resource}, and stays so at refresh`, async () => {
      const first = await back.tokensFor(client, { resources: [resource] })
      expect(decodeJwt(first.access_token).aud).toBe(resource)
      const next = await tokensOf(await back.refresh(client, first.refresh_token))
      expect(decodeJwt(next.access_token).aud).toBe(resource)
    })
  }

  test('one spelling: an upper-case host, a trailing slash and the bare origin are what they mean', async () => {
    for (const [sent, meant] of [
      ['HTTPS://API.example/mcp', 'https://api.example/mcp'],
      ['https://api.example/mcp/', 'https://api.example/mcp'],
      ['https://api.example/', 'https://api.example'],
      ['https://api.example:443/api/v1', 'https://api.example/api/v1'],
    ] as const) {
      const url = server.authorizationUrl(client, { resource: sent })
      const answer = await server.complete(server.browser(), url)
      expect(decodeJwt((await server.redeem(client, answer)).access_token).aud).toBe(meant)
    }
  })

  for (const resource of [
    'https://other.example',
    'https://api.example/other',
    'https://api.example/mcp?x=1',
    'https://api.example/mcp#x',
    'https://user@api.example/mcp',
    'https://api.example.evil.example/mcp',
    'http://api.example/mcp',
    'not a url',
  ]) {
    test(`section 2: ${resource} is invalid_target at both endpoints`, async () => {
      const answer = departureOf(await server.browser().open(server.authorizationUrl(client, { resource })))
      expect(answer.searchParams.get('error')).toBe('invalid_target')
      const redeemed = await back.redeem(client, await back.mintCode(client), { resource })
      expect((await refusalOf(redeemed)).error).toBe('invalid_target')
      const { refresh_token } = await back.tokensFor(client)
      expect((await refusalOf(await back.refresh(client, refresh_token, { resource }))).error).toBe('invalid_target')
      await tokensOf(await back.refresh(client, refresh_token))
    })
  }

  test('section 2.2: the token request cannot widen what was authorised', async () => {
    const granted = { resources: ['https://api.example/mcp'] }
    const wider = { resource: 'https://api.example/api/v1' }
    const redeemed = await back.redeem(client, await back.mintCode(client, granted), wider)
    expect((await refusalOf(redeemed)).error).toBe('invalid_target')
    const { refresh_token } = await back.tokensFor(client, granted)
    expect((await refusalOf(await back.refresh(client, refresh_token, wider))).error).toBe('invalid_target')
  })

  test('section 2.2: it can narrow it, and the refresh token keeps what was authorised', async () => {
    const granted = { resources: ['https://api.example/mcp', 'https://api.example/api/v1'] }
    const code = await back.mintCode(client, granted)
    const narrow = await tokensOf(await back.redeem(client, code, { resource: 'https://api.example/mcp' }))
    expect(decodeJwt(narrow.access_token).aud).toBe('https://api.example/mcp')
    const again = await tokensOf(await back.refresh(client, narrow.refresh_token))
    expect(decodeJwt(again.access_token).aud).toEqual(granted.resources)
  })

  test('section 2: the parameter may come several times', async () => {
    const code = await back.mintCode(client)
    const pairs = [
      ['grant_type', 'authorization_code'],
      ['code', code],
      ['client_id', client.id],
      ['redirect_uri', 'https://app.example/callback'],
      ['code_verifier', 'a-verifier-of-at-least-forty-three-characters-0123456789'],
      ['resource', 'https://api.example/mcp'],
      ['resource', 'https://api.example/api/v1'],
    ] as const
    const { access_token } = await tokensOf(await back.post('/auth/token', pairs))
    expect(decodeJwt(access_token).aud).toEqual(['https://api.example/mcp', 'https://api.example/api/v1'])
  })
})

describe('RFC 8725: what is never taken for an access token', async () => {
  const claims = () => decodeJwt(tokens.access_token)
  const foreign = await rsaKey('foreign')
  const foreignJwk = () => exportJWK(foreign.publicKey)
  const sign = (header: Record<string, unknown>, changes: Record<string, unknown> = {}) =>
    new SignJWT({ ...claims(), ...changes })
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', ...header } as { alg: string })
      .sign(foreign.privateKey)

  test('section 3.11: an ID token', () => refused(tokens.id_token))
  test('a refresh token, an empty string of dots, other text', async () => {
    for (const token of [tokens.refresh_token, '..', 'a.b.c', 'x']) await refused(token)
  })
  test('section 3.1: alg none', async () => {
    for (const alg of ['none', 'None', 'NONE']) await refused(`${part({ alg, typ: 'at+jwt' })}.${part(claims())}.`)
  })
  test('section 2.1: HS256 with the public key as the secret', async () => {
    const { keys } = (await (await server.send('/auth/jwks')).json()) as { keys: { kid: string }[] }
    const input = `${part({ alg: 'HS256', typ: 'at+jwt', kid: keys[1]?.kid })}.${part(claims())}`
    const mac = createHmac('sha256', JSON.stringify(keys[1])).update(input).digest('base64url')
    await refused(`${input}.${mac}`)
  })
  test('a foreign key, under our kid too', async () => {
    await refused(await sign({}))
    await refused(await sign({ kid: String(decodeProtectedHeader(tokens.access_token).kid) }))
  })
  test('section 3.10: a key that the token brings along (jwk, jku, x5u)', async () => {
    await refused(await sign({ jwk: await foreignJwk() }))
    await refused(await sign({ jku: 'https://evil.example/jwks.json', x5u: 'https://evil.example/cert.pem' }))
  })
  test('an unknown crit', async () => {
    const [header = '', body, signature] = tokens.access_token.split('.')
    const critical = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), crit: ['x'], x: 1 }
    await refused(`${part(critical)}.${body}.${signature}`)
  })
  test('a changed claim, a changed signature, a signature of another token', async () => {
    const [header, , signature] = tokens.access_token.split('.')
    await refused(`${header}.${part({ ...claims(), scope: 'openid email' })}.${signature}`)
    await refused(`${tokens.access_token.slice(0, -6)}AAAAAA`)
    const other = await back.tokensFor(client)
    await refused(`${tokens.access_token.split('.').slice(0, 2).join('.')}.${other.access_token.split('.')[2]}`)
  })
  test('an oversized one', () => refused(`${part({ alg: 'RS256' })}.${'A'.repeat(100_000)}.AAAA`))
  test('one that has expired', async () => {
    const { access_token } = await back.tokensFor(client)
    await server.passSeconds(3_600)
    await refused(access_token)
    tokens = await back.tokensFor(client)
  })
})
