/** The pages for people in a real browser: in one process with everything, and alone beside a process of each other role. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { axeViolations, launchChromium, openWatched } from '../support/chromium.ts'
import { engineUrl } from '../support/engines.ts'
import { type Signed, signIn } from '../support/script.ts'
import {
  folderWithKeys,
  freePort,
  freshFolder,
  runCommand,
  type Server,
  startServer,
  target,
} from '../support/server.ts'

const executablePath = engineUrl('CHROMIUM_PATH')
const hostile = '"><img src=x onerror=alert(1)><script>alert(2)</script>'

interface Deployed {
  readonly issuer: string
  readonly apiUrl: string
  readonly uiUrl: string
  issueCode(user?: string): Promise<string>
  addUser(name: string): Promise<void>
  /** Everything its processes wrote so far. */
  output(): string
  stop(): Promise<void>
}

/** Everything in one process. */
async function together(): Promise<Deployed> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const variables = { DATA_DIR: folderWithKeys(), PORT: String(port), OIDC_BASE_URL: url }
  return deployed({ issuer: url, apiUrl: url, uiUrl: url }, variables, [await startServer(variables, port)])
}

/** Sign-in, API and pages each in a process of its own; the pages share no folder with the others, only addresses. */
async function apart(): Promise<Deployed> {
  const [auth, api, ui] = [await freePort(), await freePort(), await freePort()]
  const at = (port: number) => `http://localhost:${port}`
  const addresses = { OIDC_BASE_URL: at(auth), API_BASE_URL: at(api), UI_BASE_URL: at(ui) }
  const shared = { ...addresses, DATA_DIR: folderWithKeys(), OIDC_PORT: String(auth), PORT: String(api) }
  const jwks = { JWKS_URL: `http://127.0.0.1:${auth}/auth/jwks` }
  const servers = [
    await startServer(shared, auth, '--roles', 'auth'),
    await startServer({ ...shared, ...jwks }, api, '--roles', 'api,mcp'),
    await startServer(
      { ...addresses, ...jwks, DATA_DIR: freshFolder(), PORT: String(ui), API_URL: `http://127.0.0.1:${api}` },
      ui,
      '--roles',
      'ui',
    ),
  ]
  return deployed({ issuer: at(auth), apiUrl: at(api), uiUrl: at(ui) }, shared, servers)
}

const deployed = (
  urls: Pick<Deployed, 'issuer' | 'apiUrl' | 'uiUrl'>,
  variables: Record<string, string>,
  servers: readonly Server[],
): Deployed => ({
  ...urls,
  issueCode: (user) => runCommand(variables, 'code', ...(user === undefined ? [] : ['--user', user])),
  addUser: async (name) => {
    await runCommand(variables, 'users', 'add', name)
  },
  output: () => servers.map((server) => server.output()).join(''),
  async stop() {
    await Promise.all(servers.map((server) => server.stop()))
  },
})

