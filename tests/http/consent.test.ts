import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Client } from '../../src/oidc/ports.ts'
import {
  type AuthorizationServer,
  callback,
  departureOf,
  pageOf,
  startAuthorizationServer,
  textOf,
} from '../support/authorization-server.ts'
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

type Changes = Readonly<Record<string, string | undefined>>

/** The consent page of a request, with a sign-in before it where there has to be one. */
async function ask(changes: Changes = {}, of: Client = client) {
  const at = await using.open(here.authorizationUrl(of, changes))
  return pageOf('left' in at || !at.url.includes('/auth/signin/') ? at : await here.enterCode(using, at))
}
const answer = async (page: Awaited<ReturnType<typeof ask>>, decision: string) =>
  using.submit(formOf(page, '/auth/consent/'), { decision })

describe('OpenID Connect Core 3.1.2.4: the consent page', () => {
  test('names the client, its origin, where the browser goes, what it may do, and who is signed in', async () => {
    const text = textOf(await ask({ scope: 'openid email offline_access memories:write' }))
    for (const words of [
      'Connect Travel planner',
      'Added by whoever runs this server',
      'app.example',
      'Add, change and delete your memories',
      'See your e-mail address',
      'Stay connected while you are away',
      'Signed in as owner',
    ])
      expect(text).toContain(words)
    expect(text).not.toContain('Read your memories')
    expect(text).not.toContain('Nobody vouches')
  })

  test('the account itself is a line of its own, before all others, for an app that asks for it by name', async () => {
    const line = 'Delete your whole account, with every memory in it, for good'
    expect(textOf(await ask({ scope: 'openid memories:read memories:write account:delete' }))).not.toContain(line)
    const remover = await here.addClient({ name: 'Goodbye', scope: 'openid memories:write account:delete' })
    const text = textOf(await ask({ scope: 'openid memories:write account:delete' }, remover))
    expect(text).toContain(line)
    expect(text.indexOf(line)).toBeLessThan(text.indexOf('Add, change and delete your memories'))
  })

  test('warns of a client that registered itself, and says who published a metadata document', async () => {
    const dynamic = await here.addClient({ kind: 'dynamic', name: 'ChatGPT' })
    expect(textOf(await ask({}, dynamic))).toContain('Nobody vouches for this app')
    const id = 'https://chatgpt.com/oauth/client.json' as Client['id']
    const document = await here.addClient({ kind: 'document', id, name: 'ChatGPT' })
    const text = textOf(await ask({}, document))
    expect(text).toContain('Published by chatgpt.com')
    expect(text).not.toContain('Nobody vouches')
  })

  test('somebody else can sign in from it, and is then the one who is asked', async () => {
    await here.people.add('guest')
    const page = await ask()
    const link = /href="(\/auth\/signin\/[^"]+)"/.exec(page.html)?.[1] ?? ''
    const theirs = pageOf(await here.enterCode(using, await using.open(link), 'guest'))
    expect(theirs.url).toBe(page.url)
    expect(textOf(theirs)).toContain('Signed in as guest')
  })

  test('allowed: a code, once; the page that brings the browser back cannot be used again', async () => {
    const page = await ask()
    const left = departureOf(await answer(page, 'allow'))
    expect(left.searchParams.get('code')).not.toBeNull()
    expect(pageOf(await answer(page, 'allow')).status).toBe(400)
    expect(pageOf(await using.open(page.url)).status).toBe(400)
  })

  test('RFC 6749 section 4.1.2.1: refused is access_denied, and nothing is remembered', async () => {
    const left = departureOf(await answer(await ask(), 'deny'))
    expect(Object.fromEntries(left.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'the-state',
      iss: here.issuer,
    })
    expect(left.searchParams.has('code')).toBe(false)
    expect((await ask()).url).toContain('/auth/consent/')
  })

  test('neither allowed nor refused: the page is shown again', async () => {
    const page = pageOf(await answer(await ask(), 'perhaps'))
    expect(page.status).toBe(400)
    expect(departureOf(await answer(page, 'allow')).searchParams.get('code')).not.toBeNull()
  })

  test('cannot be reached before signing in', async () => {
    const page = pageOf(await using.open(here.authorizationUrl(client)))
    expect(pageOf(await using.open(page.url.replace('/signin/', '/consent/'))).url).toContain('/auth/signin/')
    const form = formOf(page, '/code')
    const action = form.action.replace('/signin/', '/consent/').replace('/code', '')
    const posted = await using.submit({ ...form, action }, { decision: 'allow' })
    expect(pageOf(posted).url).toContain('/auth/signin/')
  })
})

