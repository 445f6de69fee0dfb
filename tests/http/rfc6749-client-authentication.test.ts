/** RFC 6749 section 2.3, RFC 7523 section 3, OpenID Connect Core section 9: at the token, revocation and introspection endpoints. */
import { beforeAll, describe, expect, test } from 'bun:test'
import type { KeyObject } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Client } from '../../src/oidc/ports.ts'
import { hashToken } from '../../src/shared/hash.ts'
import { clientSecret, confidentialWithoutPkce } from '../support/authorization-server.ts'
import { basic, refusalOf, startBackChannel } from '../support/back-channel.ts'
import { rsaKey } from '../support/rsa-keys.ts'

const { server, back, client: confidential } = await startBackChannel({}, confidentialWithoutPkce)

/** The fields by which each endpoint answers once the client is known. */
const endpoints = [
  ['/auth/token', { grant_type: 'refresh_token', refresh_token: 'x' }, 'invalid_grant'],
  ['/auth/revoke', { token: 'x' }, 200],
  ['/auth/introspect', { token: 'x' }, 200],
] as const

const outcome = async (response: Response) => (response.status === 200 ? 200 : (await refusalOf(response)).error)

for (const [path, fields, authenticated] of endpoints) {
  describe(path, () => {
    test('RFC 6749 section 2.3.1: client_secret_basic and client_secret_post', async () => {
      const withBasic = await back.post(path, fields, basic(confidential.id, clientSecret))
      expect(await outcome(withBasic)).toBe(authenticated)
      const named = await back.post(
        path,
        { ...fields, client_id: confidential.id },
        basic(confidential.id, clientSecret),
      )
      expect(await outcome(named)).toBe(authenticated)
      const withPost = await back.post(path, { ...fields, client_id: confidential.id, client_secret: clientSecret })
      expect(await outcome(withPost)).toBe(authenticated)
    })

    for (const [what, headers, more] of [
      ['no secret', {}, { client_id: true }],
      ['a wrong secret in the form', {}, { client_id: true, client_secret: 'wrong' }],
      ['an empty secret in the form', {}, { client_id: true, client_secret: '' }],
      ['a wrong secret by Basic', { secret: 'wrong' }, {}],
      ['an empty secret by Basic', { secret: '' }, {}],
      ['its hash as the secret', { secret: hashToken(clientSecret) }, {}],
      ['nothing at all', {}, {}],
    ] as const) {
      test(`RFC 6749 section 5.2: ${what} is 401 invalid_client with a challenge`, async () => {
        const sent = {
          ...fields,
          ...('client_id' in more ? { client_id: confidential.id } : {}),
          ...('client_secret' in more ? { client_secret: more.client_secret } : {}),
        }
        const response = await back.post(path, sent, 'secret' in headers ? basic(confidential.id, headers.secret) : {})
        expect(response.headers.get('www-authenticate')).toStartWith('Basic ')
        expect(await refusalOf(response)).toMatchObject({ status: 401, error: 'invalid_client' })
      })
    }

    test('RFC 6749 section 2.3: two methods at once are invalid_request', async () => {
      const both = { ...fields, client_id: confidential.id, client_secret: clientSecret }
      const response = await back.post(path, both, basic(confidential.id, clientSecret))
      expect(await refusalOf(response)).toMatchObject({ status: 400, error: 'invalid_request' })
    })

    test('a client_id beside Basic that names another client is invalid_request', async () => {
      const response = await back.post(path, { ...fields, client_id: 'other' }, basic(confidential.id, clientSecret))
      expect(await refusalOf(response)).toMatchObject({ status: 400, error: 'invalid_request' })
    })

    for (const authorization of [
      'Bearer x',
      'Basic',
      'Basic %%%',
      `Basic ${btoa('no-colon')}`,
      `Basic ${btoa('%zz:x')}`,
    ]) {
      test(`an Authorization header that is no Basic credential is invalid_client: ${authorization}`, async () => {
        const response = await back.post(path, fields, { authorization })
        expect(await refusalOf(response)).toMatchObject({ status: 401, error: 'invalid_client' })
      })
    }
  })
}

