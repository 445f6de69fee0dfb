/** OpenID Connect Discovery 1.0, RFC 8414, RFC 7517, and the rules that all addresses of the authorization server share. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts'
import { backChannel, refusalOf } from '../support/back-channel.ts'
import { outage } from '../support/outage.ts'

let server: AuthorizationServer
beforeAll(async () => {
  server = await startAuthorizationServer()
})
afterAll(() => server.close())

const names = ['openid-configuration', 'oauth-authorization-server']
const suffixes = ['', '/mcp', '/mcp/sse', '/api/v1']
const addresses = names.flatMap((name) => [
  ...suffixes.map((suffix) => `/.well-known/${name}${suffix}`),
  ...suffixes.slice(1).map((suffix) => `${suffix}/.well-known/${name}`),
])
type Metadata = Readonly<Record<string, string & string[]>>
const metadata = async (path = addresses[0] ?? '') => (await (await server.send(path)).json()) as Metadata

describe('the metadata', () => {
  for (const path of addresses) {
    test(`RFC 8414 section 3.1 and Discovery section 4: ${path} is the same document`, async () => {
      const response = await server.send(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toStartWith('application/json')
      expect(await response.json()).toEqual(await metadata())
    })
  }

  test('Discovery section 3: everything that is required, and the issuer byte for byte', async () => {
    const all = await metadata()
    expect(all.issuer).toBe(server.issuer as never)
    expect(all).toMatchObject({
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'form_post'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
      claims_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    })
    for (const scope of ['openid', 'offline_access', 'memories:read', 'memories:write']) {
      expect(all.scopes_supported).toContain(scope)
    }
    // Clients ask for all that is advertised, and nobody should be given this who did not mean it.
    expect(all.scopes_supported).not.toContain('account:delete')
    expect(all.token_endpoint_auth_methods_supported).toEqual([
      'none',
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ] as never)
    expect(all.introspection_endpoint_auth_methods_supported).not.toContain('none')
  })

  test('Config OP: every endpoint is https, on the issuer, and served', async () => {
    const all = await metadata()
    const endpoints = Object.entries(all).filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri')
    expect(endpoints).toHaveLength(8)
    for (const [, url] of endpoints) {
      expect(url).toStartWith(`${server.issuer}/auth/`)
      expect((await server.send(url, { method: 'OPTIONS' })).status).toBe(204)
      expect((await server.send(url)).status).not.toBe(404)
    }
  })

  test('attack: a hostile Host or X-Forwarded header changes nothing', async () => {
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
    }
    for (const path of [...addresses, '/auth/jwks', '/auth/authorize', '/auth/userinfo']) {
      const response = await server.send(path, { headers })
      const said = `${await response.text()}${JSON.stringify([...response.headers])}`
      expect(said).not.toContain('evil.example')
    }
  })
})

describe('RFC 7517: the key set', () => {
  test('section 5: public RSA keys for signing, with distinct kids, and nothing private or symmetric', async () => {
    const { keys } = (await (await server.send('/auth/jwks')).json()) as { keys: Record<string, string>[] }
    expect(keys.length).toBeGreaterThanOrEqual(2)
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
      expect(key).toMatchObject({ kty: 'RSA', use: 'sig', alg: 'RS256' })
    }
  })
})

describe('what all addresses share', () => {
  const open = [...addresses, '/auth/jwks', '/auth/token', '/auth/register', '/auth/userinfo', '/auth/revoke']
  const closed = ['/auth/authorize', '/auth/introspect', '/auth/logout', '/auth/signin/x', '/auth/consent/x']
  const preflight = {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  }

  for (const path of open) {
    test(`Fetch section 3.2: ${path} answers browsers of any origin, without credentials and without authentication`, async () => {
      const asked = await server.send(path, preflight)
      expect(asked.status).toBe(204)
      expect(asked.headers.get('access-control-allow-headers')).toContain('Authorization')
      const answered = await server.send(path, { headers: { origin: 'https://app.example' } })
      for (const { headers } of [asked, answered]) {
        expect(headers.get('access-control-allow-origin')).toBe('*')
        expect(headers.get('access-control-allow-credentials')).toBeNull()
      }
      expect(answered.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
    })
  }
  for (const path of closed) {
    test(`Fetch section 3.2: ${path} answers no other origin`, async () => {
      for (const response of [
        await server.send(path, preflight),
        await server.send(path, { headers: { origin: 'https://app.example' } }),
      ]) {
        expect(response.headers.get('access-control-allow-origin')).toBeNull()
      }
    })
  }

  test('every answer has Referrer-Policy and nosniff, and all but the metadata and the keys are not stored', async () => {
    for (const path of [...open, ...closed, '/auth/nowhere']) {
      for (const method of ['GET', 'POST', 'OPTIONS', 'PATCH']) {
        const { headers } = await server.send(path, { method })
        expect(headers.get('referrer-policy')).toBe('no-referrer')
        expect(headers.get('x-content-type-options')).toBe('nosniff')
        const cacheable = method === 'GET' && (path.includes('.well-known') || path === '/auth/jwks')
        expect(headers.get('cache-control')).toContain(cacheable ? 'max-age=' : 'no-store')
      }
    }
  })

  test('RFC 9110 section 9.3.2: HEAD is GET without a body; section 15.5.6: 405 names what is allowed', async () => {
    const head = await server.send('/auth/jwks', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const wrong = await server.send('/auth/jwks', { method: 'DELETE' })
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
    expect((await refusalOf(wrong)).status).toBe(405)
  })

  for (const path of [
    '/.well-known/unknown',
    '/.well-known/openid-configuration/other',
    '/.well-known/oauth-authorization-server/mcp/other',
    '/auth/unknown',
    '/auth/token/more',
    '/auth//token',
    '/auth/',
  ]) {
    test(`${path} is a JSON 404`, async () => {
      const response = await server.send(path)
      expect(response.headers.get('content-type')).toStartWith('application/json')
      expect(await refusalOf(response)).toMatchObject({ status: 404, error: 'not_found' })
    })
  }
})

describe('whatever fails inside', () => {
  const marker = 'SECRET-MARKER-postgres://u:p@host'
  const breakStores = (error: Error) => {
    const stores = outage()
    stores.begin(() => error)
    return startAuthorizationServer({ outage: stores })
  }
  const requests = (back: ReturnType<typeof backChannel>) => [
    back.post('/auth/token', { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'c' }),
    back.post('/auth/revoke', { token: 'x', client_id: 'c' }),
    back.post('/auth/introspect', { token: 'x', client_id: 'c', client_secret: 's' }),
    back.register({ redirect_uris: ['https://a.example/cb'] }),
  ]

  test('attack: an unexpected error says nothing of itself: server_error with the request id', async () => {
    const broken = await breakStores(new Error(marker))
    for (const response of await Promise.all(requests(backChannel(broken)))) {
      const text = await response.clone().text()
      expect(text).not.toContain('SECRET-MARKER')
      expect(await refusalOf(response)).toMatchObject({ status: 500, error: 'server_error' })
    }
    const page = await broken.send('/auth/authorize?client_id=c&redirect_uri=https://a.example')
    expect(page.status).toBe(500)
    expect(await page.text()).not.toContain('SECRET-MARKER')
    await broken.close()
  })

  test('attack: a store that does not answer is 503, never a refusal and never a success', async () => {
    const { Fault } = await import('../../src/shared/fault.ts')
    const broken = await breakStores(
      new Fault('unavailable', 'Sign-in is not available at the moment.', { cause: marker }),
    )
    for (const response of await Promise.all(requests(backChannel(broken)))) {
      expect(response.headers.get('retry-after')).toBe('5')
      expect(await response.clone().text()).not.toContain('SECRET-MARKER')
      expect(await refusalOf(response)).toMatchObject({ status: 503, error: 'temporarily_unavailable' })
    }
    await broken.close()
  })
})