describe('RFC 6749 section 10.12: consent cannot be given for somebody', () => {
  test('a post without the form token, or with a made-up one, is shown the page again', async () => {
    for (const form_token of ['', 'made-up']) {
      const page = pageOf(await using.submit(formOf(await ask(), '/auth/consent/'), { decision: 'allow', form_token }))
      expect(page.status).toBe(403)
    }
  })

  test('a post from a browser without the cookie is 403, with all other values right', async () => {
    const form = formOf(await ask(), '/auth/consent/')
    expect(pageOf(await here.browser().submit(form, { decision: 'allow' })).status).toBe(403)
  })

  test('on a page that somebody left open and signed out, or where someone else signed in, nothing can be allowed', async () => {
    const left = await ask()
    using.cookies.delete('__Host-souvenir-session')
    expect(pageOf(await answer(left, 'allow')).url).toContain('/auth/signin/')
    using = here.browser()
    const theirs = await ask()
    await here.people.add('other')
    await here.enterCode(using, await using.open(here.authorizationUrl(client, { prompt: 'login' })), 'other')
    expect(pageOf(await using.open(theirs.url)).url).toContain('/auth/signin/')
    expect(pageOf(await answer(theirs, 'allow')).url).toContain('/auth/signin/')
  })

  test('20 posts at once give one code', async () => {
    const form = formOf(await ask(), '/auth/consent/')
    const answers = await Promise.all(Array.from({ length: 19 }, () => using.submit(form, { decision: 'allow' })))
    expect(answers.filter((at) => 'left' in at)).toHaveLength(1)
  })

  test("the answer to a form is a page that moves on, since form-action 'self' blocks redirects elsewhere", async () => {
    const form = formOf(await ask(), '/auth/consent/')
    const cookie = [...using.cookies].map((pair) => pair.join('=')).join('; ')
    const response = await here.send(form.action, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie },
      body: new URLSearchParams({ ...form.fields, decision: 'allow' }).toString(),
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('location')).toBeNull()
    const html = await response.text()
    expect(html).toContain(`<meta http-equiv="refresh" content="0;url=${callback}?code=`)
    expect(html).toContain(`href="${callback}?code=`)
    expect(html).not.toContain('<script')
  })
})

