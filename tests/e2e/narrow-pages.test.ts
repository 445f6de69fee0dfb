/** The pages on a phone of 360 pixels: no word, address or choice is cut in two, and memories are told apart. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../support/chromium.ts'
import { engineUrl } from '../support/engines.ts'
import { freePort, freshFolder, type Server, startServer, target } from '../support/server.ts'

const executablePath = engineUrl('CHROMIUM_PATH')

/** In how many lines each word, or other stretch, of the elements is. */
const linesOf = (selector: string, stretch: string) => `
  [...document.querySelectorAll(${JSON.stringify(selector)})].flatMap((element) =>
    [...element.textContent.matchAll(${stretch})].map((found) => {
      const range = document.createRange()
      range.setStart(element.firstChild, found.index)
      range.setEnd(element.firstChild, found.index + found[0].length)
      return [found[0], new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size]
    }))`

if (executablePath !== undefined && target === 'bun') {
  let url: string
  let server: Server
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    const port = await freePort()
    url = `http://localhost:${port}`
    server = await startServer({ AUTH: 'none', EMBEDDER: 'none', DATA_DIR: freshFolder(), PORT: String(port) }, port)
    for (const text of ['Rex is a golden retriever.', 'The rent is due on the first.'])
      await fetch(`${url}/api/v1/memories/`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text, categories: ['family', 'home'] }),
      })
    browser = await launchChromium(executablePath)
    page = await (await browser.newContext({ viewport: { width: 360, height: 740 } })).newPage()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  test('home: the names of the counts and the address to connect to are each in one line', async () => {
    await page.goto(url)
    const words = (await page.evaluate(linesOf('.counts dt', '/\\S+/g'))) as [string, number][]
    expect(words.map(([word]) => word)).toContain('Categories')
    expect(words.filter(([, lines]) => lines !== 1)).toEqual([])
    const addresses = (await page.evaluate(linesOf('.copyable code', '/^http\\S+mcp$/g'))) as [string, number][]
    expect(addresses.length).toBeGreaterThan(0)
    for (const address of addresses) expect(address).toEqual([`${url}/mcp`, 1])
  }, 30_000)

  test('what an app may do: the longest choice fits into its field', async () => {
    await page.goto(`${url}/apps`)
    await page
      .getByRole('link', { name: /^Limit/ })
      .first()
      .click()
    const room = (await page.evaluate(`
      [...document.querySelectorAll('select')].map((select) => {
        const { font, paddingLeft, paddingRight, letterSpacing } = getComputedStyle(select)
        const context = document.createElement('canvas').getContext('2d')
        context.font = font
        context.letterSpacing = letterSpacing
        const widest = Math.max(...[...select.options].map(({ text }) => context.measureText(text).width))
        // The arrow takes what a line is high at most.
        return select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - 20 - widest
      })`)) as number[]
    expect(room).toHaveLength(2)
    for (const left of room) expect(left).toBeGreaterThanOrEqual(0)
  }, 30_000)

  test('deletion asked once more: each memory has a mark before it that shows, and room to the next', async () => {
    await page.goto(`${url}/memories`)
    for (const box of await page.locator('.memory-list input[type=checkbox]').all()) await box.check()
    await page.getByRole('button', { name: 'Delete' }).first().click()
    await page.locator('.doomed li').nth(1).waitFor()
    const marks = await page.evaluate(`
      [...document.querySelectorAll('.doomed li')].map((item) => {
        const { display, listStyleType, listStylePosition, overflowX } = getComputedStyle(item)
        const shows = overflowX === 'visible' || listStylePosition === 'inside'
        return display === 'list-item' && listStyleType !== 'none' && shows
      })`)
    expect(marks).toEqual([true, true])
    const [one, two] = await Promise.all([0, 1].map((at) => page.locator('.doomed li').nth(at).boundingBox()))
    expect((two?.y ?? 0) - (one?.y ?? 0) - (one?.height ?? 0)).toBeGreaterThan(4)
  }, 30_000)
}
