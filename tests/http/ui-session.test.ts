/** The pages as a relying party of its own issuer: sign-in, session, refresh, logout, and what must not work. */
import { afterAll, beforeAll, describe, expect, setSystemTime, test } from 'bun:test'
import { type Browser, formOf } from '../support/browser.ts'
import { type Deployment, deploy, issuer, origin } from '../support/deployment.ts'
import { keptSessions, openSignedIn, pageOf, wordsOf } from '../support/ui.ts'

const secret = 'Ada hides the biscuits in the piano.'
let product: Deployment
let id: string

beforeAll(async () => {
  product = await deploy()
  await product.dependencies.people?.add('grace')
  const { access_token } = await product.signIn(await product.register())
  const added = await product.send('/api/v1/memories/', {
    method: 'POST',
    headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text: secret }),
  })
  id = ((await added.json()) as { id: string }).id
})
afterAll(() => product.close())

const cookieOf = (browser: Browser) => browser.cookies.get('souvenir-ui') ?? ''
const withCookie = (browser: Browser) => ({
  cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
})

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
    expect([response.status, response.headers.get('location'), await response.text()]).toEqual([
      303,
      `/session/login?to=${encodeURIComponent(`/memories/${id}`)}`,
      '',
    ])
  })
})

describe('sign-in', () => {
  test('OpenID Connect Core section 3.1.2.1: code, PKCE, a state and a nonce of this browser', async () => {
    const response = await product.send('/session/login?to=/apps')
    const asked = new URL(response.headers.get('location') ?? '').searchParams
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: 'souvenir-ui',
      redirect_uri: `${origin}/session/callback`,
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    })
    const [cookie = '', ...others] = response.headers.getSetCookie()
    expect(others).toEqual([])
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=1800$/)
    expect(cookie).toContain(asked.get('state') ?? 'none')
  })

  test('login CSRF: an answer that another browser asked for signs nobody in', async () => {
    const [attacker, victim] = [product.browser(), product.browser()]
    const begun = await product.send('/session/login')
    attacker.cookies.set('souvenir-ui-login', begun.headers.getSetCookie()[0] ?? '')
    const page = await attacker.open(begun.headers.get('location') ?? '')
    let answer = ''
    const consenting = formOf(page, '/code')
    const response = await product.send(consenting.action, {
      method: 'POST',
      headers: { ...withCookie(attacker), 'content-type': 'application/x-www-form-urlencoded', origin },
      body: new URLSearchParams({ ...consenting.fields, code: await product.issueCode('grace') }).toString(),
    })
    answer = /url=([^"]+)/.exec(await response.text())?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(answer).toContain('/session/callback?code=')
    const forced = pageOf(await victim.open(answer))
    expect([forced.status, cookieOf(victim)]).toEqual([403, ''])
  })

  test('RFC 9207 and 6749: a wrong issuer, a made-up code and a refusal sign nobody in', async () => {
    for (const [changes, status] of [
      [`iss=https://other.example&code=x`, 403],
      [`iss=${issuer}&code=made-up`, 403],
      [`iss=${issuer}&code=one&code=two`, 403],
      [`iss=${issuer}`, 403],
      [`iss=${issuer}&error=access_denied`, 200],
    ] as const) {
      const browser = product.browser()
      const begun = pageOf(await browser.open('/session/login'))
      expect(begun.forms).not.toBeEmpty()
      const name = [...browser.cookies.keys()].find((key) => key.startsWith('souvenir-ui-login-')) ?? ''
      const state = browser.cookies.get(name)?.split('.')[0] ?? ''
      const page = pageOf(await browser.open(`/session/callback?state=${state}&${changes}`))
      expect([changes, page.status, cookieOf(browser)]).toEqual([changes, status, ''])
    }
  })

  test('afterwards leads to pages of this server alone', async () => {
    for (const to of [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example',
      '/session/login?to=/',
      'javascript:alert(1)',
    ]) {
      const browser = product.browser()
      const page = await openSignedIn(product, browser, `/session/login?${new URLSearchParams({ to })}`)
      expect([to, page.url]).toEqual([to, `${origin}/`])
    }
  }, 20_000)

  test('an id of before the sign-in is worth nothing after it: nobody can plant one', async () => {
    const browser = product.browser()
    const planted = 'p'.repeat(43)
    browser.cookies.set('souvenir-ui', planted)
    await openSignedIn(product, browser, '/session/login')
    expect(cookieOf(browser)).toMatch(/^[\w-]{43}$/)
    expect(cookieOf(browser)).not.toBe(planted)
  })
})

