import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Client } from '../../src/oidc/ports.ts'
import {
  type AuthorizationServer,
  callback,
  pageOf,
  startAuthorizationServer,
  textOf,
} from '../support/authorization-server.ts'
import { type Browser, formOf, type Page } from '../support/browser.ts'

const hostileName = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`
let here: AuthorizationServer
let using: Browser
const pages = new Map<string, Page>()

beforeAll(async () => {
  here = await startAuthorizationServer()
  using = here.browser()
  const client = await here.addClient({ name: hostileName, kind: 'dynamic' })
  const signIn = pageOf(await using.open(here.authorizationUrl(client)))
  pages.set('sign-in', signIn)
  const wrong = pageOf(await using.submit(formOf(signIn, '/code'), { code: '"><b>hostile</b>' }))
  pages.set('sign-in again', wrong)
  pages.set('consent', pageOf(await here.enterCode(using, wrong)))
  const query = `client_id=${encodeURIComponent(hostileName)}&state=${encodeURIComponent(hostileName)}`
  pages.set('error', pageOf(await using.open(`/auth/authorize?${query}`)))
})
afterAll(() => here.close())

describe('RFC 9700 sections 4.2 and 4.16: every page', () => {
  for (const name of ['sign-in', 'sign-in again', 'consent', 'error']) {
    const page = () => pages.get(name) ?? expect.unreachable()

    test(`${name}: a policy that allows nothing but our style, our image and our form`, () => {
      expect(page().headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      )
      expect(page().headers.get('x-frame-options')).toBe('DENY')
      expect(page().headers.get('x-content-type-options')).toBe('nosniff')
      expect(page().headers.get('referrer-policy')).toBe('no-referrer')
      expect(page().headers.get('cache-control')).toBe('no-store')
    })

    test(`${name}: no script, no style attribute, no event handler, and what others wrote is escaped`, () => {
      expect(page().html).not.toMatch(/<script|<style|\sstyle=|<img|<b>|\son[a-z]+="/i)
    })

    test(`${name}: a language, a title, one h1, a main part, and a label for each field`, () => {
      const { html } = page()
      expect(html).toStartWith('<!doctype html><html lang="en">')
      expect(html).toMatch(/<title>[^<]+<\/title>/)
      expect(html.match(/<h1>/g)).toHaveLength(1)
      expect(html.match(/<main>/g)).toHaveLength(1)
      for (const [, id] of html.matchAll(/<input[^>]*\sid="([^"]+)"/g)) expect(html).toContain(`<label for="${id}"`)
    })

    test(`${name}: everything it links to is of this origin and answers`, async () => {
      const links = [...page().html.matchAll(/<link[^>]*\shref="([^"]+)"/g)].map(([, href]) => href ?? '')
      expect(links.length).toBeGreaterThan(0)
      for (const href of links) {
        expect(href).toMatch(/^\/auth\/assets\/[a-z-]+-\w+\.(css|svg)$/)
        const response = await here.send(href)
        expect(response.status).toBe(200)
        expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
        expect(response.headers.get('content-type')).toMatch(/^(text\/css|image\/svg\+xml)/)
      }
    })
  }
})

test('an error page says what happened, what to do next, and the reference for the log', () => {
  const text = textOf(pages.get('error') ?? expect.unreachable())
  expect(text).toContain('does not know the app')
  expect(text).toContain('Go back to the app')
  expect(text).toMatch(/Error invalid_client , reference \S+/)
})

describe('attack: a name cannot pretend to be something else', () => {
  const rows: readonly [string, string, string][] = [
    ['direction marks', 'Chat\u202eTPG\u2066', 'Chat TPG'],
    ['zero-width characters and line breaks', 'Chat\u200bGPT\n\nAllow', 'Chat GPT Allow'],
    ['nothing at all', '\u200b \t', 'An app without a name'],
    ['a name of 200 characters', 'n'.repeat(200), `${'n'.repeat(79)}…`],
  ]
  for (const [what, name, shown] of rows) {
    test(what, async () => {
      const client = await here.addClient({ name })
      expect(textOf(pageOf(await here.browser().open(here.authorizationUrl(client))))).toContain(`connect ${shown} `)
    })
  }
})

describe('OAuth 2.0 Form Post Response Mode', () => {
  const formPost = async (client: Client, changes: Record<string, string> = {}) =>
    using.open(here.authorizationUrl(client, { response_mode: 'form_post', ...changes }))

  test('section 2: code, state and iss go to the client as a form', async () => {
    const client = await here.addClient()
    const consent = pageOf(await formPost(client, { state: hostileName }))
    const page = pageOf(await using.submit(formOf(consent, '/auth/consent/'), { decision: 'allow' }))
    const form = formOf(page, callback)
    expect(form.action).toBe(callback)
    expect(form.fields).toMatchObject({
      state: hostileName,
      iss: here.issuer,
      code: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(page.html).toMatch(/<form method="post"/)
    expect(page.html).not.toContain(hostileName)
  })

  test('errors go the same way, and one script of our own sends the form', async () => {
    const page = pageOf(await formPost(await here.addClient(), { response_type: 'token' }))
    expect(formOf(page, callback).fields).toMatchObject({ error: 'unsupported_response_type', iss: here.issuer })
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    const [, src = ''] = /<script src="([^"]+)" defer><\/script>/.exec(page.html) ?? []
    const script = await here.send(src)
    expect(script.headers.get('content-type')).toStartWith('text/javascript')
    expect(await script.text()).toContain('submit()')
  })
})
