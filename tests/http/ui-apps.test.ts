/** What a person sees of the apps they let in, stops them with, and takes out of and into their memory. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Browser, formOf } from '../support/browser.ts'
import { type Deployment, deploy, type Tokens } from '../support/deployment.ts'
import { openSignedIn, pageOf, wordsOf } from '../support/ui.ts'

let product: Deployment
let browser: Browser
let tokens: Tokens
beforeAll(async () => {
  product = await deploy()
  browser = product.browser()
  await openSignedIn(product, browser, '/memories')
  tokens = await product.signIn(await product.register({ client_name: 'Notebook' }))
  await api('POST', '/memories/', { text: 'Stored by the notebook.' })
})
afterAll(() => product.close())

const open = async (path: string) => pageOf(await browser.open(path))
const api = (method: string, path: string, body?: unknown) =>
  product.send(`/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${tokens.access_token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
/** The form of the notebook: other apps may stand before it. */
const formWith = async (text: string) => {
  const { html: page, forms } = await open('/apps')
  const card = page.split('<article').find((part) => part.includes('Notebook')) ?? ''
  const found = forms.find(({ html }) => html.includes(text) && card.includes(html))
  if (found === undefined) throw new Error(`no form with ${text}`)
  return found
}

test('an app is shown with who stands behind it, what it may do and what it did', async () => {
  const words = wordsOf(await open('/apps'))
  expect(words).toContain('Notebook')
  expect(words).toContain('It registered itself; its name is its own claim.')
  expect(words).toContain('It stored 1 memory and was given 0 memories')
})

test('a paused app can neither read nor write until it is resumed', async () => {
  await browser.submit(await formWith('value="pause"'), { action: 'pause' })
  expect((await api('GET', '/memories/')).status).toBe(403)
  expect(wordsOf(await open('/apps'))).toContain('Paused')
  await browser.submit(await formWith('value="resume"'), { action: 'resume' })
  expect((await api('GET', '/memories/')).status).toBe(200)
})

test('a limited app reads and writes what its person says, and the page shows what that is', async () => {
  const added = await api('POST', '/memories/', { text: 'The rent is due on the third.', categories: ['money'] })
  const { id } = (await added.json()) as { id: string }
  const link = /href="(\/apps\/[^"]+\/access)"/.exec((await open('/apps')).html)?.[1] ?? ''
  const limits = async () => formOf(await open(link), link)
  expect((await limits()).fields).toMatchObject({ read: 'all', write: 'all', categories: '' })
  const saved = pageOf(
    await browser.submit(await limits(), { read: 'own', write: 'none', categories: ' work, travel,work ' }),
  )
  expect(wordsOf(saved)).toContain('What the app may read and write is saved.')
  expect((await limits()).fields).toMatchObject({ read: 'own', write: 'none', categories: 'work, travel' })
  expect(wordsOf(await open('/apps'))).toContain('Limited')
  expect((await api('GET', `/memories/${id}`)).status).toBe(200)
  expect((await api('POST', '/memories/', { text: 'One more.' })).status).toBe(403)
  await browser.submit(await limits(), { read: 'none', write: 'own', categories: '' })
  expect((await api('GET', `/memories/${id}`)).status).toBe(403)
  await browser.submit(await limits(), { read: 'all', write: 'all', categories: '' })
  expect(wordsOf(await open('/apps'))).not.toContain('Limited')
  expect((await api('POST', '/memories/', { text: 'One more.' })).status).toBe(200)
})

test('what an app may do is not loosened by pausing and resuming it, nor does limiting it end a pause', async () => {
  const link = /href="(\/apps\/[^"]+\/access)"/.exec((await open('/apps')).html)?.[1] ?? ''
  await browser.submit(await formWith('value="pause"'), { action: 'pause' })
  await browser.submit(formOf(await open(link), link), { read: 'own', write: 'own', categories: '' })
  expect((await api('GET', '/memories/')).status).toBe(403)
  await browser.submit(await formWith('value="resume"'), { action: 'resume' })
  expect((await api('GET', '/memories/')).status).toBe(200)
  expect(formOf(await open(link), link).fields).toMatchObject({ read: 'own', write: 'own' })
  await browser.submit(formOf(await open(link), link), { read: 'all', write: 'all', categories: '' })
})

