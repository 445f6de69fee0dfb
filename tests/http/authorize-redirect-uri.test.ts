import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Client } from '../../src/oidc/ports.ts'
import { type AuthorizationServer, callback, startAuthorizationServer } from '../support/authorization-server.ts'

let here: AuthorizationServer
let web: Client
let native: Client
beforeAll(async () => {
  here = await startAuthorizationServer()
  web = await here.addClient({ redirectUris: [callback, 'https://app.example/with?query=1'] })
  native = await here.addClient({
    redirectUris: [
      'http://127.0.0.1/callback',
      'http://localhost:7777/oauth/callback',
      'http://[::1]/callback',
      'cursor://anysphere.cursor-mcp/oauth/callback',
    ],
  })
})
afterAll(() => here.close())

describe('OpenID Connect Core 3.1.2.1: redirect_uri is compared exactly, before any redirect', () => {
  const wrong = [
    'https://app.example/Callback',
    'https://APP.example/callback',
    'HTTPS://app.example/callback',
    'https://app.example/callback/',
    'https://app.example//callback',
    'https://app.example/callback?',
    'https://app.example/callback?x=1',
    'https://app.example/callback#',
    'https://app.example/callback#x',
    'https://user@app.example/callback',
    'https://app.example:443/callback',
    'https://app.example:8443/callback',
    'https://app.example.evil.example/callback',
    'https://evilapp.example/callback',
    'https://app.example@evil.example/callback',
    'https://app.example\\@evil.example/callback',
    'https://app.example/%63allback',
    'https://app.example/x/../callback',
    'https://app.example/%2e%2e/callback',
    'https://app.example/./callback',
    'http://app.example/callback',
    '//app.example/callback',
    '/callback',
    ' https://app.example/callback',
    'https://app.example/callback ',
    'https://app.example/callback\u0000',
    'https://app.example/callback\r\nSet-Cookie: a=b',
    'https://app.example/with?query=2',
    'https://app.example/with',
    'javascript:alert(1)',
    'data:text/html,x',
    'about:blank',
  ]
  for (const uri of wrong) {
    // Also with a request that is wrong otherwise: errors must not redirect there either.
    test(JSON.stringify(uri), async () => {
      for (const changes of [{}, { response_type: undefined }, { prompt: 'none' }, { response_mode: 'form_post' }]) {
        const response = await here.send(here.authorizationUrl(web, { redirect_uri: uri, ...changes }))
        expect(response.status).toBe(400)
        expect(response.headers.get('location')).toBeNull()
        const html = await response.text()
        expect(html).not.toContain('http-equiv="refresh"')
        expect(html).not.toContain('<form')
        expect(html).not.toContain('evil.example')
      }
    })
  }

  test('what is registered is accepted', async () => {
    for (const uri of web.redirectUris) {
      const response = await here.send(here.authorizationUrl(web, { redirect_uri: uri, response_type: undefined }))
      expect(response.headers.get('location')).toStartWith(uri)
    }
  })
})

describe('RFC 8252 section 7.3: any port on loopback, and nothing else', () => {
  const rows: readonly [string, boolean][] = [
    ['http://127.0.0.1/callback', true],
    ['http://127.0.0.1:1/callback', true],
    ['http://127.0.0.1:65535/callback', true],
    ['http://127.0.0.1:65536/callback', false],
    ['http://127.0.0.1:/callback', false],
    ['http://127.0.0.1:80x/callback', false],
    ['http://[::1]:5000/callback', true],
    ['http://localhost:33418/oauth/callback', true],
    ['http://localhost/oauth/callback', true],
    ['http://localhost:33418/callback', false],
    ['http://127.0.0.1:5000/oauth/callback', false],
    ['http://127.0.0.1:5000/callback?x', false],
    ['http://127.0.0.2:5000/callback', false],
    ['http://127.1:5000/callback', false],
    ['https://127.0.0.1:5000/callback', false],
    ['http://localhost.evil.example:5000/oauth/callback', false],
    ['http://localhost:5000@evil.example/oauth/callback', false],
    ['http://127.0.0.1:5000@evil.example/callback', false],
    ['cursor://anysphere.cursor-mcp/oauth/callback', true],
    ['cursor://anysphere.cursor-mcp:80/oauth/callback', false],
  ]
  for (const [uri, accepted] of rows) {
    test(`${uri} is ${accepted ? 'accepted' : 'refused on a page'}`, async () => {
      const response = await here.send(here.authorizationUrl(native, { redirect_uri: uri, response_type: undefined }))
      expect(response.status).toBe(accepted ? 303 : 400)
      expect(response.headers.get('location')?.startsWith(`${uri}?error=invalid_request`) ?? false).toBe(accepted)
    })
  }
})
