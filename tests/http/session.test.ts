import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import type { Client } from '../../src/oidc/ports.ts'
import {
  type AuthorizationServer,
  departureOf,
  pageOf,
  startAuthorizationServer,
} from '../support/authorization-server.ts'
import type { Browser } from '../support/browser.ts'

let here: AuthorizationServer
let client: Client
let using: Browser
beforeEach(async () => {
  here = await startAuthorizationServer()
  client = await here.addClient()
  using = here.browser()
})
afterEach(() => here.close())

type Changes = Readonly<Record<string, string | undefined>>
const open = (changes: Changes = {}) => using.open(here.authorizationUrl(client, changes))
const silently = async (changes: Changes = {}) => departureOf(await open({ prompt: 'none', ...changes })).searchParams
const idTokenOf = async (left: URL) => (await here.redeem(client, left)).id_token
const signIn = (changes: Changes = {}) => here.complete(using, here.authorizationUrl(client, changes))

describe('OpenID Connect Core 3.1.2.1: prompt and max_age', () => {
  test('prompt=none when signed in is silent, with the same sub and auth_time', async () => {
    const first = decodeJwt(await idTokenOf(await signIn()))
    here.clock.advanceSeconds(100)
    const second = decodeJwt(await idTokenOf(departureOf(await open({ prompt: 'none' }))))
    expect(second.sub).toBe(first.sub)
    expect(second.auth_time).toBe(first.auth_time)
  })

  test('without prompt a second request is silent too, by way of a redirect', async () => {
    await signIn()
    expect(departureOf(await open()).searchParams.get('code')).not.toBeNull()
  })

  test('prompt=login is a real sign-in with a later auth_time and a new session', async () => {
    const first = decodeJwt(await idTokenOf(await signIn()))
    const session = using.cookies.get('__Host-souvenir-session')
    here.clock.advanceSeconds(100)
    expect(pageOf(await open({ prompt: 'login' })).url).toContain('/auth/signin/')
    const second = decodeJwt(await idTokenOf(await signIn({ prompt: 'login' })))
    expect(second.sub).toBe(first.sub)
    expect(Number(second.auth_time) - Number(first.auth_time)).toBe(100)
    expect(using.cookies.get('__Host-souvenir-session')).not.toBe(session)
  })

  test('prompt=select_account asks who it is', async () => {
    await signIn()
    expect(pageOf(await open({ prompt: 'select_account' })).url).toContain('/auth/signin/')
  })

  test('prompt=consent asks although it was allowed before', async () => {
    await signIn()
    expect(pageOf(await open({ prompt: 'consent' })).url).toContain('/auth/consent/')
  })

  test('max_age=1 is a new sign-in after more than a second, and auth_time says so', async () => {
    const first = decodeJwt(await idTokenOf(await signIn({ max_age: '1' })))
    here.clock.advanceSeconds(2)
    expect((await silently({ max_age: '1' })).get('error')).toBe('login_required')
    const second = decodeJwt(await idTokenOf(await signIn({ max_age: '1' })))
    expect(Number(second.auth_time) - Number(first.auth_time)).toBe(2)
  })

  test('max_age=10000 is silent, with auth_time', async () => {
    const first = decodeJwt(await idTokenOf(await signIn()))
    here.clock.advanceSeconds(9_999)
    const second = decodeJwt(await idTokenOf(departureOf(await open({ max_age: '10000', prompt: 'none' }))))
    expect(second.auth_time).toBe(first.auth_time)
  })

  test('max_age=0 always asks', async () => {
    await signIn()
    expect(pageOf(await open({ max_age: '0' })).url).toContain('/auth/signin/')
  })

  test('a session ends after its lifetime', async () => {
    await signIn()
    here.clock.advanceSeconds(here.dependencies.settings.sessionTtlSeconds + 1)
    expect((await silently()).get('error')).toBe('login_required')
  })
})

