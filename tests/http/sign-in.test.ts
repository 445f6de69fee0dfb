import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Client } from '../../src/oidc/ports.ts'
import { deriveOwnerId } from '../../src/oidc/signin/account.ts'
import type { GrantId } from '../../src/shared/brand.ts'
import { type AuthorizationServer, pageOf, startAuthorizationServer, textOf } from '../support/authorization-server.ts'
import { type Browser, formOf } from '../support/browser.ts'

let here: AuthorizationServer
let client: Client
let using: Browser
beforeEach(async () => {
  here = await startAuthorizationServer()
  client = await here.addClient({ name: 'Travel planner' })
  using = here.browser()
})
afterEach(() => here.close())

const begin = async () => pageOf(await using.open(here.authorizationUrl(client, { scope: 'openid memories:read' })))
const typed = async (code: string) => pageOf(await using.submit(formOf(await begin(), '/code'), { code }))
const freshCode = async () => (await here.people.issueCode()).code
const isSignedIn = () => using.cookies.has('__Host-souvenir-session')

describe('the sign-in page', () => {
  test('MCP authorization, confused deputy: it names the client, what it asks for and where the browser goes', async () => {
    const text = textOf(await begin())
    expect(text).toContain('Travel planner')
    expect(text).toContain('Read your memories')
    expect(text).not.toContain('Add, change and delete')
    expect(text).toContain('app.example')
  })

  test('it says what comes: a question on the next page, which is not yet a choice of what the app may do', async () => {
    const text = textOf(await begin())
    expect(text).toContain('You are asked on the next page; under Apps you can limit it afterwards.')
    expect(text).not.toContain('You decide')
  })

  test('RFC 6749 section 10.12: its address is of no use in another browser, which gets 403', async () => {
    const { url } = await begin()
    const elsewhere = pageOf(await here.browser().open(url))
    expect(elsewhere.status).toBe(403)
    expect(elsewhere.forms).toEqual([])
  })

  test('a form of this browser posted from another browser signs nobody in', async () => {
    const form = formOf(await begin(), '/code')
    const other = here.browser()
    expect(pageOf(await other.submit(form, { code: await freshCode() })).status).toBe(403)
    expect(other.cookies.size).toBe(0)
  })

  test('an address that was never given out, or is older than half an hour, says to begin again', async () => {
    const page = await begin()
    expect(pageOf(await using.open('/auth/signin/nothing')).status).toBe(400)
    here.clock.advanceSeconds(1_801)
    const late = pageOf(await using.open(page.url))
    expect(late.status).toBe(400)
    expect(textOf(late)).toContain('connect again')
  })
})

describe('the printed code', () => {
  test('each person is given their own: the page says how, of the owner and of others', async () => {
    const hint =
      'Whoever runs this server gives you one: souvenir code for the owner, souvenir code --user NAME for others'
    expect(textOf(await begin())).toContain(hint)
  })

  test('has 12 characters in three groups, without letters that read like digits', async () => {
    expect(await freshCode()).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}$/)
  })

  test('signs in, and is forgiving about how it is typed', async () => {
    for (const change of [
      (code: string) => code.toLowerCase(),
      (code: string) => code.replaceAll('-', ''),
      (code: string) => `  ${code.replaceAll('-', ' ')}  `,
      (code: string) => code.replaceAll('-', '\u2013'),
      (code: string) => code.replaceAll('0', 'o').replaceAll('1', 'l'),
    ]) {
      const browser = here.browser()
      const page = await browser.open(here.authorizationUrl(client))
      const next = pageOf(await browser.submit(formOf(page, '/code'), { code: change(await freshCode()) }))
      expect(next.url).toContain('/auth/consent/')
    }
  })

  test('works once', async () => {
    const code = await freshCode()
    await typed(code)
    using = here.browser()
    const again = await typed(code)
    expect(again.status).toBe(400)
    expect(isSignedIn()).toBe(false)
  })

  test('ends after 15 minutes', async () => {
    const code = await freshCode()
    here.clock.advanceSeconds(901)
    expect((await typed(code)).status).toBe(400)
    expect(isSignedIn()).toBe(false)
  })

  test('ends after five wrong guesses at it, and other codes live on', async () => {
    const code = await freshCode()
    const other = await freshCode()
    const wrong = code.slice(0, -1) + (code.endsWith('0') ? '2' : '0')
    for (let guess = 0; guess < 5; guess++) expect((await typed(wrong)).status).toBe(400)
    expect((await typed(code)).status).toBe(400)
    expect((await typed(other)).url).toContain('/auth/consent/')
  })

  test('20 posts end the sign-in itself', async () => {
    let page = await begin()
    for (let guess = 0; guess < 20; guess++)
      page = pageOf(await using.submit(formOf(page, '/code'), { code: '0000-0000-0000' }))
    const end = pageOf(await using.submit(formOf(page, '/code'), { code: await freshCode() }))
    expect(end.status).toBe(429)
    expect(isSignedIn()).toBe(false)
  })

  for (const code of [
    '',
    'x',
    '0000-0000-000',
    '0000-0000-00000',
    '!!!!-????-****',
    'a'.repeat(3_000),
    '\u{1f512}'.repeat(12),
  ])
    test(`what is no code, such as ${JSON.stringify(code.slice(0, 20))}, is told so`, async () => {
      const page = await typed(code)
      expect(page.status).toBe(400)
      expect(textOf(page)).toContain('That code is not right')
      expect(textOf(page)).toContain('or was made for another DATA_DIR.')
    })

  test('of a person who was removed signs nobody in', async () => {
    await here.people.add('leaver')
    const { code } = await here.people.issueCode('leaver')
    await here.people.remove('leaver')
    expect((await typed(code)).status).toBe(400)
    expect(isSignedIn()).toBe(false)
  })

  test('printed before a person was removed does not work when they are added again; one printed afterwards does', async () => {
    await here.people.add('leaver')
    const { code } = await here.people.issueCode('leaver')
    here.clock.advanceSeconds(1)
    await here.people.remove('leaver')
    await here.people.add('leaver')
    expect((await typed(code)).status).toBe(400)
    expect(isSignedIn()).toBe(false)
    expect((await typed((await here.people.issueCode('leaver')).code)).url).toContain('/auth/consent/')
  })
})

