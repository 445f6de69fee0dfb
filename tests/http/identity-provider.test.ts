import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { decodeJwt, exportJWK, SignJWT, UnsecuredJWT } from 'jose'
import { observe } from '../../src/http/observe.ts'
import type { Client } from '../../src/oidc/ports.ts'
import { createLog } from '../../src/shared/log.ts'
import {
  type AuthorizationServer,
  departureOf,
  pageOf,
  startAuthorizationServer,
  textOf,
} from '../support/authorization-server.ts'
import { type Browser, createBrowser, formOf } from '../support/browser.ts'
import { startIdentityProvider, type TestIdentityProvider } from '../support/identity-provider.ts'
import { rsaKey } from '../support/rsa-keys.ts'

const issuer = 'https://memory.example'
let google: TestIdentityProvider
let here: AuthorizationServer
let client: Client
let using: Browser
beforeAll(async () => {
  google = await startIdentityProvider({ issuer, hostedDomain: 'team.example' })
  here = await startAuthorizationServer({
    issuer,
    identityProviders: [google.provider],
    settings: { allowedEmails: ['sam@ok.example'], allowedDomains: ['team.example'] },
  })
  client = await here.addClient({ name: 'Travel planner' })
})
afterAll(async () => {
  await google.stop()
  await here.close()
})
beforeEach(() => {
  google.bend({})
  using = here.browser()
})

const signInPage = async (changes: Record<string, string> = {}) =>
  pageOf(await using.open(here.authorizationUrl(client, changes)))
/** The click on our page: where the browser is sent. */
const click = async (changes: Record<string, string> = {}) =>
  departureOf(await using.submit(formOf(await signInPage(changes), '/with/google'), {}))
/** All the way: our page, the provider, and back. */
const comeBack = async (changes: Record<string, string> = {}) => using.open(await google.agree(await click(changes)))
const isSignedIn = (browser = using) => browser.cookies.has('__Host-souvenir-session')

describe('OpenID Connect Core 3.1.2.1: the request to the provider', () => {
  test('has PKCE, state, nonce, our callback and the domain hint, and is made by a click', async () => {
    expect((await signInPage()).html).toContain('Continue with 127.0.0.1')
    const { origin, searchParams } = await click({ prompt: 'select_account', login_hint: 'sam@ok.example' })
    expect(origin).toBe(google.url)
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'souvenir-at-google',
      redirect_uri: `${issuer}/auth/signin/callback/google`,
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{32}\.[\w-]{43}$/),
      hd: 'team.example',
      prompt: 'select_account',
      login_hint: 'sam@ok.example',
    })
  })

  test('a way to sign in that is not offered is not found', async () => {
    const form = formOf(await signInPage(), '/with/google')
    const elsewhere = { ...form, action: form.action.replace('google', 'nobody') }
    expect(pageOf(await using.submit(elsewhere, {})).status).toBe(404)
  })
})

describe('signing in', () => {
  test('leads to consent and to a code, and sub is derived from the provider and its subject', async () => {
    const consent = pageOf(await comeBack())
    expect(textOf(consent)).toContain('Signed in as sam@ok.example')
    const left = departureOf(await using.submit(formOf(consent, '/auth/consent/'), { decision: 'allow' }))
    const { sub } = decodeJwt((await here.redeem(client, left)).id_token)
    expect(sub).toMatch(/^[\w-]{32}$/)
    using = here.browser()
    const again = departureOf(await comeBack()) // the consent is remembered
    expect(decodeJwt((await here.redeem(client, again)).id_token).sub).toBe(sub)
  })

  test('is keyed on the subject: another address of the same subject is the same person, and the reverse is not', async () => {
    const person = async () => {
      using = here.browser()
      const at = await comeBack({ prompt: 'consent' })
      const left = departureOf(await using.submit(formOf(at, '/auth/consent/'), { decision: 'allow' }))
      return decodeJwt((await here.redeem(client, left)).id_token).sub
    }
    google.bend({ claims: { sub: 'one' } })
    const one = await person()
    google.bend({ claims: { sub: 'one', email: 'new@team.example', hd: 'team.example' } })
    expect(await person()).toBe(one)
    google.bend({ claims: { sub: 'two' } })
    expect(await person()).not.toBe(one)
  })

  test('that the person cancels there shows our page again', async () => {
    const to = await click()
    const state = to.searchParams.get('state') ?? ''
    const page = pageOf(await using.open(`/auth/signin/callback/google?error=access_denied&state=${state}`))
    expect(textOf(page)).toContain('did not sign you in')
    expect(departureOf(await using.submit(formOf(page, '/with/google'), {})).origin).toBe(google.url)
  })
})