describe('OpenID Connect Core 3.1.2.1: id_token_hint, and 5.5.1 a sub that claims ask for', () => {
  test('the hint of whom is signed in is silent, also when it has expired', async () => {
    const hint = await idTokenOf(await signIn())
    here.clock.advanceSeconds(86_400)
    expect((await silently({ id_token_hint: hint })).get('code')).not.toBeNull()
  })

  test("another person's hint: login_required, and without prompt=none a sign-in as that person", async () => {
    await here.people.add('other')
    const theirs = await here.complete(here.browser(), here.authorizationUrl(client), 'other')
    const hint = await idTokenOf(theirs)
    await signIn()
    expect((await silently({ id_token_hint: hint })).get('error')).toBe('login_required')
    const page = await open({ id_token_hint: hint })
    expect(pageOf(page).url).toContain('/auth/signin/')
    const wrong = departureOf(await here.enterCode(using, page)).searchParams
    expect(wrong.get('error')).toBe('login_required')
    const right = await here.complete(using, here.authorizationUrl(client, { id_token_hint: hint }), 'other')
    expect(decodeJwt(await idTokenOf(right)).sub).toBe(decodeJwt(hint).sub)
  })

  test('an access token is no hint', async () => {
    const { access_token } = await here.redeem(client, await signIn())
    expect((await silently({ id_token_hint: access_token })).get('error')).toBe('invalid_request')
  })

  test('claims with a sub of someone else: login_required', async () => {
    await signIn()
    const claims = JSON.stringify({ id_token: { sub: { value: 'someone-else' } } })
    expect((await silently({ claims })).get('error')).toBe('login_required')
    const atUserinfo = JSON.stringify({ userinfo: { sub: { value: 'someone-else' } } })
    expect((await silently({ claims: atUserinfo })).get('error')).toBe('login_required')
  })

  test('a hint and claims that name different people: invalid_request, whoever is signed in', async () => {
    const hint = await idTokenOf(await signIn())
    const claims = (value: unknown) => JSON.stringify({ id_token: { sub: { value } } })
    expect((await silently({ id_token_hint: hint, claims: claims('someone-else') })).get('error')).toBe(
      'invalid_request',
    )
    expect((await silently({ id_token_hint: hint, claims: claims(decodeJwt(hint).sub) })).has('code')).toBe(true)
  })
})

describe('RFC 6265bis section 4.1.3, OpenID Connect Core section 3.1.2.3: cookies', () => {
  test('RFC 6265bis section 4.1.3: __Host-, Secure, HttpOnly, SameSite=Lax, and no Domain', async () => {
    const begun = await here.send(here.authorizationUrl(client))
    const [cookie = ''] = begun.headers.getSetCookie()
    expect(cookie).toMatch(/^__Host-souvenir-browser=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
  })

  test('on an http loopback issuer neither the prefix nor Secure', async () => {
    const local = await startAuthorizationServer({ issuer: 'http://localhost:8765' })
    const app = await local.addClient()
    const begun = await local.send(local.authorizationUrl(app))
    expect(begun.headers.getSetCookie()[0]).toMatch(/^souvenir-browser=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
    await local.close()
  })

  test('the session id is new at each sign-in, and the one before it is dead', async () => {
    await signIn()
    const before = using.cookies.get('__Host-souvenir-session') ?? ''
    await signIn({ prompt: 'login' })
    expect(using.cookies.get('__Host-souvenir-session')).not.toBe(before)
    using.cookies.set('__Host-souvenir-session', before)
    expect((await silently()).get('error')).toBe('login_required')
  })

  test('a session id that someone planted is never taken over', async () => {
    using.cookies.set('__Host-souvenir-session', 'p'.repeat(43))
    await signIn()
    expect(using.cookies.get('__Host-souvenir-session')).not.toBe('p'.repeat(43))
  })

  test('two cookies of one name: neither counts', async () => {
    await signIn()
    const cookie = `__Host-souvenir-session=${using.cookies.get('__Host-souvenir-session')}`
    const ask = (header: string) =>
      here.send(here.authorizationUrl(client, { prompt: 'none' }), { headers: { cookie: header } })
    expect((await ask(cookie)).headers.get('location')).toContain('code=')
    expect((await ask(`${cookie}; ${cookie}x`)).headers.get('location')).toContain('login_required')
  })
})
