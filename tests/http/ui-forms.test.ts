/** Forms of the pages: what they do, and that no other site can send one. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Browser, formOf } from '../support/browser.ts'
import { type Deployment, deploy, origin } from '../support/deployment.ts'
import { openSignedIn, pageOf, wordsOf } from '../support/ui.ts'

let product: Deployment
let browser: Browser
beforeAll(async () => {
  product = await deploy()
  browser = product.browser()
  await openSignedIn(product, browser, '/memories')
})
afterAll(() => product.close())

const open = async (path: string) => pageOf(await browser.open(path))
const idOf = (url: string) => new URL(url).pathname.split('/').at(-1) ?? ''

async function add(text: string, categories = '', occurredAt = ''): Promise<string> {
  const form = formOf(await open('/memories/new'), '/memories/new')
  return idOf(pageOf(await browser.submit(form, { text, categories, occurred_at: occurredAt })).url)
}

const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  product.form(path, fields, {
    cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    ...headers,
  })

describe('writing', () => {
  test('a memory is added word for word, line breaks and all, and said so', async () => {
    const form = formOf(await open('/memories/new'), '/memories/new')
    const page = pageOf(
      await browser.submit(form, {
        text: '  Two lines:\r\nthe second.',
        categories: 'one, two,one',
        occurred_at: '2026-02-03',
      }),
    )
    expect(page.html).toContain('Two lines:\nthe second.')
    expect(wordsOf(page)).toContain('Remembered.')
    expect(wordsOf(page)).toContain('3 Feb 2026')
    expect(page.html.match(/class="chip"/g)).toHaveLength(2)
  })

  test('what cannot be stored is shown again with what is wrong, and nothing of it is lost', async () => {
    const form = formOf(await open('/memories/new'), '/memories/new')
    const page = pageOf(await browser.submit(form, { text: 'Kept text', categories: 'x'.repeat(101), occurred_at: '' }))
    expect(page.status).toBe(422)
    expect(wordsOf(page)).toContain('must have at most 100 characters')
    expect(page.html).toContain('Kept text')
    expect(page.html).toMatch(/aria-invalid="true" aria-describedby="categories-hint categories-problem"/)
  })

  test('a change keeps what was, and is taken back', async () => {
    const id = await add('Rex is five.')
    const form = formOf(await open(`/memories/${id}`), `/memories/${id}`)
    expect(form.fields.form_token).toBeString()
    const edit = (await open(`/memories/${id}`)).forms.find(({ html }) => html.includes('name="version"'))
    const changed = pageOf(await browser.submit(edit as never, { text: 'Rex is six.', action: 'save' }))
    expect(changed.html).toMatch(/<del[^>]*>Rex is five\.<\/del>/)
    const undone = pageOf(await browser.submit(formOf(changed, `/memories/${id}`), { action: 'undo' }))
    expect(undone.html).toMatch(/<blockquote[^>]*>Rex is five\.<\/blockquote>/)
  })

  test('a change made meanwhile is not overwritten unseen', async () => {
    const id = await add('The gate is green.')
    const edit = (await open(`/memories/${id}`)).forms.find(({ html }) => html.includes('name="version"'))
    await browser.submit(edit as never, { text: 'The gate is blue.', action: 'save' })
    const late = pageOf(await browser.submit(edit as never, { text: 'The gate is red.', action: 'save' }))
    expect(late.status).toBe(422)
    expect(wordsOf(late)).toContain('An app changed it while you were writing')
    expect(late.html).toContain('The gate is red.')
    expect((await open(`/memories/${id}`)).html).toContain('The gate is blue.')
  })

  test('several are archived, found under their state, and brought back', async () => {
    const ids = [await add('Bulk one.'), await add('Bulk two.')]
    const form = (await open('/memories')).forms.find(({ html }) => html.includes('name="back"'))
    const send = (fields: [string, string][]) =>
      post(
        '/memories',
        new URLSearchParams([
          ...Object.entries(form?.fields ?? {}).filter(([name]) => name !== 'id'),
          ...fields,
        ]) as never,
      )
    const archived = await send([['action', 'archived'], ...ids.map((id) => ['id', id] as [string, string])])
    expect(archived.headers.get('location')).toBe('/memories?done=archived&n=2')
    expect((await open('/memories')).html).not.toContain('Bulk one.')
    expect((await open('/memories?state=archived')).html).toContain('Bulk two.')
    await send([
      ['action', 'active'],
      ['id', ids[0] ?? ''],
    ])
    expect((await open('/memories')).html).toContain('Bulk one.')
  })

  test('deleting asks first, then erases', async () => {
    const id = await add('To be forgotten.')
    const question = pageOf(
      await browser.submit(formOf(await open(`/memories/${id}`), `/memories/${id}`), { action: 'delete' }),
    )
    expect(wordsOf(question)).toContain('Delete this memory for good?')
    expect((await open(`/memories/${id}`)).status).toBe(200)
    const done = pageOf(await browser.submit(formOf(question, '/memories'), {}))
    expect(wordsOf(done)).toContain('1 memory was deleted for good.')
    expect((await open(`/memories/${id}`)).status).toBe(404)
  })

  test('search answers a question best first and says why; other orders look for the letters', async () => {
    await add('The boat is called Nordlys.', 'boats')
    const found = await open('/memories?q=what+is+the+boat+called')
    expect(wordsOf(found)).toMatch(/1 found, best first.*Nordlys.*Found by its words: boat/)
    expect(wordsOf(await open('/memories?q=Nordl&sort=newest'))).toContain('1 memory found')
    expect(wordsOf(await open('/memories?category=boats'))).toContain('1 memory found')
    expect(wordsOf(await open('/memories?from=2000-01-01&to=2000-01-02'))).toContain('Nothing matches')
  })

  test('where words alone are compared, a question that finds nothing is told so, and what would help', async () => {
    const hint = 'Memories are found by their words alone here'
    const told = wordsOf(await open('/memories?q=sailng+vesel'))
    expect(told).toMatch(
      new RegExp(`Nothing matches.*${hint}, in other forms too: .*: npx bun src/main.ts models pull`),
    )
    expect(wordsOf(await open('/memories?q=what+is+the+boat+called'))).not.toContain(hint)
    expect(wordsOf(await open('/memories?from=2000-01-01&to=2000-01-02'))).not.toContain(hint)
  })

  test('the usual order is named for what it is, also where nothing is asked', async () => {
    const { html } = await open('/memories?app=souvenir')
    const [usual] = /<select id="sort".*?<\/option>/.exec(html) ?? []
    expect(usual).toEndWith('<option value selected>Newest, or most relevant in a search</option>')
  })

  test('an instruction of the person is told as one among what answers', async () => {
    await add('Always name the harbour when I ask about the ferry.')
    const found = wordsOf(await open('/memories?q=when+does+the+ferry+leave'))
    expect(found).toContain('Found by its words and as an instruction of yours: ferry')
    expect(found).not.toContain('undefined')
  })

  test('a time that the question tells from an event is told with the memory of that event', async () => {
    const event = await add('The exhibition opened.', '', '2026-05-20')
    await add('I framed the etching.', '', '2026-05-06')
    const found = await open('/memories?q=what+did+i+frame+two+weeks+before+the+exhibition')
    expect(wordsOf(found)).toContain('Found by its words: frame and by its time, two weeks before the exhibition')
    expect(found.html).toContain(`<a href="/memories/${event}"><bdi>two weeks before the exhibition</bdi></a>`)
  })

  test('a memory shows which app read it and not what was asked; what a person looks up themselves is not among that', async () => {
    const id = await add('Read by nobody else.')
    await open('/memories?q=read+by+nobody')
    expect(wordsOf(await open(`/memories/${id}`))).toContain('None yet.')
    const { access_token } = await product.signIn(await product.register({ client_name: 'The reader' }))
    await product.send('/api/v1/memories/search', {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'nobody else reads' }),
    })
    const words = wordsOf(await open(`/memories/${id}`))
    expect(words).toContain('The reader')
    expect(words).not.toContain('nobody else reads')
    expect(words).not.toContain('None yet.')
  })
})

describe('request forgery', () => {
  const paths = [
    ['/memories', { action: 'archived', id: 'x' }],
    ['/memories/new', { text: 'Forged.' }],
    ['/memories/00000000-0000-7000-8000-000000000000', { action: 'archived' }],
    ['/apps', { action: 'pause', id: 'x' }],
    ['/settings', { instructions: 'Obey.' }],
    ['/settings/export', {}],
    ['/session/logout', {}],
  ] as const

  test('a form without the token of this session, or with one of another, does nothing', async () => {
    const other = product.browser()
    const theirs = await openSignedIn(product, other, '/memories/new')
    const token = formOf(theirs, '/memories/new').fields.form_token ?? ''
    for (const [path, fields] of paths) {
      for (const form_token of ['', token]) {
        const response = await post(path, { ...fields, form_token })
        expect([path, response.status]).toEqual([path, 403])
      }
    }
    expect((await open('/memories?q=Forged&sort=newest')).html).toContain('Nothing matches')
  })

  test('a form that the browser says another site sent does nothing, whatever it carries', async () => {
    const { form_token = '' } = formOf(await open('/memories/new'), '/memories/new').fields
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site', origin: 'null' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      const response = await post('/memories/new', { text: 'Forged.', form_token }, headers)
      expect([headers, response.status]).toEqual([headers, 403])
    }
    const own = await post(
      '/memories/new',
      { text: 'Genuine.', form_token },
      { origin, 'sec-fetch-site': 'same-origin' },
    )
    expect(own.status).toBe(303)
  })

  test('reading changes nothing: a form’s address answers GET with a page or a redirect, and no other method', async () => {
    for (const [path] of paths) {
      const response = await product.send(path, { method: 'DELETE', headers: { accept: 'text/html' } })
      expect([path, response.status]).toEqual([path, 405])
    }
  })
})

describe('stored text', () => {
  const hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script><a href="javascript:alert(3)">x</a>`

  test('is inert in lists, on its page, in fields, in history and in categories', async () => {
    const id = await add(hostile, '<b>bold</b>')
    const edit = (await open(`/memories/${id}`)).forms.find(({ html }) => html.includes('name="version"'))
    await browser.submit(edit as never, { text: `${hostile} </textarea><script>alert(4)</script>`, action: 'save' })
    for (const path of [
      '/',
      '/memories',
      `/memories?q=${encodeURIComponent(hostile)}`,
      `/memories/${id}`,
      '/settings',
    ]) {
      const { html, status } = await open(path)
      expect([path, status]).toEqual([path, 200])
      const scripts = html.match(/<script[^>]*>/g) ?? []
      expect([path, scripts.every((script) => script.includes('src="/ui/assets/'))]).toEqual([path, true])
      expect([path, /<img|<b>|javascript:alert\(3\)">x<\/a>/.test(html)]).toEqual([path, false])
    }
  })

  test('is inert in the name of an app', async () => {
    const client = await product.register({ client_name: hostile })
    await product.signIn(client)
    const { html } = await open('/apps')
    expect(html).toContain('&lt;img src=x')
    expect(html).not.toContain('<img')
  })

  test('a page has a strict policy: no script inline, nothing of another host, no frame, no cache', async () => {
    const { headers, html } = await open('/settings')
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    expect(headers.get('cache-control')).toBe('no-store')
    expect(html).not.toMatch(/ on\w+=| style=|<style/)
  })
})
