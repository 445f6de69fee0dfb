import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { widget } from '../../src/mcp/widget.ts'
import { engineUrl } from '../support/engines.ts'

/** The policy a host must set where a resource declares no domains (MCP Apps 2026-01-26, Host Behavior). */
const policy =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'none'"

const hostPage = `<!doctype html><iframe sandbox="allow-scripts" style="width:400px"></iframe><script>
  window.received = []
  const frame = document.querySelector('iframe')
  window.post = (message) => frame.contentWindow.postMessage({ jsonrpc: '2.0', ...message }, '*')
  addEventListener('message', ({ data }) => {
    received.push(data)
    if (data.method === 'ui/initialize') post({ id: data.id, result: { hostContext: { theme: 'dark' } } })
  })
</script>`

const executablePath = engineUrl('CHROMIUM_PATH')

if (executablePath !== undefined) {
  describe('MCP Apps 2026-01-26: the widget in a real browser', () => {
    let browser: Browser
    let page: Page
    const requested: string[] = []
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })
      page = await browser.newPage()
      await page.route('**', (route) => {
        const url = new URL(route.request().url())
        requested.push(url.href)
        const body = url.pathname === '/widget' ? widget.text : hostPage
        const headers: Record<string, string> = url.pathname === '/widget' ? { 'content-security-policy': policy } : {}
        return route.fulfill({ body, contentType: 'text/html', headers })
      })
      await page.goto('http://host.test/')
      await page.evaluate("document.querySelector('iframe').src = '/widget'")
      await page.waitForFunction("received.some(({ method }) => method === 'ui/notifications/initialized')")
    }, 30_000)
    afterAll(() => browser?.close())

    const result = (...results: unknown[]) =>
      page.evaluate(
        (structuredContent) => {
          const post: (message: unknown) => void = Reflect.get(window, 'post')
          post({ method: 'ui/notifications/tool-result', params: { structuredContent } })
        },
        { results },
      )
    const view = () => page.frameLocator('iframe')

    test('it says hello as the specification has it, and how large it is', async () => {
      await page.waitForFunction("received.some(({ method }) => method === 'ui/notifications/size-changed')")
      const messages = (await page.evaluate('received')) as { method: string; params: Record<string, unknown> }[]
      const hello = messages.find(({ method }) => method === 'ui/initialize')
      expect(hello?.params).toMatchObject({ protocolVersion: '2026-01-26', appInfo: { name: 'souvenir-recall' } })
      expect(messages.find(({ method }) => method === 'ui/notifications/size-changed')?.params.height).toBeNumber()
    })

    test('it shows each memory with its date and its source', async () => {
      const memory = { text: 'Rex is our dog.', said_by: 'Ada', app: 'Claude', created_at: '2026-03-04T12:00:00Z' }
      await result({ memory })
      const item = view().locator('li')
      await item.first().waitFor()
      expect(await item.count()).toBe(1)
      expect(await item.locator('.text').textContent()).toBe('Rex is our dog.')
      expect(await item.locator('.source').textContent()).toMatch(/2026.* · Ada · Claude$/)
    })

    test('markup in a memory is text', async () => {
      const text = '<img src=x onerror="parent.postMessage({owned:1},\'*\')"><b>bold</b>'
      await result({ memory: { text, said_by: 'self', app: 'x', created_at: '' } })
      await view().getByText('<b>bold</b>').waitFor()
      expect(await view().locator('li img, li b').count()).toBe(0)
      expect(await page.evaluate("received.some((message) => 'owned' in message)")).toBe(false)
    })

    test('it says so when nothing was found', async () => {
      await result()
      await view().getByText('Nothing is remembered about this.').waitFor()
      expect(await view().locator('li').count()).toBe(0)
    })

    test('it asked nothing of anybody', () => {
      expect(new Set(requested)).toEqual(new Set(['http://host.test/', 'http://host.test/widget']))
    })
  })
}
