/** A person in a real browser: sign-in and consent, once, on the server from source. The pages do not depend on the runtime. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { sha256 } from '../../src/shared/hash.ts'
import { engineUrl } from '../support/engines.ts'
import { type Product, startProduct, target } from '../support/server.ts'

const executablePath = engineUrl('CHROMIUM_PATH')
const verifier = 'a-verifier-of-at-least-forty-three-characters-0123456789'
/** What a hostile client would register as its name; harmless if it is shown as text. */
const hostileName = '<img src=x onerror="document.title=\'taken over\'">Boat'
const quiet = ['no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-sync'].concat(
  'disable-background-networking',
  'disable-component-update',
)

if (executablePath !== undefined && target === 'bun') {
  describe('In Chromium', () => {
    let product: Product
    let browser: Browser
    let client: ReturnType<typeof Bun.serve>
    let clientId: string
    const arrivals: URL[] = []

    beforeAll(async () => {
      product = await startProduct('one process')
      browser = await chromium.launch({ executablePath, args: quiet.map((flag) => `--${flag}`) })
      client = Bun.serve({
        hostname: '127.0.0.1',
        port: 0,
        fetch(request) {
          const url = new URL(request.url)
          if (url.pathname === '/callback') arrivals.push(url)
          return new Response('Connected.', { headers: { 'content-type': 'text/plain' } })
        },
      })
      const response = await fetch(`${product.issuer}/auth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_name: hostileName,
          redirect_uris: [`http://127.0.0.1:${client.port}/callback`],
          token_endpoint_auth_method: 'none',
        }),
      })
      clientId = ((await response.json()) as { client_id: string }).client_id
    }, 60_000)

    afterAll(async () => {
      await browser?.close()
      await client?.stop(true)
      await product?.stop()
    })

    const authorizationUrl = () =>
      `${product.issuer}/auth/authorize?${new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: `http://127.0.0.1:${client.port}/callback`,
        scope: 'openid memories:read offline_access',
        state: 'kept',
        code_challenge: sha256(verifier),
        code_challenge_method: 'S256',
      })}`

    test('a person signs in with a code, reads who asks for what, allows it, and the client redeems the code', async () => {
      const { page, complaints, hosts } = await openPage(browser)
      await page.goto(authorizationUrl())
      expect(await page.textContent('h1')).toContain(hostileName)
      await page.getByLabel('Sign-in code').fill(await product.issueCode())
      await page.getByRole('button', { name: 'Continue' }).click()

      const allow = page.getByRole('button', { name: 'Allow', exact: true })
      await allow.waitFor()
      expect(await page.textContent('main')).toContain(`127.0.0.1:${client.port}`)
      expect(await page.title()).not.toBe('taken over')
      await allow.click()
      await page.waitForURL(/\/callback/)

      expect(arrivals).toHaveLength(1)
      const answer = arrivals[0]?.searchParams
      expect(answer?.get('state')).toBe('kept')
      expect(answer?.get('iss')).toBe(product.issuer)
      const response = await fetch(`${product.issuer}/auth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: answer?.get('code') ?? '',
          client_id: clientId,
          redirect_uri: `http://127.0.0.1:${client.port}/callback`,
          code_verifier: verifier,
        }),
      })
      expect(response.status).toBe(200)
      expect(complaints).toEqual([])
      expect([...hosts].sort()).toEqual([new URL(product.issuer).host, `127.0.0.1:${client.port}`].sort())
      await page.context().close()
    }, 60_000)
  })
}

/** A page in a profile of its own, with what its console complained of and every host that it asked for anything. */
async function openPage(browser: Browser): Promise<{ page: Page; complaints: string[]; hosts: Set<string> }> {
  const page = await (await browser.newContext()).newPage()
  const complaints: string[] = []
  const hosts = new Set<string>()
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  return { page, complaints, hosts }
}