test('saving what the page shows loosens nothing, however an app has set it', async () => {
  const link = /href="(\/apps\/[^"]+\/access)"/.exec((await open('/apps')).html)?.[1] ?? ''
  const { access_token } = await product.signIn(await product.register({ client_name: 'Ruler' }))
  const ruled = async (method: string, body?: unknown) => {
    const response = await product.send(`/api/v1${link}`, {
      method,
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return response.json()
  }
  const unlimited = { paused: false, read: 'all', write: 'all' }
  await ruled('PUT', { ...unlimited, categories: ['home, garden', 'work'] })
  await browser.submit(formOf(await open(link), link), { write: 'none' })
  expect(await ruled('GET')).toMatchObject({ write: 'none', categories: ['home, garden', 'work'] })
  await ruled('PUT', { ...unlimited, categories: [] })
  await browser.submit(formOf(await open(link), link), { write: 'none' })
  expect(await ruled('GET')).toMatchObject({ read: 'own', write: 'none' })
  const answer = pageOf(await browser.submit(formOf(await open(link), link), { read: 'all', categories: ' , ' }))
  expect([answer.status, wordsOf(answer)]).toEqual([422, expect.stringContaining('Name a category')])
  await ruled('PUT', unlimited)
})

test('limits that cannot be are told at their field, and an app that nobody let in has no such page', async () => {
  const link = /href="(\/apps\/[^"]+\/access)"/.exec((await open('/apps')).html)?.[1] ?? ''
  const long = { categories: `fine, ${'x'.repeat(200)}` }
  const answer = pageOf(await browser.submit(formOf(await open(link), link), long))
  expect(answer.status).toBe(422)
  expect(wordsOf(answer)).toContain('must have at most 100 characters')
  expect((await open('/apps/nobody/access')).status).toBe(404)
})