if (executablePath !== undefined)
  describe.each([
    ['in one process', together],
    ['alone beside auth and api', apart],
  ] as const)(`the pages on ${target}, %s`, (shape, deploy) => {
    let product: Deployed
    let browser: Browser
    let app: Signed

    const api = (method: string, path: string, body?: unknown) =>
      fetch(`${product.apiUrl}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${app.accessToken}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    const add = async (text: string, categories: readonly string[] = []) =>
      ((await (await api('POST', '/memories/', { text, categories })).json()) as { id: string }).id

    const open = (options: BrowserContextOptions = {}) => openWatched(browser, [product.issuer, product.uiUrl], options)
    async function enter(page: Page, path: string, user?: string) {
      await page.goto(product.uiUrl + path)
      await page.getByLabel('Sign-in code').fill(await product.issueCode(user))
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.waitForURL(product.uiUrl + path)
    }

    beforeAll(async () => {
      product = await deploy()
      await product.addUser('grace')
      app = await signIn(product)
      await add('Our dog is called Rex, a golden retriever.', ['family'])
      for (let note = 1; note <= 25; note++) await add(`Note ${note} of the trip to Porto.`, ['travel'])
      await add(hostile, [hostile.slice(0, 60)])
      browser = await launchChromium(executablePath)
    }, 90_000)
    afterAll(async () => {
      await browser?.close()
      await product?.stop()
    })

    test('from the front page through sign-in to the memories: searched while typing, paged, and back', async () => {
      const { page, complaints, close } = await open()
      await page.goto(product.uiUrl)
      expect(await page.getByRole('heading', { name: 'Connect an assistant' }).isVisible()).toBe(true)
      expect(await page.getByText(`${product.apiUrl}/mcp`, { exact: true }).first().isVisible()).toBe(true)
      await enter(page, '/memories')
      await page.evaluate('window.kept = true')
      await page.getByRole('link', { name: 'Older' }).click()
      await page.getByText('Page 2 of 2').waitFor()
      await page.getByRole('link', { name: 'Newer' }).click()
      await page.getByText('Page 1 of 2').waitFor()
      await page.getByLabel('Search your memories').pressSequentially('what is the dog called')
      await page.getByText('1 found, best first').waitFor()
      expect(await page.getByText('Found by its words').isVisible()).toBe(true)
      expect(new URL(page.url()).search).toBe('?q=what+is+the+dog+called')
      // No page was loaded in between: htmx exchanged the list.
      expect(await page.evaluate('window.kept')).toBe(true)
      const rex = page.getByRole('link', { name: 'Our dog is called Rex' })
      // A list that is being exchanged loses a click, as for people, who click again.
      for (let tried = 0; tried < 5 && !page.url().includes('/memories/'); tried++) {
        await rex.click({ timeout: 3_000 }).catch(() => undefined)
        await page.waitForURL('**/memories/*', { timeout: 3_000 }).catch(() => undefined)
      }
      await page.waitForURL('**/memories/*')
      await page.goBack()
      await page.getByText('1 found, best first').waitFor()
      expect(complaints).toEqual([])
      await close()
    }, 60_000)

    test('a memory is added, corrected, archived in bulk, brought back and deleted', async () => {
      const { page, complaints, close } = await open()
      await enter(page, '/memories/new')
      await page.getByLabel('What to remember').fill('The boat is called Nordlys.')
      await page.getByLabel('Categories').fill('boats')
      await page.getByRole('button', { name: 'Remember' }).click()
      await page.getByText('Remembered.').waitFor()
      await page.getByText('Edit', { exact: true }).click()
      await page.getByLabel('What to remember').fill('The boat is called Sølvpil.')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved.').waitFor()
      await page.getByRole('button', { name: 'Undo last change' }).click()
      await page.getByText('The last change was taken back.').waitFor()
      expect(await page.locator('blockquote').textContent()).toBe('The boat is called Nordlys.')
      await page.goto(`${product.uiUrl}/memories?category=boats`)
      await page.getByLabel('Select all').check()
      await page.getByText('1 selected').waitFor()
      await page.getByRole('button', { name: 'Archive', exact: true }).click()
      await page.getByText('1 memory is archived').waitFor()
      await page.goto(`${product.uiUrl}/memories?state=archived`)
      await page.getByLabel(/^Select: The boat/).check()
      await page.getByRole('button', { name: 'Delete…' }).click()
      await page.getByRole('button', { name: 'Delete for good' }).click()
      await page.getByText('1 memory was deleted for good.').waitFor()
      expect(complaints).toEqual([])
      await close()
    }, 60_000)

    test('without script everything is there: search, add, delete, sign out', async () => {
      const { page, close } = await open({ javaScriptEnabled: false })
      await enter(page, '/memories')
      await page.getByLabel('Search your memories').fill('what is the dog called')
      await page.getByRole('button', { name: 'Search' }).click()
      await page.getByText('1 found, best first').waitFor()
      await page.goto(`${product.uiUrl}/memories/new`)
      await page.getByLabel('What to remember').fill('Written without script.')
      await page.getByRole('button', { name: 'Remember' }).click()
      await page.getByRole('button', { name: 'Delete…' }).click()
      await page.getByRole('button', { name: 'Delete for good' }).click()
      await page.getByText('1 memory was deleted for good.').waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'One memory for all your assistants' }).waitFor()
      await close()
    }, 60_000)

    test('two people in two browsers never see each other, even knowing an address', async () => {
      const [ada, grace] = [await open(), await open()]
      const id = await add('Ada hides the biscuits in the piano.')
      await enter(ada.page, `/memories/${id}`)
      expect(await ada.page.locator('blockquote').textContent()).toBe('Ada hides the biscuits in the piano.')
      await enter(grace.page, `/memories/${id}`, 'grace')
      expect(await grace.page.getByRole('heading', { name: 'There is nothing here' }).isVisible()).toBe(true)
      for (const path of [
        '/',
        '/memories',
        '/memories?q=biscuits',
        '/memories?q=biscuits&sort=newest',
        '/apps',
        '/settings',
      ]) {
        await grace.page.goto(product.uiUrl + path)
        expect([path, /biscuits in|golden retriever|Porto/.test(await grace.page.content())]).toEqual([path, false])
      }
      await ada.page.getByRole('button', { name: 'Sign out' }).click()
      await ada.page.getByRole('heading', { name: 'One memory for all your assistants' }).waitFor()
      await ada.page.goBack()
      await ada.page.waitForLoadState()
      expect(await ada.page.content()).not.toContain('biscuits')
      expect([...ada.complaints, ...grace.complaints]).toEqual([])
      await Promise.all([ada.close(), grace.close()])
    }, 60_000)

    test('an app is paused, resumed and disconnected', async () => {
      const stranger = await signIn(product)
      const call = () =>
        fetch(`${product.apiUrl}/api/v1/memories/`, { headers: { authorization: `Bearer ${stranger.accessToken}` } })
      await fetch(`${product.apiUrl}/api/v1/memories/`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stranger.accessToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ text: 'Told by a second script.' }),
      })
      const { page, complaints, close } = await open()
      await enter(page, '/apps')
      const card = page.getByRole('article').first()
      await card.getByRole('button', { name: 'Pause' }).click()
      await page.getByText('The app is paused').waitFor()
      expect((await call()).status).toBe(403)
      await page.getByRole('button', { name: 'Resume' }).click()
      await page.getByText('may read and write again').waitFor()
      expect((await call()).status).toBe(200)
      await card.getByText('Disconnect…').click()
      await card.getByRole('button', { name: 'Disconnect', exact: true }).click()
      await page.getByText('The app is disconnected').waitFor()
      await Bun.sleep(1_100)
      expect((await call()).status).toBe(401)
      expect(complaints).toEqual([])
      await close()
    }, 60_000)

    test('everything is exported as a file, and taken in again', async () => {
      const { page, complaints, close } = await open()
      await enter(page, '/settings')
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Export all memories' }).click(),
      ])
      expect(download.suggestedFilename()).toMatch(/^souvenir-\d{4}-\d\d-\d\d\.zip$/)
      await page.getByLabel('File').setInputFiles(await download.path())
      await page.getByRole('button', { name: 'Import' }).click()
      await page.getByRole('heading', { name: 'The file was taken in' }).waitFor()
      expect(await page.locator('dl').textContent()).toMatch(/Added0Replaced0Left as they were[1-9]/)
      expect(complaints).toEqual([])
      await close()
    }, 60_000)

    test('no log holds a token, a cookie, or a word of what is remembered or looked for', async () => {
      const { page, close } = await open()
      await enter(page, '/memories?q=what+is+the+dog+called')
      const cookies = await page.context().cookies()
      // An answer that the library refuses, whose error holds all of it.
      await page.context().clearCookies()
      await page.goto(`${product.uiUrl}/session/login`)
      const begun = (await page.context().cookies()).find(({ name }) => name.startsWith('souvenir-ui-login-'))
      const answer = { state: begun?.value.split('.')[0] ?? '', code: 'code-of-somebody', iss: 'https://other.example' }
      await page.goto(`${product.uiUrl}/session/callback?${new URLSearchParams(answer)}`)
      await close()
      const secrets = ['eyJhbGciOi', 'golden retriever', 'dog', 'Nordlys', 'biscuits', 'code-of-somebody']
      const found = [...secrets, ...cookies.map(({ value }) => value)].filter((secret) =>
        product.output().includes(secret),
      )
      expect(cookies.length).toBeGreaterThan(1)
      expect(product.output()).toContain('page refused')
      expect(found).toEqual([])
    }, 60_000)

    if (shape === 'in one process')
      test('a text that is written from the right begins at the right edge of its card, and has its measure', async () => {
        const { page, close } = await open({ viewport: { width: 1280, height: 800 } })
        await add('\u05d0\u05e8\u05d5\u05da '.repeat(120))
        await enter(page, '/memories')
        const [text, row] = (await page.evaluate(`(() => {
          const link = document.querySelector('.memory-link')
          const range = document.createRange()
          range.selectNodeContents(link)
          return [range, link.closest('.memory-row')].map((each) => each.getBoundingClientRect().toJSON())
        })()`)) as { left: number; right: number; width: number }[]
        expect(Math.abs((row?.right ?? 0) - (text?.right ?? 0))).toBeLessThan(8)
        expect(text?.width).toBeLessThan((row?.width ?? 0) - 100)
        await close()
      }, 60_000)

    // What they look like does not depend on which process serves them.
    for (const colorScheme of shape === 'in one process' ? (['light', 'dark'] as const) : [])
      test(`axe-core finds nothing on any page, in ${colorScheme}, and nothing is cut off at 320 pixels`, async () => {
        const { page, complaints, close } = await open({ colorScheme, viewport: { width: 320, height: 700 } })
        const id = await add(`Looked at by axe in ${colorScheme}.`, ['looks'])
        await api('PUT', `/memories/${id}`, { memory_content: `Looked at again by axe in ${colorScheme}.` })
        await api('POST', '/memories/search', { query: 'looked at again by axe' })
        const look = async (where: string) => {
          // In the dark only the colours are others.
          const rules = colorScheme === 'dark' ? ['color-contrast'] : undefined
          expect([where, await axeViolations(page, rules)]).toEqual([where, []])
          expect([where, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([where, 320])
          // A name in two lines is a word that was broken.
          const tallest = "Math.max(0, ...[...document.querySelectorAll('.places a')].map((a) => a.offsetHeight))"
          expect([where, Number(await page.evaluate(tallest)) < 45]).toEqual([where, true])
        }
        await page.goto(product.uiUrl)
        await look('welcome')
        await enter(page, '/memories')
        for (const path of [
          '/',
          '/memories',
          '/memories?q=what+is+the+dog+called',
          '/memories?q=zzzz&sort=newest',
          '/memories?state=paused&category=travel',
          '/memories/new',
          `/memories/${id}`,
          '/memories/nothing-of-this-id',
          '/apps',
          '/settings',
        ]) {
          await page.goto(product.uiUrl + path)
          await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
          await look(path)
        }
        await page.goto(`${product.uiUrl}/apps`)
        await page.getByRole('link', { name: 'Limit…' }).first().click()
        await page.getByRole('button', { name: 'Save' }).waitFor()
        await look('limits of an app')
        await page.goto(`${product.uiUrl}/memories/${id}`)
        await page.getByRole('button', { name: 'Delete…' }).click()
        await look('deletion')
        expect(complaints).toEqual([])
        await close()
      }, 90_000)
  })
