/** OpenID Connect RP-Initiated Logout 1.0. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Client } from '../../src/oidc/ports.ts'
import {
  type AuthorizationServer,
  departureOf,
  pageOf,
  startAuthorizationServer,
  textOf,
} from '../support/authorization-server.ts'
import { type Browser, formOf } from '../support/browser.ts'

const bye = 'https://app.example/bye'
let server: AuthorizationServer
let client: Client
beforeAll(async () => {
  server = await startAuthorizationServer()
  client = await server.addClient({ postLogoutRedirectUris: [bye, 'https://app.example/bye?a=1'] })
})
afterAll(() => server.close())

async function signedIn(user?: string) {
  const browser = server.browser()
  const answer = await server.complete(browser, server.authorizationUrl(client), user)
  return { browser, ...(await server.redeem(client, answer)) }
}
const logout = (fields: Record<string, string>) => `/auth/logout?${new URLSearchParams(fields)}`
/** Whether the browser still has a session: with `prompt=none` it gets a code or `login_required`. */
async function hasSession(browser: Browser): Promise<boolean> {
  const answer = departureOf(await browser.open(server.authorizationUrl(client, { prompt: 'none' })))
  return answer.searchParams.has('code')
}

describe('with the ID token of who is signed in', () => {
  test('section 2: the session ends at once, and the browser goes where the client registered, with state', async () => {
    const { browser, id_token } = await signedIn()
    expect(await hasSession(browser)).toBe(true)
    const to = departureOf(
      await browser.open(
        logout({ id_token_hint: id_token, post_logout_redirect_uri: bye, state: 'a b', client_id: client.id }),
      ),
    )
    expect(to.href).toBe(`${bye}?state=a+b`)
    expect(await hasSession(browser)).toBe(false)
  })

  test('section 3: state is added to a query that is there, and left out where none came', async () => {
    const { browser, id_token } = await signedIn()
    const withQuery = { id_token_hint: id_token, post_logout_redirect_uri: `${bye}?a=1` }
    expect(departureOf(await browser.open(logout(withQuery))).href).toBe(`${bye}?a=1`)
    expect(departureOf(await browser.open(logout({ ...withQuery, state: 's' }))).href).toBe(`${bye}?a=1&state=s`)
  })

  test('section 2: an ID token that has expired is as good; without an address to return to, a page says it is done', async () => {
    const { browser, id_token } = await signedIn()
    await server.passSeconds(7_200)
    const page = pageOf(await browser.open(logout({ id_token_hint: id_token })))
    expect(textOf(page)).toContain('You are signed out')
    expect(await hasSession(browser)).toBe(false)
  })

  test('section 2: by POST, also from another site, where the browser keeps our cookie back', async () => {
    const { browser, id_token } = await signedIn()
    const response = await server.send('/auth/logout', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://app.example' },
      body: new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: bye }).toString(),
    })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(bye)
    expect(await hasSession(browser)).toBe(false)
  })
})

describe('section 3: nothing redirects to an address that cannot be trusted', () => {
  for (const [what, post_logout_redirect_uri] of [
    ['not registered', 'https://app.example/other'],
    ['of another host', 'https://evil.example/bye'],
    ['registered but for a query', `${bye}?b=2`],
    ['registered but for its case', 'https://app.example/Bye'],
    ['a redirect URI of the same client', 'https://app.example/callback'],
    ['javascript:', 'javascript:alert(1)'],
  ] as const) {
    test(`an address that is ${what}: a page, and the session stays`, async () => {
      const { browser, id_token } = await signedIn()
      const page = pageOf(await browser.open(logout({ id_token_hint: id_token, post_logout_redirect_uri })))
      expect(page.status).toBe(400)
      expect(await hasSession(browser)).toBe(true)
    })
  }

  test('without id_token_hint there is no redirect, even with client_id', async () => {
    const { browser } = await signedIn()
    const page = pageOf(await browser.open(logout({ client_id: client.id, post_logout_redirect_uri: bye })))
    expect(page.status).toBe(400)
    expect(await hasSession(browser)).toBe(true)
  })

  test('a forged, foreign or bent id_token_hint is an error page', async () => {
    const { browser, id_token, access_token } = await signedIn()
    const [header, payload] = id_token.split('.')
    for (const id_token_hint of ['x', `${header}.${payload}.AAAA`, `${header}.${payload}.`, access_token]) {
      expect(pageOf(await browser.open(logout({ id_token_hint, post_logout_redirect_uri: bye }))).status).toBe(400)
    }
    expect(await hasSession(browser)).toBe(true)
  })

  test('a client_id that is not the one of the ID token is an error page', async () => {
    const { browser, id_token } = await signedIn()
    const other = await server.addClient({ postLogoutRedirectUris: [bye] })
    const fields = { id_token_hint: id_token, client_id: other.id, post_logout_redirect_uri: bye }
    expect(pageOf(await browser.open(logout(fields))).status).toBe(400)
  })

  test('RFC 6749 section 3.1: a parameter twice is an error page', async () => {
    const { id_token } = await signedIn()
    const twice = `${logout({ id_token_hint: id_token, post_logout_redirect_uri: bye })}&post_logout_redirect_uri=https://evil.example`
    expect(pageOf(await server.browser().open(twice)).status).toBe(400)
  })
})

describe('section 2: who is signed in is asked, where nothing proves that they meant it', () => {
  test('without a hint: a page with a form, and the session ends when it is sent', async () => {
    const { browser } = await signedIn()
    const page = await browser.open('/auth/logout')
    expect(await hasSession(browser)).toBe(true)
    expect(textOf(pageOf(await browser.submit(formOf(page, '/auth/logout'), {})))).toContain('You are signed out')
    expect(await hasSession(browser)).toBe(false)
  })

  test('with the ID token of someone else: asked, then sent on', async () => {
    await server.people.add('ben')
    const ben = await signedIn('ben')
    const { browser } = await signedIn()
    const asked = await browser.open(logout({ id_token_hint: ben.id_token, post_logout_redirect_uri: bye, state: 's' }))
    expect(await hasSession(browser)).toBe(true)
    expect(departureOf(await browser.submit(formOf(asked, '/auth/logout'), {})).href).toBe(`${bye}?state=s`)
    expect(await hasSession(browser)).toBe(false)
  })

  test('a form that another site made up signs nobody out', async () => {
    const { browser } = await signedIn()
    for (const form_token of ['', 'x']) {
      pageOf(await browser.submit({ action: '/auth/logout', fields: {}, html: '' }, { form_token }))
      expect(await hasSession(browser)).toBe(true)
    }
  })

  test('nobody signed in: the page says so, and asks nothing', async () => {
    const page = pageOf(await server.browser().open('/auth/logout'))
    expect(page.status).toBe(200)
    expect(page.forms).toEqual([])
  })
})