describe('MCP, Security Best Practices: the confused deputy', () => {
  test('approved in browser A, finished in browser B: 403, nobody is signed in and no code exists', async () => {
    const back = await google.agree(await click())
    const victim = here.browser()
    expect(pageOf(await victim.open(back)).status).toBe(403)
    expect(isSignedIn(victim)).toBe(false)
    // also when the other browser is in the middle of a sign-in of its own
    await victim.open(here.authorizationUrl(client))
    expect(pageOf(await victim.open(back)).status).toBe(403)
    expect(isSignedIn(victim)).toBe(false)
  })

  test('RFC 9700 section 4.7: state is good once, and only as it was made', async () => {
    const back = await google.agree(await click())
    const forged = new URL(back)
    forged.searchParams.set('state', `${forged.searchParams.get('state')?.split('.')[0]}.${'x'.repeat(43)}`)
    expect(pageOf(await using.open(forged.href)).status).toBe(403)
    expect(isSignedIn()).toBe(false)
    await using.open(back)
    expect(isSignedIn()).toBe(true)
    expect(pageOf(await using.open(back)).status).toBeOneOf([400, 403])
  })

  for (const query of ['', '?code=x', '?state=', '?state=x&code=y', '?state=..&code=y'])
    test(`a callback nobody asked for (${query}) is refused`, async () => {
      await signInPage()
      expect(pageOf(await using.open(`/auth/signin/callback/google${query}`)).status).toBe(400)
      expect(isSignedIn()).toBe(false)
    })

  test('RFC 9207 section 2.4: an answer that names another issuer is refused', async () => {
    expect(pageOf(await using.open(`${await google.agree(await click())}&iss=https://evil.example`)).status).toBe(403)
    expect(isSignedIn()).toBe(false)
  })

  test('RFC 6749 section 3.1: a callback with a parameter twice is refused', async () => {
    const back = await google.agree(await click())
    expect(pageOf(await using.open(`${back}&code=other`)).status).toBe(400)
    expect(isSignedIn()).toBe(false)
  })
})

describe('sign-in is deny by default: whom the lists do not name is 403', () => {
  const rows: readonly [string, Record<string, unknown>][] = [
    ['another address', { email: 'eve@ok.example' }],
    ['email_verified false', { email_verified: false }],
    ['email_verified "true"', { email_verified: 'true' }],
    ['no email_verified', { email_verified: undefined }],
    ['no address', { email: undefined }],
    ['a@evil@ok.example', { email: 'sam@evil@ok.example' }],
    ['a look-alike letter', { email: 's\u0430m@ok.example' }],
    ['the domain by the address alone', { email: 'eve@team.example' }],
    ['another hd', { email: 'eve@team.example', hd: 'evil.example' }],
    ['hd that is no string', { email: 'eve@team.example', hd: ['team.example'] }],
  ]
  for (const [what, claims] of rows)
    test(what, async () => {
      google.bend({ claims: { sub: `eve ${what}`, ...claims } })
      const page = pageOf(await comeBack())
      expect(page.status).toBe(403)
      expect(textOf(page)).toContain('not on this server’s list')
      expect(isSignedIn()).toBe(false)
    })
})

test('whom the lists do not name may choose another account there', async () => {
  google.bend({ claims: { sub: 'eve', email: 'eve@ok.example' } })
  const page = pageOf(await comeBack())
  const to = departureOf(await using.submit(formOf(page, '/with/google'), {}))
  expect(to.searchParams.get('prompt')).toBe('select_account')
  google.bend({})
  await using.open(await google.agree(to))
  expect(isSignedIn()).toBe(true)
})

test('attack: what a sign-in there leaves in the log names nobody and holds no secret', async () => {
  const lines: string[] = []
  const log = createLog('debug', { write: (line) => void lines.push(line) })
  const { serve, dependencies } = here
  const edge = observe(serve, { random: dependencies.random, log, addressOf: () => 'local', https: true })
  const secrets: string[] = []
  for (const bend of [{}, { claims: { email: 'eve@ok.example' } }, { claims: { aud: 'x' } }]) {
    google.bend(bend)
    using = createBrowser(issuer, (request) => edge(request))
    const to = await click()
    const back = await google.agree(to)
    await using.open(back)
    for (const url of [to, new URL(back)])
      secrets.push(...['state', 'code', 'nonce', 'code_challenge'].flatMap((name) => url.searchParams.get(name) ?? []))
    secrets.push(...using.cookies.values())
  }
  const text = lines.join('')
  expect(lines.length).toBeGreaterThan(9)
  for (const secret of [...secrets, '@ok.example', 'their-secret', 'johndoe']) expect(text).not.toContain(secret)
})