describe('RFC 6749 section 10.12: the form token', () => {
  test('is good for one post: a replayed form is shown again and redeems no code', async () => {
    const form = formOf(await begin(), '/code')
    await using.submit(form, { code: '0000-0000-0000' })
    const code = await freshCode()
    const replayed = pageOf(await using.submit(form, { code }))
    expect(replayed.status).toBe(403)
    expect(isSignedIn()).toBe(false)
    expect(pageOf(await using.submit(formOf(replayed, '/code'), { code })).url).toContain('/auth/consent/')
  })

  test('a form without one, or with a made-up one, is shown again', async () => {
    for (const form_token of ['', 'made-up']) {
      const form = formOf(await begin(), '/code')
      const page = pageOf(await using.submit(form, { form_token, code: await freshCode() }))
      expect(page.status).toBe(403)
    }
    expect(isSignedIn()).toBe(false)
  })

  test('of a page that was opened twice only the later one counts', async () => {
    const first = await begin()
    const second = pageOf(await using.open(first.url))
    const code = await freshCode()
    expect(pageOf(await using.submit(formOf(first, '/code'), { code })).status).toBe(403)
    expect(pageOf(await using.submit(formOf(second, '/code'), { code })).status).toBe(403) // spent by nobody, but replaced
    expect(isSignedIn()).toBe(false)
  })

  test('20 posts of one form at once: one is taken', async () => {
    const form = formOf(await begin(), '/code')
    const code = await freshCode()
    const pages = await Promise.all(Array.from({ length: 19 }, () => using.submit(form, { code })))
    expect(pages.map(pageOf).filter(({ url }) => url.includes('/auth/consent/'))).toHaveLength(1)
  })
})

describe('what happens meanwhile', () => {
  test('two sign-ins side by side in one browser do not disturb each other', async () => {
    const first = await begin()
    const second = await begin()
    for (const page of [first, second]) {
      const next = pageOf(await using.submit(formOf(page, '/code'), { code: await freshCode() }))
      expect(next.url).toContain('/auth/consent/')
    }
  })

  test('a client that is removed during sign-in gets nothing', async () => {
    const page = await begin()
    await here.dependencies.stores.clients.delete(client.id)
    const next = pageOf(await using.submit(formOf(page, '/code'), { code: await freshCode() }))
    expect(next.status).toBe(400)
    expect(textOf(next)).toContain('no longer registered')
  })

  test('a person who was removed and added again is signed out: what was taken before is worth nothing', async () => {
    await here.people.add('leaver')
    await here.enterCode(using, await begin(), 'leaver')
    expect(pageOf(await using.open(here.authorizationUrl(client))).url).toContain('/auth/consent/')
    here.clock.advanceSeconds(1)
    await here.people.remove('leaver')
    await here.people.add('leaver')
    expect(pageOf(await using.open(here.authorizationUrl(client))).url).toContain('/auth/signin/')
  })

  test('the consent page of a person who was removed and added again allows nothing any more', async () => {
    await here.people.add('leaver')
    const consent = formOf(await here.enterCode(using, await begin(), 'leaver'), '/auth/consent/')
    here.clock.advanceSeconds(1)
    await here.people.remove('leaver')
    await here.people.add('leaver')
    expect(pageOf(await using.submit(consent, { decision: 'allow' })).url).toContain('/auth/signin/')
    expect(await here.dependencies.stores.grants.listByClient(client.id)).toEqual([])
  })

  test('what a person allows while they are being removed ends with the rest', async () => {
    await here.people.add('leaver')
    const { grants, users } = here.dependencies.stores
    const ownerId = deriveOwnerId({ provider: 'console', subject: 'leaver' })
    const remove = users.delete.bind(users)
    users.delete = async (id) => {
      await grants.save({
        id: 'late' as GrantId,
        ownerId,
        clientId: client.id,
        scopes: [],
        resources: [],
        createdAt: 0,
        updatedAt: 0,
      })
      return remove(id)
    }
    await here.people.remove('leaver')
    expect(await grants.list(ownerId)).toEqual([])
  })

  test('a person who is removed before the consent page sees that they are', async () => {
    await here.people.add('leaver')
    const consent = pageOf(await here.enterCode(using, await begin(), 'leaver'))
    await here.people.remove('leaver')
    expect(pageOf(await using.open(consent.url)).status).toBe(403)
  })
})

test('a form that is too large, or no form, is refused with what to do', async () => {
  const { action } = formOf(await begin(), '/code')
  const cookie = [...using.cookies].map((pair) => pair.join('=')).join('; ')
  const post = (body: string, type: string) =>
    here.send(action, { method: 'POST', headers: { 'content-type': type, cookie }, body })
  expect((await post('a'.repeat(5_000), 'application/x-www-form-urlencoded')).status).toBe(413)
  expect((await post('{}', 'application/json')).status).toBe(400)
  expect((await post('code=%ff', 'application/x-www-form-urlencoded')).status).toBe(400)
})