test('everything is exported as a file, and taken in again', async () => {
  const settings = await open('/settings')
  const exported = await product.form('/settings/export', formOf(settings, '/settings/export').fields, {
    cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
  })
  expect(exported.headers.get('content-disposition')).toMatch(/^attachment; filename="souvenir-\d{4}-\d\d-\d\d\.zip"$/)
  const zip = await exported.blob()
  const body = new FormData()
  body.set('form_token', formOf(settings, '/settings/import').fields.form_token ?? '')
  body.set('mode', 'skip')
  body.set('file', new File([zip], 'souvenir.zip', { type: 'application/zip' }))
  const report = await product.send('/settings/import', {
    method: 'POST',
    headers: { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    body,
  })
  expect([report.status, (await report.text()).replace(/<[^>]+>/g, ' ')]).toEqual([
    200,
    expect.stringMatching(/Added\s+0\s+Replaced\s+0\s+Left as they were\s+3/),
  ])
})

test('what an app read of a memory again and again on one day is one line, however often', async () => {
  const { id } = (await (await api('POST', '/memories/', { text: 'The kayak is in the shed.' })).json()) as {
    id: string
  }
  for (let times = 0; times < 12; times++) await api('POST', '/memories/search', { query: 'kayak' })
  const readings = async () => {
    const page = await open(`/memories/${id}`)
    return wordsOf({ ...page, html: page.html.split('id="readings"')[1]?.split('</section>')[0] ?? '' })
  }
  expect(await readings()).toMatch(/Notebook , \d+ \w+ \d{4}, \d\d:\d\d UTC , 12 of these that day/)
  expect((await readings()).match(/Notebook/g)).toHaveLength(1)
  expect(await readings()).not.toContain('Page 1 of')
})

test('a file that is no export leads back to the settings, where another is chosen', async () => {
  const body = new FormData()
  body.set('form_token', formOf(await open('/settings'), '/settings/import').fields.form_token ?? '')
  body.set('mode', 'skip')
  body.set('file', new File(['no zip'], 'notes.txt', { type: 'text/plain' }))
  const answer = await product.send('/settings/import', {
    method: 'POST',
    headers: { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    body,
  })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toMatch(/<a class="button" href="\/settings">/)
})

test('what is said of instructions needs no knowledge of protocols', async () => {
  expect(wordsOf(await open('/settings'))).toMatch(/Apps are told to read this before they remember/)
})

test('home: a count leads only to a page that lists what is counted', async () => {
  const { html } = await open('/')
  expect(html.match(/<dd><a href="[^"]+">\d+<\/a><\/dd>/g)).toHaveLength(2)
  expect(html).toMatch(/Categor(y|ies)<\/dt><dd>\d+<\/dd>/)
})

test('a person’s instructions are kept', async () => {
  const saved = pageOf(
    await browser.submit(formOf(await open('/settings'), '/settings'), { instructions: 'No health.' }),
  )
  expect(wordsOf(saved)).toContain('Saved.')
  expect(saved.html).toContain('No health.')
})

test('a disconnected app has no token left, and is no more among those that are connected', async () => {
  await browser.submit(await formWith('value="disconnect"'), { action: 'disconnect' })
  expect((await api('GET', '/memories/')).status).toBe(401)
  expect(wordsOf(await open('/apps'))).toContain('Not connected')
})

test('the front page is a page for people, and for programs the JSON that it was', async () => {
  const page = await product.send('/', { headers: { accept: 'text/html,application/xhtml+xml' } })
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const text = await page.text()
  for (const wanted of [
    'http://localhost:8765/mcp',
    'claude mcp add --transport http souvenir http://localhost:8765/mcp',
    'cursor://anysphere.cursor-deeplink/mcp/install?name=souvenir&amp;config=',
    'vscode:mcp/install?%7B%22name%22%3A%22souvenir%22',
  ])
    expect(text).toContain(wanted)
  const program = await product.send('/', { headers: { accept: 'application/json' } })
  expect([program.status, program.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  // Whoever tries the address with curl first is not to think that nothing runs.
  expect(((await program.json()) as { detail: string }).detail).toContain('The pages for people are here')
})

test('AUTH=none: whoever reaches the pages is the owner, and other sites still cannot send their forms', async () => {
  const open = await deploy({ AUTH: 'none' })
  const start = wordsOf(pageOf(await open.browser().open('/')))
  expect(start).toContain('There is no sign-in (AUTH=none)')
  expect(start).not.toContain('you sign in')
  const home = pageOf(await open.browser().open('/memories/new'))
  expect(home.status).toBe(200)
  const form = formOf(home, '/memories/new')
  const forged = await open.form('/memories/new', { text: 'Forged.' })
  expect(forged.status).toBe(403)
  const added = await open.form('/memories/new', { ...form.fields, text: 'Genuine.', categories: '', occurred_at: '' })
  expect(added.status).toBe(303)
  expect((await open.send('/apps')).status).toBe(200)
  await open.close()
})

test('where nothing is, a browser gets a page with ways back, and a program JSON', async () => {
  const lost = pageOf(await browser.open('/memmories'))
  expect([lost.status, wordsOf(lost)]).toEqual([404, expect.stringContaining('There is nothing here')])
  expect(lost.html).toContain('href="/memories"')
  for (const [method, path] of [
    ['GET', '/memmories'],
    ['POST', '/memmories'],
    ['GET', '/mcp/nothing'],
    ['GET', '/.well-known/nothing'],
  ] as const) {
    const answer = await product.send(path, { method, headers: { accept: 'application/json' } })
    expect([path, answer.status]).toEqual([path, 404])
    expect(answer.headers.get('content-type')).toMatch(/^application\/(problem\+)?json/)
  }
})
