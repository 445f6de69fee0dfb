import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { engineUrl } from '../support/engines.ts'
import { folderWithKeys, freePort, runCommand, type Server, startServer } from '../support/server.ts'

let server: Server
let variables: Record<string, string>

beforeAll(async () => {
  const port = await freePort()
  const url = `http://localhost:${port}`
  variables = { DATA_DIR: folderWithKeys(), PORT: String(port), OIDC_BASE_URL: url }
  server = await startServer(variables, port)
}, 30_000)
afterAll(() => server?.stop())

describe('/docs', () => {
  test('the page and all it loads come from here, with a policy that allows nothing else', async () => {
    const response = await fetch(`${server.url}/docs`)
    const html = await response.text()
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '')
    expect(addresses.toSorted()).toEqual(['/docs/viewer.css', '/docs/viewer.js'])
    for (const address of addresses) {
      const file = await fetch(server.url + address)
      expect(file.status).toBe(200)
      expect((await file.text()).length).toBeGreaterThan(100_000)
    }
  })

  test('RFC 9457 section 3.1.1: the type of a problem is the address of what explains it', async () => {
    const { type } = (await (await fetch(`${server.url}/api/v1/me`)).json()) as { type: string }
    const page = await (await fetch(type)).text()
    expect(page).toContain(`id="${new URL(type).hash.slice(1)}"`)
  })

  test('an unknown address below it is 404 in JSON', async () => {
    const response = await fetch(`${server.url}/docs/nothing`)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
  })
})

const executablePath = engineUrl('CHROMIUM_PATH')

if (executablePath !== undefined) {
  describe('/docs in a real browser without a network', () => {
    let browser: Browser
    let page: Page
    const refused: string[] = []
    const problems: string[] = []
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath,
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
      })
      page = await browser.newPage()
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
      page.on('pageerror', (error) => problems.push(error.message))
      await page.route('**', (route) => {
        const url = route.request().url()
        if (url.startsWith(server.url) || url.startsWith('data:')) return route.continue()
        refused.push(url)
        return route.abort()
      })
      await page.goto(`${server.url}/docs`)
      await page.waitForSelector('.opblock')
    }, 60_000)
    afterAll(() => browser?.close())

    test('it shows every operation of the complete document', async () => {
      const document = (await (await fetch(`${server.url}/api/v1/openapi.json`)).json()) as {
        paths: Record<string, Record<string, unknown>>
      }
      const operations = Object.values(document.paths).flatMap((item) => Object.keys(item))
      expect(await page.locator('.opblock').count()).toBe(operations.length)
    })

    test('an operation can be tried from the page', async () => {
      await page.locator('.opblock-summary-control', { hasText: '/health' }).click()
      await page.locator('.opblock.is-open .execute').click()
      await page.waitForSelector('.opblock.is-open .live-responses-table')
      expect(await page.locator('.opblock.is-open .live-responses-table').textContent()).toContain('"status": "ok"')
    })

    test('Authorize signs in with the client that the page says how to register, and an operation runs with the token', async () => {
      const told = await page.locator('.info .description pre').first().textContent()
      const registered = Bun.spawn(['sh', '-c', told ?? ''], { stdout: 'pipe' })
      const { client_id } = (await new Response(registered.stdout).json()) as { client_id: string }
      await page.locator('.auth-wrapper .authorize').first().click()
      await page.locator('#client_id_authorizationCode').first().fill(client_id)
      const opening = page.waitForEvent('popup')
      await page.locator('.modal-ux .auth-container', { hasText: 'client_id' }).locator('.authorize').first().click()
      const signIn = await opening
      await signIn.locator('input[name=code]').fill(await runCommand(variables, 'code'))
      await signIn.locator('form:has(input[name=code]) button[type=submit]').click()
      const closed = signIn.waitForEvent('close')
      await signIn.locator('button[value=allow]').click()
      await closed
      await page.locator('.modal-ux .btn-done').first().click()
      const me = page.locator('.opblock', { has: page.locator('[data-path="/api/v1/me"]') })
      await me.locator('.opblock-summary-control').click()
      await me.locator('.execute').click()
      await me.locator('.live-responses-table').waitFor()
      expect(await me.locator('.live-responses-table').textContent()).toContain(client_id)
    }, 60_000)

    test('CSP Level 3: nothing violates the policy and nothing is asked of another host', () => {
      expect(problems).toEqual([])
      expect(refused).toEqual([])
    })
  })
}
