import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import type { Client } from '../../src/oidc/ports.ts'
import { type AuthorizationServer, departureOf, startAuthorizationServer } from '../support/authorization-server.ts'
import { formOf } from '../support/browser.ts'
import { startIdentityProvider, type TestIdentityProvider } from '../support/identity-provider.ts'

const issuer = 'https://memory.example'
const picture = 'https://lh3.example/sam.png'
let google: TestIdentityProvider
let here: AuthorizationServer
let client: Client
beforeAll(async () => {
  google = await startIdentityProvider({ issuer })
  google.bend({ claims: { picture } })
  const settings = { allowedEmails: ['sam@ok.example'] }
  here = await startAuthorizationServer({ issuer, identityProviders: [google.provider], settings })
  client = await here.addClient()
})
afterAll(async () => {
  await google.stop()
  await here.close()
})

/** Signs Sam in, allows, redeems, and asks who it is. */
async function userinfo(changes: Record<string, string>) {
  const using = here.browser()
  const page = await using.open(here.authorizationUrl(client, { prompt: 'consent', nonce: 'the-nonce', ...changes }))
  const to = departureOf(await using.submit(formOf(page, '/with/google'), {}))
  const consent = await using.open(await google.agree(to))
  const left = departureOf(await using.submit(formOf(consent, '/auth/consent/'), { decision: 'allow' }))
  const tokens = await here.redeem(client, left)
  const response = await here.send('/auth/userinfo', { headers: { authorization: `Bearer ${tokens.access_token}` } })
  expect(response.status).toBe(200)
  return { idToken: decodeJwt(tokens.id_token), claims: (await response.json()) as Record<string, unknown> }
}

describe('OpenID Connect Core 5.4 and 5.5: what userinfo says, by what was asked for', () => {
  const profile = { name: 'Sam', picture, updated_at: expect.any(Number) }
  const email = { email: 'sam@ok.example', email_verified: true }
  const rows: readonly [string, Record<string, string>, Record<string, unknown>][] = [
    ['scope openid', { scope: 'openid' }, {}],
    ['scope profile', { scope: 'openid profile' }, profile],
    ['scope email', { scope: 'openid email' }, email],
    ['scope address', { scope: 'openid address' }, {}],
    ['scope phone', { scope: 'openid phone' }, {}],
    ['all of them, in another order', { scope: 'phone email address profile openid' }, { ...profile, ...email }],
    ['claims: essential name', { claims: '{"userinfo":{"name":{"essential":true}}}' }, { name: 'Sam' }],
    [
      'claims: email, and one that is unknown',
      { claims: '{"userinfo":{"email":null,"flower":null}}' },
      { email: email.email },
    ],
  ]
  for (const [what, asked, expected] of rows)
    test(what, async () => {
      const { idToken, claims } = await userinfo(asked)
      expect(claims).toEqual({ sub: idToken.sub, ...expected })
      expect(idToken).toMatchObject({ iss: issuer, aud: client.id, nonce: 'the-nonce' })
    })

  test('claims for the ID token are in the ID token', async () => {
    const { idToken, claims } = await userinfo({ claims: '{"id_token":{"email":{"essential":true},"auth_time":null}}' })
    expect(idToken).toMatchObject({ email: 'sam@ok.example', auth_time: expect.any(Number) })
    expect(Object.keys(claims)).toEqual(['sub'])
  })
})