describe('OpenID Connect Core section 3.1.3.7: an ID token that is not right signs nobody in', () => {
  const claims: readonly [string, Record<string, unknown>][] = [
    ['another aud', { aud: 'someone-else' }],
    ['an aud among others, without azp', { aud: ['souvenir-at-google', 'someone-else'] }],
    ['another azp', { azp: 'someone-else' }],
    ['another iss', { iss: 'https://evil.example' }],
    ['another nonce', { nonce: 'x'.repeat(43) }],
    ['no nonce', { nonce: undefined }],
    ['expired', { exp: Math.floor(Date.now() / 1000) - 60 }],
    ['no exp', { exp: undefined }],
    ['issued an hour ago', { iat: Math.floor(Date.now() / 1000) - 3_600 }],
    ['not valid yet', { nbf: Math.floor(Date.now() / 1000) + 600 }],
    ['no sub', { sub: undefined }],
    ['a sub of 300 characters', { sub: 's'.repeat(300) }],
  ]
  for (const [what, changes] of claims)
    test(what, async () => {
      google.bend({ claims: changes })
      expect(pageOf(await comeBack()).status).toBe(403)
      expect(isSignedIn()).toBe(false)
    })

  type Forgery = 'genuine' | 'none' | 'HS256' | 'foreign' | 'embedded'
  async function forge(how: Forgery, payload: Record<string, unknown>): Promise<string> {
    if (how === 'genuine')
      return google.server.issuer.buildToken({
        scopesOrTransform: (_header, claims) => void Object.assign(claims, payload),
      })
    if (how === 'none') return new UnsecuredJWT(payload).encode()
    if (how === 'HS256') {
      const jwks = await (await fetch(`${google.url}/jwks`)).text()
      const secret = new TextEncoder().encode(jwks)
      return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', kid: 'theirs' }).sign(secret)
    }
    const { privateKey, publicKey } = await rsaKey('foreign')
    const header = { alg: 'RS256', kid: 'theirs', ...(how === 'embedded' ? { jwk: await exportJWK(publicKey) } : {}) }
    return new SignJWT(payload).setProtectedHeader(header).sign(privateKey)
  }
  for (const [what, how] of [
    ['(a genuine one, for comparison, does)', 'genuine'],
    ['alg none', 'none'],
    ['HS256 with what is public as the secret', 'HS256'],
    ['a foreign key under their kid', 'foreign'],
    ['a foreign key that the token brings along', 'embedded'],
  ] as const)
    test(what, async () => {
      const to = await click()
      const now = Math.floor(Date.now() / 1000)
      const id_token = await forge(how, {
        iss: google.url,
        aud: 'souvenir-at-google',
        sub: 'johndoe',
        nonce: to.searchParams.get('nonce'),
        iat: now,
        exp: now + 600,
        email: 'sam@ok.example',
        email_verified: true,
      })
      google.bend({ response: (response) => void Object.assign(response, { body: { id_token } }) })
      const at = await using.open(await google.agree(to))
      expect(isSignedIn()).toBe(how === 'genuine')
      if (how !== 'genuine') expect(pageOf(at).status).toBe(403)
    })
})

describe('a provider that does not work leaves the person on our page, with what to do', () => {
  const rows: readonly [string, number, Record<string, unknown> | '', number][] = [
    ['500', 500, { error: 'server_error' }, 503],
    ['an answer that is no JSON object', 200, '', 503],
    ['our client is unknown there', 401, { error: 'invalid_client' }, 503],
    ['the code is refused', 400, { error: 'invalid_grant' }, 403],
    ['no ID token', 200, { access_token: 'x' }, 403],
    ['an ID token that is no string', 200, { id_token: { a: 1 } }, 403],
    ['an ID token that is no JWT', 200, { id_token: 'x.y' }, 403],
    ['an answer of 100 KB', 200, { padding: 'x'.repeat(100_000) }, 503],
  ]
  for (const [what, statusCode, body, expected] of rows)
    test(what, async () => {
      google.bend({ response: (response) => void Object.assign(response, { statusCode, body }) })
      const page = pageOf(await comeBack())
      expect(page.status).toBe(expected)
      expect(isSignedIn()).toBe(false)
      expect(page.html).not.toContain('their-secret')
      if (expected !== 503) return
      google.bend({})
      const to = departureOf(await using.submit(formOf(page, '/with/google'), {}))
      await using.open(await google.agree(to))
      expect(isSignedIn()).toBe(true)
    })

  test('that cannot be reached at all', async () => {
    const gone = await startIdentityProvider({ issuer })
    await gone.stop()
    const server = await startAuthorizationServer({ issuer, identityProviders: [gone.provider] })
    const browser = server.browser()
    const page = await browser.open(server.authorizationUrl(await server.addClient()))
    expect(pageOf(await browser.submit(formOf(page, '/with/google'), {})).status).toBe(503)
    await server.close()
  })
})
