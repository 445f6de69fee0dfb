/** A real browser, and what it may never do on a page of ours. */
import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

export interface WatchedPage {
  readonly page: Page
  /** What the browser complained of (breaches of a page's policy, errors of scripts, dialogs), beside 4xx it was meant to get. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

/** A page in a fresh profile, watched; a request to another host than those of `origins` counts as a complaint. */
export async function openWatched(
  browser: Browser,
  origins: readonly string[],
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !/status of 4\d\d/.test(message.text()))
      complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', async (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    await dialog.dismiss()
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && !origins.includes(origin)) complaints.push(`a request to ${origin}`)
  })
  return { page, complaints, close: () => context.close() }
}

/** What axe-core finds wrong, as rule and element: by all its rules, or by those named. Throws when there was nothing to look at. */
export async function axeViolations(
  page: Page,
  rules?: readonly string[],
): Promise<readonly (readonly [string, readonly string[]])[]> {
  await page.evaluate(axe.source)
  const options = rules === undefined ? '' : JSON.stringify({ runOnly: rules })
  const found = (await page.evaluate(`axe.run(${options})`)) as axe.AxeResults
  if (found.passes.length < (rules?.length ?? 10)) throw new Error('axe-core looked at next to nothing')
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)] as const)
}