describe('RFC 6749 section 2.3.1: how Basic is read', () => {
  test('it splits at the first colon, then percent-decodes each half', async () => {
    const odd = await server.addClient({
      ...confidentialWithoutPkce,
      id: 'https://odd.example/a b' as Client['id'],
      secretHash: hashToken('a:b+c %41é'),
    })
    const encoded = basic(odd.id, 'a:b+c %41é')
    expect(await outcome(await back.post('/auth/revoke', { token: 'x' }, encoded))).toBe(200)
    const plain = await server.addClient({ ...confidentialWithoutPkce, secretHash: hashToken('a:b:c') })
    const unencoded = { authorization: `Basic ${btoa(`${plain.id}:a:b:c`)}` }
    expect(await outcome(await back.post('/auth/revoke', { token: 'x' }, unencoded))).toBe(200)
  })

  test('the scheme is read without regard to case (RFC 9110 section 11.1)', async () => {
    const { authorization } = basic(confidential.id, clientSecret)
    const lower = { authorization: authorization.replace('Basic', 'basic') }
    expect(await outcome(await back.post('/auth/revoke', { token: 'x' }, lower))).toBe(200)
  })

  test('only the method a client is registered for is taken', async () => {
    const postOnly = await server.addClient({ ...confidentialWithoutPkce, authMethods: ['client_secret_post'] })
    expect(await outcome(await back.post('/auth/revoke', { token: 'x' }, basic(postOnly.id, clientSecret)))).toBe(
      'invalid_client',
    )
    const open = await server.addClient()
    expect(await outcome(await back.post('/auth/revoke', { token: 'x', client_id: open.id }))).toBe(200)
    expect(await outcome(await back.post('/auth/revoke', { token: 'x', client_id: open.id, client_secret: 'x' }))).toBe(
      'invalid_client',
    )
  })

  test('only the hash of a secret is stored', async () => {
    const registered = (await (
      await back.register({ redirect_uris: ['https://a.example/cb'], token_endpoint_auth_method: 'client_secret_post' })
    ).json()) as { client_id: string; client_secret: string; registration_access_token: string }
    const kept = JSON.stringify(await server.dependencies.stores.clients.find(registered.client_id as Client['id']))
    expect(kept).not.toContain(registered.client_secret)
    expect(kept).not.toContain(registered.registration_access_token)
    expect(kept).toContain(hashToken(registered.client_secret))
  })
})

