/** AUTH=none in a real browser: what its own pages can do, and what a page of another port of the same machine cannot. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { launchChromium } from '../support/chromium.ts'
import { engineUrl } from '../support/engines.ts'
import { freePort, freshFolder, type Server, startServer, target } from '../support/server.ts'

const executablePath = engineUrl('CHROMIUM_PATH')

if (executablePath !== undefined && target === 'bun') {
  let url: string
  let server: Server
  let browser: Browser
  let stranger: ReturnType<typeof Bun.serve>
  beforeAll(async () => {
    const port = await freePort()
    url = `http://localhost:${port}`
    const variables = { AUTH: 'none', EMBEDDER: 'none', DATA_DIR: freshFolder(), PORT: String(port) }
    server = await startServer(variables, port)
    browser = await launchChromium(executablePath)
    const page = () => new Response('<!doctype html><p>Another program.', { headers: { 'content-type': 'text/html' } })
    stranger = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: page })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await stranger?.stop(true)
    await server?.stop()
  })

  const kept = async () => (await fetch(`${url}/api/v1/memories/`)).text()

  test('a page of another port writes nothing, with or without script', async () => {
    for (const name of ['localhost', '127.0.0.1']) {
      const page = await browser.newPage()
      await page.goto(`http://${name}:${stranger.port}/`)
      await page.evaluate(async (to) => {
        const body = new Blob(['{"text":"Planted by a script."}'])
        await fetch(to, { method: 'POST', mode: 'no-cors', body })
      }, `${url}/api/v1/memories/`)
      await page.setContent(
        `<form method="post" enctype="text/plain" action="${url}/api/v1/memories/">` +
          `<input name='{"text":"Planted by a form.","x":"' value='"}'><button>Go</button></form>`,
      )
      const [answer] = await Promise.all([
        page.waitForResponse((one) => one.url().startsWith(url)),
        page.getByRole('button').click(),
      ])
      expect([name, answer.status()]).toEqual([name, 403])
      await page.close()
    }
    expect(await kept()).not.toContain('Planted')
  }, 30_000)

  test('its own pages write, with and without script', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const page = await browser.newPage({ javaScriptEnabled })
      await page.goto(`${url}/memories/new`)
      await page.locator('textarea[name=text]').fill(`Written with script ${javaScriptEnabled}.`)
      await page.locator('form:has(textarea[name=text]) button[type=submit]').first().click()
      await page.getByText(`Written with script ${javaScriptEnabled}.`).first().waitFor()
      expect(await kept()).toContain(`Written with script ${javaScriptEnabled}.`)
      await page.close()
    }
  }, 30_000)
}
