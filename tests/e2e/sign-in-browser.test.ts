import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import axe from 'axe-core'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { Client } from '../../src/oidc/ports.ts'
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts'
import { engineUrl } from '../support/engines.ts'
import { startIdentityProvider, type TestIdentityProvider } from '../support/identity-provider.ts'
import { freePort, target } from '../support/server.ts'

const executablePath = engineUrl('CHROMIUM_PATH')
const hostile = `<img src=x onerror=alert(1)><script>alert(2)</script>`

if (executablePath !== undefined && target === 'bun') {
  describe('sign-in and consent in a real browser', () => {
    let browser: Browser
    let here: AuthorizationServer
    let google: TestIdentityProvider
    let client: Client
    let servers: { stop(force: boolean): unknown }[]
    let callback: string
    /** What the client's callback received: method, query or form. */
    const received: { method: string; parameters: Record<string, string> }[] = []
    /** What the browser complained of, beside the 4xx pages it was meant to get. */
    const complaints: string[] = []

    beforeAll(async () => {
      const port = await freePort()
      const issuer = `http://localhost:${port}`
      google = await startIdentityProvider({ issuer })
      here = await startAuthorizationServer({
        issuer,
        identityProviders: [google.provider],
        settings: { allowedEmails: ['sam@ok.example'] },
      })
      const app = Bun.serve({
        port: 0,
        hostname: '127.0.0.1',
        async fetch(request) {
          const { pathname, searchParams, search } = new URL(request.url)
          if (pathname === '/framing')
            return new Response(`<!doctype html><iframe src="${issuer}${search.slice(1)}"></iframe>`, {
              headers: { 'content-type': 'text/html' },
            })
          if (pathname !== '/callback') return new Response(null, { status: 404 })
          const parameters = request.method === 'POST' ? new URLSearchParams(await request.text()) : searchParams
          received.push({ method: request.method, parameters: Object.fromEntries(parameters) })
          return new Response('<!doctype html><title>App</title>Back in the app', {
            headers: { 'content-type': 'text/html' },
          })
        },
      })
      callback = `http://127.0.0.1:${app.port}/callback`
      servers = [app, Bun.serve({ port, hostname: 'localhost', fetch: (request) => here.serve(request) })]
      client = await here.addClient({ name: hostile, kind: 'dynamic', redirectUris: [callback] })
      browser = await chromium.launch({
        executablePath,
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      })
    }, 30_000)
    afterAll(async () => {
      await browser?.close()
      for (const server of servers) server.stop(true)
      await google.stop()
      await here.close()
    })

    const url = (changes: Record<string, string> = {}) =>
      here.issuer + here.authorizationUrl(client, { redirect_uri: callback, ...changes })

    /** A fresh profile, which no page may surprise with a dialog or a breach of its policy. */
    async function fresh(options: BrowserContextOptions = {}): Promise<{ context: BrowserContext; page: Page }> {
      const context = await browser.newContext(options)
      const page = await context.newPage()
      page.on('console', (message) => {
        if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text())
      })
      page.on('dialog', async (dialog) => {
        complaints.push(`a dialog: ${dialog.message()}`)
        await dialog.dismiss()
      })
      return { context, page }
    }
    async function enterCode(page: Page) {
      await page.getByLabel('Sign-in code').fill((await here.people.issueCode()).code.toLowerCase())
      await page.getByRole('button', { name: /Continue with the code/ }).click()
      await page.waitForURL('**/auth/consent/**')
    }
    const arrive = async (page: Page) => {
      await page.waitForURL(`${callback}**`)
      return received.at(-1)
    }

    test('a code and a click lead back to the app, over the page that moves on', async () => {
      const { context, page } = await fresh()
      await page.goto(url())
      await enterCode(page)
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      expect(await arrive(page)).toEqual({
        method: 'GET',
        parameters: { code: expect.any(String), state: 'the-state', iss: here.issuer },
      })
      expect(complaints).toEqual([])
      await context.close()
    }, 20_000)

    test('with the keyboard alone', async () => {
      const { context, page } = await fresh()
      await page.goto(url())
      await page.getByLabel('Sign-in code').focus()
      await page.keyboard.type((await here.people.issueCode()).code)
      await page.keyboard.press('Enter')
      await page.waitForURL('**/auth/consent/**')
      for (let press = 0; press < 10; press++) {
        await page.keyboard.press('Tab')
        if ((await page.evaluate('document.activeElement.value')) === 'allow') break
      }
      await page.keyboard.press('Enter')
      expect((await arrive(page))?.parameters.code).toBeString()
      await context.close()
    }, 20_000)

    test('OAuth 2.0 Form Post Response Mode section 2: the form goes by itself', async () => {
      const { context, page } = await fresh()
      await page.goto(url({ response_mode: 'form_post' }))
      await enterCode(page)
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      expect(await arrive(page)).toMatchObject({ method: 'POST', parameters: { iss: here.issuer, state: 'the-state' } })
      expect(complaints).toEqual([])
      await context.close()
    }, 20_000)

    test('by way of another provider and back', async () => {
      const { context, page } = await fresh()
      await page.goto(url())
      await page.getByRole('button', { name: /Continue with 127/ }).click()
      await page.getByRole('button', { name: 'I am new here' }).click()
      await page.getByRole('button', { name: 'Don’t allow' }).click()
      expect((await arrive(page))?.parameters).toMatchObject({ error: 'access_denied', iss: here.issuer })
      expect(complaints).toEqual([])
      await context.close()
    }, 20_000)

    test('RFC 9700 section 4.16: no page shows in a frame of another origin', async () => {
      const { context, page } = await fresh()
      const refused: string[] = []
      page.on('console', (message) => refused.push(message.text()))
      await page.goto(`${callback.replace('/callback', '/framing')}?${url().slice(here.issuer.length)}`)
      await page.waitForTimeout(300)
      expect(refused.join(' ')).toContain('frame-ancestors')
      expect(await page.frameLocator('iframe').locator('form').count()).toBe(0)
      complaints.length = 0
      await context.close()
    }, 20_000)

    for (const colorScheme of ['light', 'dark'] as const)
      test(`axe-core finds nothing on any page, in ${colorScheme}, at 320 pixels, where nothing is cut off`, async () => {
        const { context, page } = await fresh({ colorScheme, viewport: { width: 320, height: 640 } })
        const look = async (where: string) => {
          await page.evaluate(axe.source)
          const found = (await page.evaluate('axe.run()')) as axe.AxeResults
          expect([where, found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])]).toEqual([
            where,
            [],
          ])
          expect(found.passes.length).toBeGreaterThan(10)
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320)
        }
        await page.goto(url())
        await look('sign-in')
        await page.getByLabel('Sign-in code').fill('wrong')
        await page.getByRole('button', { name: /Continue with the code/ }).click()
        await look('sign-in, with a problem')
        await enterCode(page)
        await look('consent')
        await page.goto(`${here.issuer}/auth/authorize?client_id=${encodeURIComponent(hostile)}`)
        await look('error')
        await page.goto(`${here.issuer}/auth/logout`)
        await look('sign out')
        await page.getByRole('button', { name: 'Sign out' }).click()
        await look('signed out')
        google.bend({ claims: { sub: `newcomer ${colorScheme}` } })
        await page.goto(url())
        await page.getByRole('button', { name: /Continue with 127/ }).click()
        await page.getByRole('button', { name: 'I am new here' }).waitFor()
        await look('link')
        google.bend({})
        expect(complaints).toEqual([])
        await context.close()
      }, 60_000)
  })
}
