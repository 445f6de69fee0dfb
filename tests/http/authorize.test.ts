import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import type { Client } from '../../src/oidc/ports.ts'
import {
  type AuthorizationServer,
  callback,
  confidentialWithoutPkce,
  departureOf,
  pageOf,
  startAuthorizationServer,
  textOf,
} from '../support/authorization-server.ts'

let here: AuthorizationServer
let client: Client
beforeAll(async () => {
  here = await startAuthorizationServer()
  client = await here.addClient()
})
afterAll(() => here.close())

type Changes = Readonly<Record<string, string | undefined>>

/** The error that a request gets back at the client's address. */
async function refusal(changes: Changes, of: Client = client) {
  const left = departureOf(await here.browser().open(here.authorizationUrl(of, changes)))
  expect(left.origin + left.pathname).toBe(callback)
  return Object.fromEntries(left.searchParams)
}

/** Goes the whole way in a fresh browser. */
const signIn = (changes: Changes = {}, of: Client = client) =>
  here.complete(here.browser(), here.authorizationUrl(of, changes))

describe('what every answer carries', () => {
  test('OpenID Connect Core 3.1.2.5, RFC 9207 section 2: code, state and iss, and nothing else', async () => {
    const left = await signIn()
    expect(left.origin + left.pathname).toBe(callback)
    expect([...left.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state'])
    expect(left.searchParams.get('state')).toBe('the-state')
    expect(left.searchParams.get('iss')).toBe(here.issuer)
    expect(left.searchParams.get('code')).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  test('RFC 9207 section 2: iss and state are in errors too', async () => {
    expect(await refusal({ response_type: 'token' })).toMatchObject({ iss: here.issuer, state: 'the-state' })
  })

  test('RFC 6749 section 4.1.2: state comes back as it was sent, whatever is in it; without one there is none', async () => {
    const state = 'a b+c&d=e%2F"ü\u{1f512}#?'
    expect((await signIn({ state })).searchParams.get('state')).toBe(state)
    expect((await signIn({ state: undefined })).searchParams.has('state')).toBe(false)
  })

  test("RFC 6749 section 3.1.2: the redirect URI's own query stays as it was registered", async () => {
    const withQuery = await here.addClient({ redirectUris: [`${callback}?a=1%20b&c`] })
    const left = await signIn({ redirect_uri: `${callback}?a=1%20b&c` }, withQuery)
    expect(left.href).toStartWith(`${callback}?a=1%20b&c&code=`)
  })
})

describe('what is refused, at the client', () => {
  const rows: readonly [string, Changes, string][] = [
    ['OpenID Connect Core 3.1.2.6: no response_type', { response_type: undefined }, 'invalid_request'],
    ['RFC 6749 section 4.1.2.1: response_type=token', { response_type: 'token' }, 'unsupported_response_type'],
    ['response_type=code id_token', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['Multiple Response Types section 2.1: response_mode=fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['an unknown response_mode', { response_mode: 'web_message' }, 'invalid_request'],
    [
      'RFC 7636 section 4.4.1: no code_challenge',
      { code_challenge: undefined, code_challenge_method: undefined },
      'invalid_request',
    ],
    [
      'RFC 7636 section 4.3: a challenge without a method is plain',
      { code_challenge_method: undefined },
      'invalid_request',
    ],
    ['OAuth 2.1 section 4.1.1: code_challenge_method=plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['RFC 7636 section 4.2: a challenge of 42 characters', { code_challenge: 'a'.repeat(42) }, 'invalid_request'],
    ['RFC 7636 section 4.2: a challenge of 44 characters', { code_challenge: 'a'.repeat(44) }, 'invalid_request'],
    ['RFC 7636 section 4.2: padding in a challenge', { code_challenge: `${'a'.repeat(42)}=` }, 'invalid_request'],
    ['a method without a challenge', { code_challenge: undefined }, 'invalid_request'],
    ['RFC 6749 section 3.3: a scope value with a quote', { scope: 'openid "x"' }, 'invalid_scope'],
    ['only unknown scopes', { scope: 'flowers' }, 'invalid_scope'],
    ['RFC 8707 section 2: an unknown resource', { resource: 'https://elsewhere.example/mcp' }, 'invalid_target'],
    ['RFC 8707 section 2: a resource with a fragment', { resource: 'https://memory.example/mcp#x' }, 'invalid_target'],
    ['RFC 8707 section 2: a resource that is no URI', { resource: 'mcp' }, 'invalid_target'],
    ['OpenID Connect Core 3.1.2.1: prompt=none login', { prompt: 'none login' }, 'invalid_request'],
    ['OpenID Connect Core 3.1.2.6: prompt=none, signed out', { prompt: 'none' }, 'login_required'],
    ['max_age that is no number', { max_age: '-1' }, 'invalid_request'],
    ['OpenID Connect Core 6: request', { request: 'e30.e30.' }, 'request_not_supported'],
    ['OpenID Connect Core 6: request_uri', { request_uri: 'https://app.example/r' }, 'request_uri_not_supported'],
    ['OpenID Connect Core 7.2.1: registration', { registration: '{}' }, 'registration_not_supported'],
    ['OpenID Connect Core 5.5: claims that are no JSON', { claims: '{' }, 'invalid_request'],
    ['OpenID Connect Core 5.5: claims that are no object', { claims: '[]' }, 'invalid_request'],
    [
      'OpenID Connect Core 5.5.1: a sub that nobody has, since it is no string',
      { claims: '{"id_token":{"sub":{"value":{"a":1}}}}' },
      'invalid_request',
    ],
    [
      'OpenID Connect Core 5.5.1.1: an essential acr with values',
      { claims: '{"id_token":{"acr":{"essential":true,"values":["urn:mace:incommon:iap:silver"]}}}' },
      'unmet_authentication_requirements',
    ],
    [
      'OpenID Connect Core 5.5.1.1: an essential acr with a value',
      { claims: '{"id_token":{"acr":{"essential":true,"value":"2"}}}' },
      'unmet_authentication_requirements',
    ],
    ['OpenID Connect Core 3.1.2.1: a forged id_token_hint', { id_token_hint: 'e30.e30.AA' }, 'invalid_request'],
  ]
  for (const [what, changes, error] of rows) {
    test(`${what}: ${error}`, async () => {
      expect(await refusal(changes)).toMatchObject({ error, state: 'the-state', iss: here.issuer })
    })
  }

  test('RFC 6749 section 4.1.2.1: a client that may not use the code grant: unauthorized_client', async () => {
    const machine = await here.addClient({ grantTypes: ['client_credentials'] })
    expect((await refusal({}, machine)).error).toBe('unauthorized_client')
  })

  test('OAuth 2.1 section 7.5.1: a public client cannot do without PKCE, even when its registration says so', async () => {
    const lax = await here.addClient({ pkceRequired: false, authMethods: ['none', 'private_key_jwt'] })
    const without = { code_challenge: undefined, code_challenge_method: undefined }
    expect((await refusal(without, lax)).error).toBe('invalid_request')
  })
})

describe('what is refused, on a page', () => {
  const rows: readonly [string, string, number][] = [
    ['RFC 6749 section 4.1.2.1: no client_id', '/auth/authorize', 400],
    [
      'RFC 6749 section 4.1.2.1: an unknown client_id',
      '/auth/authorize?client_id=nobody&redirect_uri=https://x.example/',
      400,
    ],
    ['a query that is not UTF-8', '/auth/authorize?client_id=%ff', 400],
    ['a query of 13,000 characters', `/auth/authorize?state=${'a'.repeat(13_000)}`, 413],
  ]
  for (const [what, path, status] of rows) {
    test(what, async () => {
      const response = await here.send(path)
      expect(response.status).toBe(status)
      expect(response.headers.get('location')).toBeNull()
      expect(response.headers.get('www-authenticate')).toBeNull() // a browser would ask for a password
      expect(response.headers.get('content-type')).toStartWith('text/html')
    })
  }

  for (const name of ['client_id', 'redirect_uri', 'state', 'scope', 'response_type', 'code_challenge', 'unknown']) {
    test(`RFC 6749 section 3.1: ${name} sent twice, by query and by form`, async () => {
      const query = `${here.authorizationUrl(client, { unknown: 'x' })}&${name}=again`
      expect((await here.send(query)).status).toBe(400)
      const posted = await here.send('/auth/authorize', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: query.slice(query.indexOf('?') + 1),
      })
      expect((await here.send(posted.headers.get('location') ?? '')).status).toBe(400)
    })
  }

  test('RFC 8707 section 2: resource is the one parameter that may come more than once', async () => {
    const url = `${here.authorizationUrl(client)}&resource=${here.apiBaseUrl}/mcp&resource=${here.apiBaseUrl}/api/v1`
    const left = await here.complete(here.browser(), url)
    expect(decodeJwt((await here.redeem(client, left)).access_token).aud).toEqual([
      `${here.apiBaseUrl}/mcp`,
      `${here.apiBaseUrl}/api/v1`,
    ])
  })
})

describe('what is accepted', () => {
  test('OpenID Connect Core 3.1.2.1: the endpoint takes POST', async () => {
    const using = here.browser()
    const query = new URL(here.authorizationUrl(client), here.issuer).searchParams
    const page = await using.submit({ action: '/auth/authorize', fields: Object.fromEntries(query), html: '' }, {})
    expect(textOf(pageOf(page))).toContain('Sign in to connect Test app')
  })

  const rows: readonly [string, Changes][] = [
    ['OpenID Connect Core 3.1.2.1: unknown parameters', { extra: 'foobar' }],
    ['display=page', { display: 'page' }],
    ['display=popup', { display: 'popup' }],
    ['ui_locales', { ui_locales: 'fr se en' }],
    ['claims_locales', { claims_locales: 'se' }],
    ['acr_values', { acr_values: 'urn:mace:incommon:iap:silver' }],
    ['login_hint', { login_hint: 'someone@example.com' }],
    ['no nonce', { nonce: undefined }],
    ['no scope', { scope: undefined }],
    ['scopes in another order, and twice', { scope: 'profile  openid profile' }],
    ['an unknown scope beside a known one', { scope: 'openid flowers' }],
    ['RFC 6749 section 3.1: a parameter without a value is as good as absent', { prompt: '', max_age: '' }],
    ['OpenID Connect Core 5.5.1.1: a voluntary acr', { claims: '{"id_token":{"acr":{"values":["2"]}}}' }],
    ['OpenID Connect Core 5.5.1: an essential acr of any value', { claims: '{"id_token":{"acr":{"essential":true}}}' }],
    ['claims with essential name', { claims: '{"userinfo":{"name":{"essential":true},"flower":null}}' }],
  ]
  for (const [what, changes] of rows) {
    test(what, async () => {
      expect((await signIn(changes)).searchParams.get('code')).not.toBeNull()
    })
  }

  test('a confidential client that was registered so needs no PKCE', async () => {
    const actions = await here.addClient(confidentialWithoutPkce)
    const left = await signIn({ code_challenge: undefined, code_challenge_method: undefined }, actions)
    expect(left.searchParams.get('code')).not.toBeNull()
  })

  test('RFC 6749 section 3.1.2.3: redirect_uri may be left out by a plain OAuth client with exactly one', async () => {
    const left = await signIn({ redirect_uri: undefined, scope: 'memories:read' })
    expect(left.origin + left.pathname).toBe(callback)
    const openId = await here.send(here.authorizationUrl(client, { redirect_uri: undefined }))
    expect(openId.status).toBe(400)
    const two = await here.addClient({ redirectUris: [callback, `${callback}2`] })
    const ambiguous = here.authorizationUrl(two, { redirect_uri: undefined, scope: 'memories:read' })
    expect((await here.send(ambiguous)).status).toBe(400)
  })

  test('a scope beyond what the client is registered for is left out', async () => {
    const reader = await here.addClient({ scope: 'openid memories:read' })
    const left = await signIn({ scope: 'openid memories:read memories:write' }, reader)
    expect((await here.redeem(reader, left)).scope).toBe('openid memories:read')
  })

  test('the scope that deletes an account is left out for a client that is not registered for it by name', async () => {
    const greedy = { scope: 'openid memories:read account:delete' }
    for (const scope of ['openid memories:read memories:write', '']) {
      const plain = await here.addClient({ scope })
      expect((await here.redeem(plain, await signIn(greedy, plain))).scope).toBe('openid memories:read')
    }
    const named = await here.addClient({ scope: greedy.scope })
    expect((await here.redeem(named, await signIn(greedy, named))).scope).toBe(greedy.scope)
    const silent = await signIn({ scope: undefined }, named)
    expect((await here.redeem(named, silent)).scope).toBe('memories:read')
  })
})

test('OpenID Connect Discovery section 4.3: a hostile Host or forwarding header changes nothing', async () => {
  const response = await here.send(here.authorizationUrl(client, { response_type: 'token' }), {
    headers: {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
    },
  })
  expect(response.headers.get('location')).toContain(`iss=${encodeURIComponent(here.issuer)}`)
  expect(JSON.stringify([...response.headers])).not.toContain('evil')
})

test('RFC 9700 section 2.6: no origin may read the authorization endpoint across origins', async () => {
  for (const method of ['GET', 'OPTIONS']) {
    const response = await here.send(here.authorizationUrl(client), {
      method,
      headers: { origin: 'https://app.example' },
    })
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  }
})
