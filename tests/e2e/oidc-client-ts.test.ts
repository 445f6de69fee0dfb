/** oidc-client-ts in Chromium: a page of another origin that signs in, asks who it is, refreshes and signs out, over CORS. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts'
import { engineUrl } from '../support/engines.ts'
import { freePort, target } from '../support/server.ts'

const executablePath = engineUrl('CHROMIUM_PATH')

/** What the page tells the test. */
interface Told {
  readonly sub?: string
  readonly name?: string
  readonly scope?: string
  readonly refreshed?: boolean
  readonly error?: string
}

const script = (issuer: string, clientId: string) => `
import { UserManager } from 'oidc-client-ts'
const manager = new UserManager({
  authority: '${issuer}', client_id: '${clientId}', redirect_uri: location.origin + '/callback',
  post_logout_redirect_uri: location.origin + '/bye', scope: 'openid profile offline_access', loadUserInfo: true,
})
window.manager = manager
const tell = (told) => { window.told = told }
if (location.pathname === '/') manager.signinRedirect().catch((error) => tell({ error: String(error) }))
else if (location.pathname === '/callback') manager.signinRedirectCallback().then(async (user) => {
  const next = await manager.signinSilent()
  tell({ sub: user.profile.sub, name: user.profile.name, scope: user.scope,
    refreshed: next.access_token !== user.access_token && next.profile.sub === user.profile.sub })
}).catch((error) => tell({ error: String(error) }))
`

if (executablePath !== undefined && target === 'bun') {
  describe('oidc-client-ts', () => {
    let browser: Browser
    let page: Page
    let here: AuthorizationServer
    const servers: { stop(force: boolean): unknown }[] = []
    let app = ''

    beforeAll(async () => {
      const port = await freePort()
      const issuer = `http://localhost:${port}`
      // Its clock is the machine's, since the browser's is.
      here = await startAuthorizationServer({ issuer, startMs: Date.now() })
      let code = ''
      const pages = Bun.serve({
        hostname: '127.0.0.1',
        port: 0,
        fetch: ({ url }) =>
          new URL(url).pathname === '/app.js'
            ? new Response(code, { headers: { 'content-type': 'text/javascript' } })
            : new Response('<!doctype html><title>App</title><script type="module" src="/app.js"></script>', {
                headers: { 'content-type': 'text/html' },
              }),
      })
      app = `http://127.0.0.1:${pages.port}`
      const client = await here.addClient({
        redirectUris: [`${app}/callback`],
        postLogoutRedirectUris: [`${app}/bye`],
      })
      const built = await Bun.build({
        entrypoints: [`${import.meta.dir}/oidc-client-ts.page.ts`],
        files: { [`${import.meta.dir}/oidc-client-ts.page.ts`]: script(issuer, client.id) },
        target: 'browser',
      })
      code = (await built.outputs[0]?.text()) ?? ''
      servers.push(pages, Bun.serve({ port, hostname: 'localhost', fetch: (request) => here.serve(request) }))
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })
      page = await browser.newPage()
    }, 30_000)
    afterAll(async () => {
      await browser?.close()
      for (const server of servers) server.stop(true)
      await here.close()
    })

    test('signs in, reads userinfo, refreshes and signs out, from another origin', async () => {
      await page.goto(app)
      await page.getByLabel('Sign-in code').fill((await here.people.issueCode()).code)
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      await page.waitForURL(`${app}/callback**`)
      await page.waitForFunction('window.told !== undefined')
      const { sub, ...told } = (await page.evaluate('window.told')) as Told
      expect(told).toEqual({ name: 'owner', scope: 'openid profile offline_access', refreshed: true })
      expect(sub).toMatch(/^[\w-]{32}$/)
      await page.evaluate('void manager.signoutRedirect()')
      await page.waitForURL(`${app}/bye**`)
      const [session] = (await page.context().cookies(here.issuer)).filter(({ name }) => name.endsWith('session'))
      expect(session).toBeUndefined()
    }, 30_000)
  })
}
