/** The dashboard as a relying party of its own issuer: sign-in, session, refresh, logout, and what must not work. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openSignedIn, pageOf, wordsOf } from '../support/dashboard.ts'
import { type Deployment, deploy } from '../support/deployment.ts'

const secret = 'Ada hides the biscuits in the piano.'
let product: Deployment
let id: string

beforeAll(async () => {
  product = await deploy()
  await product.dependencies.people?.add('grace')
  const client = await product.register()
  const { access_token } = await product.signIn(client)
  const added = await product.send('/api/v1/memories/', {
    method: 'POST',
    headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text: secret }),
  })
  id = ((await added.json()) as { id: string }).id
})
afterAll(() => product.close())

describe('the page of one memory', () => {
  test("a search result's address leads its owner through sign-in to the text", async () => {
    const page = await openSignedIn(product, product.browser(), `/memories/${id}`)
    expect([page.status, new URL(page.url).pathname]).toEqual([200, `/memories/${id}`])
    expect(wordsOf(page)).toContain(secret)
  })

  test('another person sees the page of what is not there, not a word of the text', async () => {
    const browser = product.browser()
    const page = await openSignedIn(product, browser, `/memories/${id}`, 'grace')
    const missing = pageOf(await browser.open('/memories/00000000-0000-7000-8000-000000000000'))
    expect([page.status, missing.status]).toEqual([404, 404])
    expect(page.html).not.toContain('biscuits')
    const withoutReference = (html: string) => html.replace(/<code>[^<]*<\/code>/g, '')
    expect(withoutReference(page.html)).toBe(withoutReference(missing.html))
  })

  test('a stranger gets no page, only the way to sign in', async () => {
    const response = await product.send(`/memories/${id}`)
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      `/session/login?to=${encodeURIComponent(`/memories/${id}`)}`,
    ])
    expect(await response.text()).toBe('')
  })
})