describe('what is remembered', () => {
  test('the same request, or less, is answered without asking', async () => {
    await answer(await ask({ scope: 'openid memories:read memories:write' }), 'allow')
    for (const scope of ['openid memories:read memories:write', 'memories:write openid', 'openid'])
      expect(departureOf(await using.open(here.authorizationUrl(client, { scope }))).searchParams.has('code')).toBe(
        true,
      )
  })

  test('more scope, or another resource, is asked for; prompt=none says consent_required', async () => {
    await answer(await ask({ scope: 'openid', resource: `${here.apiBaseUrl}/mcp` }), 'allow')
    for (const changes of [
      { scope: 'openid memories:read', resource: `${here.apiBaseUrl}/mcp` },
      { scope: 'openid', resource: `${here.apiBaseUrl}/api/v1` },
      { scope: 'openid' },
    ]) {
      expect((await ask(changes)).url).toContain('/auth/consent/')
      const silent = departureOf(await using.open(here.authorizationUrl(client, { ...changes, prompt: 'none' })))
      expect(silent.searchParams.get('error')).toBe('consent_required')
    }
  })

  test('OpenID Connect Core 5.5: claims asked for by name are shown, and are not covered by a consent to less', async () => {
    await answer(await ask({ scope: 'openid' }), 'allow')
    const claims = JSON.stringify({ userinfo: { email: null } })
    const page = await ask({ scope: 'openid', claims })
    expect(page.url).toContain('/auth/consent/')
    expect(textOf(page)).toContain('See your e-mail address')
    await answer(page, 'allow')
    const again = await using.open(here.authorizationUrl(client, { scope: 'openid', claims }))
    expect(departureOf(again).searchParams.has('code')).toBe(true)
  })

  test('what was allowed at different times adds up', async () => {
    await answer(await ask({ scope: 'openid memories:read' }), 'allow')
    await answer(await ask({ scope: 'openid memories:write' }), 'allow')
    const both = await using.open(here.authorizationUrl(client, { scope: 'openid memories:read memories:write' }))
    expect(departureOf(both).searchParams.has('code')).toBe(true)
  })

  test('allowed twice at once for the first time, in two browsers: both codes are good', async () => {
    const pages = await Promise.all(
      [here.browser(), here.browser()].map(async (browser) => ({
        browser,
        page: await here.enterCode(browser, await browser.open(here.authorizationUrl(client))),
      })),
    )
    const answers = await Promise.all(
      pages.map(({ browser, page }) => browser.submit(formOf(page, '/auth/consent/'), { decision: 'allow' })),
    )
    for (const one of answers) expect((await here.redeem(client, departureOf(one))).access_token).toBeString()
  })

  test('is for this client and this person only', async () => {
    await answer(await ask(), 'allow')
    expect((await ask({}, await here.addClient())).url).toContain('/auth/consent/')
    await here.people.add('other')
    using = here.browser()
    const at = await here.enterCode(using, await using.open(here.authorizationUrl(client)), 'other')
    expect(pageOf(at).url).toContain('/auth/consent/')
  })

  test('RFC 8252 section 8.6: a public client on loopback or a private scheme is asked about every time', async () => {
    for (const redirect_uri of ['http://127.0.0.1:5000/callback', 'app.example:/callback']) {
      const native = await here.addClient({ redirectUris: ['http://127.0.0.1/callback', 'app.example:/callback'] })
      expect(departureOf(await answer(await ask({ redirect_uri }, native), 'allow')).searchParams.has('code')).toBe(
        true,
      )
      expect((await ask({ redirect_uri }, native)).url).toContain('/auth/consent/')
    }
  })

  test('a client that registered itself no longer expires once it was allowed', async () => {
    const expiresAt = here.clock.now() / 1000 + 3_600
    const dynamic = await here.addClient({ kind: 'dynamic', expiresAt })
    await answer(await ask({}, dynamic), 'allow')
    here.clock.advanceSeconds(7_200)
    expect(departureOf(await using.open(here.authorizationUrl(dynamic))).searchParams.has('code')).toBe(true)
  })
})

describe('RFC 9700 section 4.1: what was allowed is to be sent to the address that was shown', () => {
  const elsewhere = 'https://attacker.example/callback'

  test('another registered redirect URI is put before the person, and prompt=none is consent_required', async () => {
    const two = await here.addClient({ kind: 'dynamic', redirectUris: [callback, elsewhere] })
    departureOf(await answer(await ask({}, two), 'allow'))
    expect(departureOf(await using.open(here.authorizationUrl(two))).searchParams.get('code')).not.toBeNull()

    const silent = departureOf(
      await using.open(here.authorizationUrl(two, { redirect_uri: elsewhere, prompt: 'none' })),
    )
    expect(silent.searchParams.get('error')).toBe('consent_required')
    const page = await ask({ redirect_uri: elsewhere }, two)
    expect(page.url).toContain('/auth/consent/')
    expect(textOf(page)).toContain('attacker.example')
  })

  test('RFC 7592 section 2.2: so is one that the client registered afterwards; both are remembered once allowed', async () => {
    const changing = await here.addClient({ kind: 'dynamic' })
    departureOf(await answer(await ask({}, changing), 'allow'))
    const known = await here.dependencies.stores.clients.find(changing.id)
    if (known === undefined) throw new Error('the client is gone')
    await here.dependencies.stores.clients.save({ ...known, redirectUris: [callback, elsewhere] })

    departureOf(await answer(await ask({ redirect_uri: elsewhere }, changing), 'allow'))
    for (const redirect_uri of [callback, elsewhere]) {
      const left = departureOf(await using.open(here.authorizationUrl(changing, { redirect_uri })))
      expect(left.searchParams.get('code')).not.toBeNull()
    }
  })
})
