import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { endpoints } from '../../src/oidc/endpoints.ts'
import type { Client } from '../../src/oidc/ports.ts'
import {
  type AuthorizationServer,
  callback,
  pageOf,
  startAuthorizationServer,
} from '../support/authorization-server.ts'
import { seeded } from '../support/seeded.ts'

/** `FUZZ_REQUESTS=20000` for a long run; `FUZZ_SEED` repeats one. */
const requests = Number(process.env.FUZZ_REQUESTS ?? 2_000)
const seed = Number(process.env.FUZZ_SEED ?? 20_261_101)
const marker = 'zq"\'><svg/onload=zq>'

let here: AuthorizationServer
let client: Client
beforeAll(async () => {
  here = await startAuthorizationServer()
  client = await here.addClient({ redirectUris: [callback, 'http://127.0.0.1/cb'] })
})
afterAll(() => here.close())

describe(`the addresses that browsers see, with whatever is sent to them (seed ${seed})`, () => {
  test(
    `${requests} requests: no 5xx, nothing reflected unescaped, no redirect but to a registered address or our own`,
    async () => {
      const random = seeded(seed)
      const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
      const names = [
        ...[
          'response_type',
          'client_id',
          'redirect_uri',
          'scope',
          'state',
          'nonce',
          'prompt',
          'max_age',
          'claims',
          'resource',
        ],
        ...[
          'code_challenge',
          'code_challenge_method',
          'response_mode',
          'id_token_hint',
          'login_hint',
          'request',
          'display',
        ],
        ...[
          'form_token',
          'code',
          'decision',
          'error',
          'iss',
          'post_logout_redirect_uri',
          '__proto__',
          'constructor',
          '',
        ],
      ]
      const values = [
        ...[
          'code',
          client.id,
          callback,
          'openid',
          'none',
          'login',
          'S256',
          'a'.repeat(43),
          'query',
          'form_post',
          '0',
          '-1',
        ],
        ...[
          marker,
          '',
          '\u0000',
          '\r\nSet-Cookie: a=b',
          '%',
          '%ff',
          '\ud800',
          '\u202e',
          '{"userinfo":{"__proto__":{"a":1}}}',
        ],
        ...[
          '[[[[',
          'a.b.c',
          'eyJhbGciOiJub25lIn0.e30.',
          'https://evil.example/',
          'javascript:alert(1)',
          '//evil.example',
          '1e9',
        ],
        ...[
          'x'.repeat(5_000),
          '99999999999999999999',
          'https://memory.example/mcp',
          'http://127.0.0.1:99999/cb',
          'allow',
          'NaN',
        ],
      ]
      /** A request under way in this browser, and one whose person has signed in: what is behind the first checks. */
      const browser = here.browser()
      const underWay = pageOf(await browser.open(here.authorizationUrl(client))).url
      const signedIn = pageOf(await here.enterCode(browser, await browser.open(here.authorizationUrl(client)))).url
      const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
      const idOf = (url: string) => url.slice(url.lastIndexOf('/') + 1)
      const segments = ['x', '%ff', '..%2f', '__proto__', idOf(underWay), idOf(signedIn), 'google']
      const pages = endpoints(here.dependencies.settings).filter(({ errors }) => errors === 'page')
      const routes = [...pages, ...pages.filter(({ path }) => path === '/auth/authorize')]
      const answered = new Set<string>()
      const encode = (text: string) =>
        random() < 0.1 ? text.replace(/[^\x20-\x7e]| /g, '%zz') : encodeURIComponent(text.toWellFormed())
      for (let count = 0; count < requests; count++) {
        const sent = new Map<string, string>(
          random() < 0.7 ? new URL(here.authorizationUrl(client), here.issuer).searchParams.entries() : [],
        )
        const pairs = [...sent]
        for (let change = Math.floor(random() * 5); change > 0; change--) {
          const [name, value] = [pick(names), pick(values)]
          const at = pairs.findIndex(([existing]) => existing === name)
          if (at >= 0 && random() < 0.8) pairs[at] = [name, value]
          else pairs.push([name, value])
        }
        const query = pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
        const route = random() < 0.97 ? pick(routes) : { method: 'GET', path: '/auth/' }
        const posted = random() < 0.1 ? random() < 0.5 : route.method === 'POST'
        const path = route.path.replace(/:\w+/g, () => pick(segments))
        const response = await here.send(posted ? path : `${path}?${query}`, {
          method: posted ? 'POST' : 'GET',
          headers: {
            ...(posted
              ? { 'content-type': pick(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) }
              : {}),
            ...(random() < 0.6
              ? {
                  cookie: pick([
                    cookie,
                    cookie,
                    '__Host-souvenir-browser=x',
                    `__Host-souvenir-session=${'s'.repeat(43)}`,
                    '=;=;',
                    '\u00ff',
                  ]),
                }
              : {}),
          },
          ...(posted ? { body: query } : {}),
        })
        const said = `${posted ? 'POST' : 'GET'} ${path} ${query.slice(0, 2_000)}`
        const text = await response.text()
        const location = response.headers.get('location')
        answered.add(`${posted ? 'POST' : 'GET'} ${route.path}`)
        expect([response.status < 500, said]).toEqual([true, said])
        expect([text.includes('<svg/onload'), said]).toEqual([false, said])
        if (location !== null)
          expect([
            /^(\/auth\/|https:\/\/app\.example\/callback\?|http:\/\/127\.0\.0\.1(:\d+)?\/cb\?)/.test(location),
            said,
          ]).toEqual([true, said])
        expect(response.headers.getSetCookie().every((cookie) => cookie.startsWith('__Host-souvenir-'))).toBe(true)
      }
      for (const { method, path } of pages) expect([...answered]).toContain(`${method} ${path}`)
    },
    60 * requests,
  )
})
