/** As much of a browser as signing in takes: cookies, redirects within the server, forms, and pages that move on by themselves. */
export type Fetch = (request: Request) => Promise<Response>

export interface Form {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  readonly html: string
}

export interface Page {
  readonly status: number
  readonly url: string
  readonly html: string
  readonly headers: Headers
  readonly forms: readonly Form[]
}

/** Where the server sent the browser, when it is not an address of the server. */
export interface Departure {
  readonly left: URL
}

const decodeEntities = (text: string) =>
  text
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')

const attribute = (tag: string, name: string) => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : decodeEntities(value)
}

function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, tag = '', inner = '']) => ({
    action: attribute(tag, 'action') ?? '',
    html: inner,
    fields: Object.fromEntries(
      [
        ...[...inner.matchAll(/<input\b(?:"[^"]*"|[^">])*>/g)].map(([input]) => [
          input,
          attribute(input, 'value') ?? '',
        ]),
        ...[...inner.matchAll(/(<select\b[^>]*>)([\s\S]*?)<\/select>/g)].map(([, select = '', options = '']) => [
          select,
          attribute(/<option\b[^>]*\sselected[^>]*>/.exec(options)?.[0] ?? '', 'value') ?? '',
        ]),
      ]
        .map(([tag = '', value = '']) => [attribute(tag, 'name'), value] as const)
        .filter((pair): pair is readonly [string, string] => pair[0] !== undefined),
    ),
  }))
}

/** `site` is the server's origin, or says at which of its origins a path is. */
export function createBrowser(site: string | ((path: string) => URL), send: Fetch) {
  const at = typeof site === 'string' ? (path: string) => new URL(path, site) : site
  const cookies = new Map<string, string>()

  async function go(url: string, init?: RequestInit): Promise<Page | Departure> {
    const target = at(url)
    if (target.origin !== at(target.pathname).origin) return { left: target }
    const headers = new Headers(init?.headers)
    headers.set('accept', 'text/html,application/xhtml+xml,*/*;q=0.8')
    if (cookies.size > 0) headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await send(new Request(target, { ...init, headers, redirect: 'manual' }))
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      if (/max-age=0\b/i.test(line) || value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) {
      await response.body?.cancel()
      return go(new URL(location, target).href)
    }
    const html = await response.text()
    const refresh = /<meta http-equiv="refresh" content="\d+; ?url=([^"]+)"/i.exec(html)?.[1]
    if (refresh !== undefined) return go(new URL(decodeEntities(refresh), target).href)
    return { status: response.status, url: target.href, html, headers: response.headers, forms: formsOf(html) }
  }

  return {
    cookies,
    open: (url: string) => go(url),
    /** Sends a page's form with its hidden fields and what is typed. */
    submit(form: Form, typed: Readonly<Record<string, string>>) {
      return go(form.action, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: at(form.action).origin },
        body: new URLSearchParams({ ...form.fields, ...typed }).toString(),
      })
    },
  }
}

export type Browser = ReturnType<typeof createBrowser>

/** The form of a page whose action ends so; throws with the page's text when there is none. */
export function formOf(page: Page | Departure, ending: string): Form {
  if ('left' in page) throw new Error(`the browser left for ${page.left.href}`)
  const form = page.forms.find(({ action }) => action.includes(ending))
  if (form === undefined)
    throw new Error(
      `no form ${ending} on ${page.url} (${page.status}): ${page.html.replace(/<[^>]+>/g, ' ').slice(0, 500)}`,
    )
  return form
}

/** From an authorization URL to the client's redirect: sign in with a code unless signed in already, and allow. */
export async function signInAndAllow(
  browser: Browser,
  authorizationUrl: string,
  issueCode: () => Promise<string>,
): Promise<URL> {
  let at = await browser.open(authorizationUrl)
  if (!('left' in at) && at.forms.some(({ action }) => action.endsWith('/code'))) {
    at = await browser.submit(formOf(at, '/code'), { code: await issueCode() })
  }
  return allow(browser, at)
}

/** The same by way of an identity provider, whose page the person agrees on. */
export async function signInThroughAndAllow(
  browser: Browser,
  authorizationUrl: string,
  provider: { agree(to: URL): Promise<string> },
): Promise<URL> {
  const at = await browser.submit(formOf(await browser.open(authorizationUrl), '/with/'), {})
  if (!('left' in at)) throw new Error(`still at ${at.url}`)
  return allow(browser, await browser.open(await provider.agree(at.left)))
}

async function allow(browser: Browser, at: Page | Departure): Promise<URL> {
  const left = 'left' in at ? at : await browser.submit(formOf(at, '/auth/consent/'), { decision: 'allow' })
  if (!('left' in left))
    throw new Error(`still at ${left.url} (${left.status}): ${left.html.replace(/<[^>]+>/g, ' ').slice(0, 500)}`)
  return left.left
}