describe('RFC 7523 section 3: private_key_jwt', async () => {
  const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const keys = await rsaKey('client')
  const elliptic = await generateKeyPair('ES256')
  const jwks = {
    keys: [
      { ...(await exportJWK(keys.publicKey)), kid: 'rsa', alg: 'RS256' },
      { ...(await exportJWK(elliptic.publicKey)), kid: 'ec', alg: 'ES256' },
    ],
  }
  let asserting: Client
  beforeAll(async () => {
    asserting = await server.addClient({ authMethods: ['private_key_jwt'], jwks })
  })
  const now = () => Math.floor(server.clock.now() / 1000)

  interface Bent {
    readonly claims?: Record<string, unknown>
    readonly key?: CryptoKey | KeyObject
    readonly header?: { alg: string; kid: string }
  }
  const assertion = ({ claims = {}, key = keys.privateKey, header = { alg: 'RS256', kid: 'rsa' } }: Bent = {}) =>
    new SignJWT({
      iss: asserting.id,
      sub: asserting.id,
      aud: `${server.issuer}/auth/token`,
      iat: now(),
      exp: now() + 60,
      jti: crypto.randomUUID(),
      ...claims,
    })
      .setProtectedHeader(header)
      .sign(key)
  const send = (client_assertion: string, more: Record<string, string> = {}) =>
    back.post('/auth/revoke', { token: 'x', client_assertion, client_assertion_type: assertionType, ...more })

  test('an assertion for the token endpoint or for the issuer, by RSA or an elliptic curve', async () => {
    expect((await send(await assertion())).status).toBe(200)
    expect((await send(await assertion({ claims: { aud: server.issuer } }))).status).toBe(200)
    expect((await send(await assertion(), { client_id: asserting.id })).status).toBe(200)
    const ec = { key: elliptic.privateKey, header: { alg: 'ES256', kid: 'ec' } }
    expect((await send(await assertion(ec))).status).toBe(200)
  })

  test('section 3, rule 7: an assertion is good for one use, also among 20 at once', async () => {
    const once = await assertion()
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(once)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await refusalOf(await send(once))).error).toBe('invalid_client')
  })

  for (const [what, bend] of [
    ['another issuer', () => ({ claims: { iss: 'other' } })],
    ['another subject', () => ({ claims: { sub: 'other' } })],
    ['another audience', () => ({ claims: { aud: 'https://other.example' } })],
    ['no audience', () => ({ claims: { aud: undefined } })],
    ['an expiry in the past', () => ({ claims: { exp: now() - 1 } })],
    ['no expiry', () => ({ claims: { exp: undefined } })],
    ['an expiry a day ahead', () => ({ claims: { exp: now() + 86_400 } })],
    ['no jti', () => ({ claims: { jti: undefined } })],
    ['a foreign key', async () => ({ key: (await rsaKey('foreign')).privateKey })],
    [
      'the HMAC of its public key',
      async () => ({
        header: { alg: 'HS256', kid: 'rsa' },
        key: await crypto.subtle.importKey(
          'raw',
          new TextEncoder().encode(JSON.stringify(jwks.keys[0])),
          { name: 'HMAC', hash: 'SHA-256' },
          false,
          ['sign'],
        ),
      }),
    ],
  ] as const) {
    test(`${what} is invalid_client`, async () => {
      expect(await refusalOf(await send(await assertion(await bend())))).toMatchObject({
        status: 401,
        error: 'invalid_client',
      })
    })
  }

  test('alg none, no JWT at all, another assertion type or another client_id is invalid_client', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { iss: asserting.id, sub: asserting.id, aud: server.issuer, exp: now() + 60, jti: 'j' }
    for (const bad of [`${part({ alg: 'none' })}.${part(claims)}.`, 'x', 'a.b.c', 'x'.repeat(9_000)]) {
      expect((await refusalOf(await send(bad))).error).toBe('invalid_client')
    }
    expect((await refusalOf(await send(await assertion(), { client_assertion_type: 'x' }))).error).toBe(
      'invalid_client',
    )
    expect((await refusalOf(await send(await assertion(), { client_id: 'x' }))).error).toBe('invalid_client')
  })

  test('attack: claims that are no text, a published key that nothing can be verified with: invalid_client, never a 5xx', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    for (const sub of [1, {}, [], null, true])
      expect((await refusalOf(await send(`${part({ alg: 'RS256' })}.${part({ sub })}.AAAA`))).error).toBe(
        'invalid_client',
      )
    const own = { iss: asserting.id, sub: asserting.id, aud: server.issuer, iat: now(), exp: now() + 60 }
    for (const key of [
      { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
      { kty: 'RSA', n: '!!', e: '!!' },
      { kty: 'RSA' },
      { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
      { kty: 'OKP', crv: 'Ed25519', x: 'AA' },
      { kty: 'x' },
      {},
    ]) {
      const client = await server.addClient({ authMethods: ['private_key_jwt'], jwks: { keys: [key] } })
      const alg = key.kty === 'EC' ? 'ES256' : key.kty === 'OKP' ? 'EdDSA' : 'RS256'
      const claims = { ...own, iss: client.id, sub: client.id, jti: crypto.randomUUID() }
      const answer = await send(`${part({ alg })}.${part(claims)}.${'A'.repeat(86)}`)
      expect(await refusalOf(answer)).toMatchObject({ status: 401, error: 'invalid_client' })
    }
  })

  test('RFC 7519 section 2: an expiry may have a fraction of a second', async () => {
    expect((await send(await assertion({ claims: { exp: now() + 60.5 } }))).status).toBe(200)
  })

  test('a client with keys alone is not let in without them', async () => {
    expect((await refusalOf(await back.post('/auth/revoke', { token: 'x', client_id: asserting.id }))).error).toBe(
      'invalid_client',
    )
  })
})