/** Moves the clock, and lets the feed of revocations be heard at the new time. */
async function later(seconds: number): Promise<void> {
  setSystemTime(Date.now() + seconds * 1_000)
  await Bun.sleep(600)
}

describe('the session', () => {
  test('RFC 6265bis: on https the cookie is __Host-, Secure, HttpOnly and Lax, and holds no token', async () => {
    const secure = await deploy({
      OIDC_BASE_URL: 'https://auth.example.com',
      API_BASE_URL: 'https://memory.example.com',
    })
    const begun = await secure.send('/session/login')
    expect(begun.headers.getSetCookie()[0]).toMatch(
      /^__Host-souvenir-ui-login-[\w-]{8}=[^;]*; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=1800$/,
    )
    await secure.close()
    const browser = product.browser()
    await openSignedIn(product, browser, '/memories')
    const page = await openSignedIn(product, browser, '/memories')
    expect(page.status).toBe(200)
    expect(cookieOf(browser)).toMatch(/^[\w-]{43}$/)
  })

  test('an access token that has expired is renewed on the way, by all requests of a page at once', async () => {
    const browser = product.browser()
    await openSignedIn(product, browser, '/memories')
    try {
      await later(3_600)
      const pages = await Promise.all(Array.from({ length: 8 }, () => browser.open('/memories')))
      expect(pages.map((page) => pageOf(page).status)).toEqual(pages.map(() => 200))
      await later(3_600)
      expect(pageOf(await browser.open('/memories')).status).toBe(200)
    } finally {
      setSystemTime()
    }
  })

  test('two processes share it: who signed in at one is signed in at the other, and signed out of both at once', async () => {
    const another = await deploy(product.shared)
    const browser = product.browser()
    const page = await openSignedIn(product, browser, '/memories')
    const there = await another.send('/memories', { headers: withCookie(browser) })
    expect([there.status, (await there.text()).includes(secret)]).toEqual([200, true])
    const cookies = withCookie(browser)
    await browser.submit(formOf(page, '/session/logout'), {})
    expect((await another.send('/memories', { headers: cookies })).status).toBe(303)
    await another.close()
  })

  test('what is kept of it opens with the cookie alone: the engine holds no token', async () => {
    const browser = product.browser()
    await openSignedIn(product, browser, '/memories')
    const kept = await keptSessions(product.shared)
    // How every JWT of ours begins; and what is there, so that the right place was looked at.
    const found = ['eyJhbGciOi', cookieOf(browser), 'sealed'].map((clear) => kept.includes(clear))
    expect(found).toEqual([false, false, true])
  })

  test('whoever is signed out everywhere is signed out here: the page asks to sign in, once', async () => {
    const browser = product.browser()
    await openSignedIn(product, browser, '/memories', 'grace')
    const kept = new Map(browser.cookies)
    // What `users remove` and a revoked grant do.
    const owner = await product.dependencies.auth?.stores.users.findByIdentity({
      provider: 'console',
      subject: 'grace',
    })
    const [grant] = (await product.dependencies.auth?.stores.grants.list(owner?.id ?? ('' as never))) ?? []
    await product.dependencies.auth?.stores.refreshTokens.revokeGrant(grant?.id ?? ('' as never))
    await product.dependencies.auth?.feed.revoke({
      kind: 'grant',
      id: grant?.id ?? '',
      expiresAt: Math.floor(Date.now() / 1000) + 600,
    })
    const response = await product.send('/memories', { headers: withCookie({ ...browser, cookies: kept }) })
    expect([response.status, response.headers.get('location')]).toEqual([303, '/session/login?to=%2Fmemories'])
  })

  test('a part of a page that is fetched by htmx takes the whole page along to sign in', async () => {
    const response = await product.send('/memories?q=x', {
      headers: { 'hx-request': 'true', 'hx-current-url': `${origin}/memories?q=x` },
    })
    expect([response.status, response.headers.get('hx-redirect')]).toEqual([
      200,
      `/session/login?to=${encodeURIComponent('/memories?q=x')}`,
    ])
  })

  test('RP-Initiated Logout 1.0: signing out ends the session here and at the issuer, and its tokens', async () => {
    const browser = product.browser()
    const home = await openSignedIn(product, browser, '/memories')
    const before = new Map(browser.cookies)
    const end = pageOf(await browser.submit(formOf(home, '/session/logout'), {}))
    expect([end.url, cookieOf(browser), browser.cookies.get('souvenir-session')]).toEqual([`${origin}/`, '', undefined])
    const replayed = await product.send('/memories', { headers: withCookie({ ...browser, cookies: before }) })
    expect(replayed.status).toBe(303)
  })
})
