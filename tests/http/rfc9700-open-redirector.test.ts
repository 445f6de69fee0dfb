/** RFC 9700 section 4.11.2: whoever registers an app chooses its address; a link to this server must not be a way to send people there. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Client } from '../../src/oidc/ports.ts'
import {
  type AuthorizationServer,
  departureOf,
  pageOf,
  startAuthorizationServer,
  textOf,
} from '../support/authorization-server.ts'
import { type Browser, type Departure, formOf, type Page } from '../support/browser.ts'
import { published } from '../support/published.ts'

const address = 'https://evil.example/callback'
const web = published()
let server: AuthorizationServer
let client: Client
let using: Browser
beforeEach(async () => {
  server = await startAuthorizationServer({ outbound: web.outbound })
  client = await server.addClient({ kind: 'dynamic', name: 'Your bank', redirectUris: [address] })
  using = server.browser()
})
afterEach(() => server.close())

type Changes = Readonly<Record<string, string | undefined>>
const open = (changes: Changes = {}, of: Pick<Client, 'id'> = client) =>
  using.open(server.authorizationUrl(of, { redirect_uri: address, ...changes }))
const signIn = async (changes: Changes = {}) => pageOf(await server.enterCode(using, await open(changes)))
/** The page stands still: it names the app and its address, and only a press leads there, with the answer. */
function heldWith(at: Page | Departure, error: string, to = address): Page {
  const page = pageOf(at)
  expect(page.status).toBe(400)
  expect(page.headers.get('location')).toBeNull()
  expect(page.html).not.toContain('http-equiv="refresh"')
  expect(page.html).not.toContain('<script')
  expect(textOf(page)).toContain('Nobody here has used this app yet.')
  const href = /<a class="button secondary" href="([^"]+)"/.exec(page.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
  expect(href).toStartWith(to)
  const { searchParams } = new URL(href)
  expect([searchParams.get('error'), searchParams.get('state'), searchParams.get('iss')]).toEqual([
    error,
    'the-state',
    server.issuer,
  ])
  return page
}

describe('an app that registered itself and that nobody has allowed', () => {
  test.each([
    ['a scope that is none', { scope: 'nonsense' }, 'invalid_scope'],
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['a resource of somebody else', { resource: 'https://elsewhere.example' }, 'invalid_target'],
    ['no code_challenge', { code_challenge: undefined }, 'invalid_request'],
    ['prompt=none, signed out', { prompt: 'none' }, 'login_required'],
  ] as const)('sends nobody to its address by %s', async (_how, changes, error) => {
    const page = heldWith(await open(changes), error)
    expect(textOf(page)).toContain('Its address evil.example')
  })

  test('nor by prompt=none in a session, nor when the person refuses', async () => {
    const consent = await signIn()
    heldWith(await open({ prompt: 'none' }), 'consent_required')
    heldWith(await using.submit(formOf(consent, '/auth/consent/'), { decision: 'deny' }), 'access_denied')
  })

  test('nor by form_post: the form waits for a press', async () => {
    const page = pageOf(await open({ scope: 'nonsense', response_mode: 'form_post' }))
    expect(page.status).toBe(400)
    expect(page.html).not.toContain('<script')
    expect(formOf(page, address).fields).toMatchObject({ error: 'invalid_scope', iss: server.issuer })
  })

  test.each(['HTTPS://evil.example/callback', 'bank-app://callback', 'https://localhost.evil.example/callback'])(
    'at %s no more than at any other address',
    async (other) => {
      const app = await server.addClient({ kind: 'dynamic', redirectUris: [other] })
      heldWith(await open({ redirect_uri: other, scope: 'nonsense' }, app), 'invalid_scope', other)
    },
  )

  test('nor does one that publishes a metadata document', async () => {
    const id = 'https://evil.example/client.json'
    web.answer(id, { body: { client_id: id, client_name: 'Your bank', redirect_uris: [address] } })
    heldWith(await open({ scope: 'nonsense' }, { id: id as Client['id'] }), 'invalid_scope')
  })
})

describe('the error goes straight back, as OpenID Connect Core section 3.1.2.6 has it,', () => {
  const straight = (at: Page | Departure) => departureOf(at).searchParams.get('error')

  test('once somebody allowed the app at that address, and not at one that it added later (RFC 7592 section 2.2)', async () => {
    await using.submit(formOf(await signIn(), '/auth/consent/'), { decision: 'allow' })
    using = server.browser()
    expect(straight(await open({ prompt: 'none' }))).toBe('login_required')
    expect(straight(await open({ scope: 'nonsense' }))).toBe('invalid_scope')
    const known = await server.dependencies.stores.clients.find(client.id)
    const added = 'https://evil.example/added'
    await server.dependencies.stores.clients.save({ ...(known ?? client), redirectUris: [address, added] })
    heldWith(await open({ redirect_uri: added, prompt: 'none' }), 'login_required', added)
  })

  test('to a client that the operator added', async () => {
    const added = await server.addClient({ kind: 'manual', redirectUris: [address] })
    expect(straight(await open({ prompt: 'none' }, added))).toBe('login_required')
  })

  test.each(['http://127.0.0.1:7777/callback', 'http://localhost:7777/callback', 'http://[::1]:7777/callback'])(
    'to an app on the same machine, at %s',
    async (here) => {
      const app = await server.addClient({ kind: 'dynamic', redirectUris: [here] })
      expect(straight(await open({ redirect_uri: here, scope: 'nonsense' }, app))).toBe('invalid_scope')
    },
  )
})
