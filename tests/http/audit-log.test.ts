/** What the sign-in server writes to the audit log (RFC 9700 section 4.14.2 asks that a theft is noticed): events and hashes, no person. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import type { Client } from '../../src/oidc/ports.ts'
import { userHash } from '../../src/shared/audit.ts'
import { createLog } from '../../src/shared/log.ts'
import {
  type AuthorizationServer,
  callback,
  departureOf,
  startAuthorizationServer,
} from '../support/authorization-server.ts'
import { backChannel, type Tokens, tokensOf } from '../support/back-channel.ts'
import { formOf, type Page, signInThroughAndAllow } from '../support/browser.ts'
import { startIdentityProvider, type TestIdentityProvider } from '../support/identity-provider.ts'
import { signInToPages } from '../support/ui-client.ts'

const issuer = 'https://memory.example'
const lines: Record<string, unknown>[] = []
/** What no line may hold: who it is about, what an app calls itself, and everything that opens something. */
const hidden = ['sam@ok.example', 'eve@elsewhere.example', 'Samantha', 'johndoe', 'The private app']
let google: TestIdentityProvider
let server: AuthorizationServer
let back: ReturnType<typeof backChannel>
let client: Client
beforeAll(async () => {
  google = await startIdentityProvider({ issuer })
  google.bend({ claims: { name: 'Samantha' } })
  server = await startAuthorizationServer({
    issuer,
    identityProviders: [google.provider],
    settings: { allowedEmails: ['sam@ok.example'], uiBaseUrl: 'http://localhost:9000' },
    log: createLog('info', { write: (line) => lines.push(JSON.parse(line)) }),
  })
  back = backChannel(server)
  client = await server.addClient({ name: 'The private app' })
})
afterAll(async () => {
  await google.stop()
  await server.close()
})

const since = (from: number, event: string) => lines.slice(from).filter(({ audit }) => audit === event)
const signIn = async () => {
  const url = server.authorizationUrl(client, { scope: 'openid email offline_access', prompt: 'login consent' })
  const code = (await signInThroughAndAllow(server.browser(), url, google)).searchParams.get('code') ?? ''
  const tokens = await tokensOf(await back.redeem(client, code))
  hidden.push(code, tokens.access_token, tokens.refresh_token, tokens.id_token)
  return { code, ...tokens }
}
const subOf = ({ access_token }: Pick<Tokens, 'access_token'>) => String(decodeJwt(access_token).sub)

describe('the audit log', () => {
  test('a sign-in is three events, with the app and the hash of the person', async () => {
    const from = lines.length
    const who = { client: client.id, user: userHash(subOf(await signIn())) }
    expect(since(from, 'sign_in')).toEqual([expect.objectContaining(who)])
    expect(since(from, 'consent_given')).toEqual([expect.objectContaining(who)])
    expect(since(from, 'tokens_issued')).toEqual([expect.objectContaining({ client: client.id })])
  })

  test('RFC 6749 section 4.1.2: a code that is used twice is code_replayed', async () => {
    const { code } = await signIn()
    const from = lines.length
    expect((await back.redeem(client, code)).status).toBe(400)
    expect(since(from, 'code_replayed')).toEqual([expect.objectContaining({ client: client.id })])
  })

  test('OAuth 2.1 section 4.3.1: a refresh token that is used after its successor is refresh_token_reused, with whose it was', async () => {
    const signed = await signIn()
    const successor = await tokensOf(await back.refresh(client, signed.refresh_token))
    const last = await tokensOf(await back.refresh(client, successor.refresh_token))
    hidden.push(successor.refresh_token, successor.access_token, last.refresh_token, last.access_token)
    const from = lines.length
    expect((await back.refresh(client, signed.refresh_token)).status).toBe(400)
    expect(since(from, 'refresh_token_reused')).toEqual([
      expect.objectContaining({ client: client.id, user: userHash(subOf(signed)) }),
    ])
  })

  test('what a person takes back is grant_revoked, with the app that loses it', async () => {
    const app = await server.addClient({ name: 'The private app' })
    const using = server.browser()
    const { access_token } = await signInToPages(server, { using })
    await server.redeem(app, await server.complete(using, server.authorizationUrl(app)))
    const authorization = `Bearer ${access_token}`
    const listed = await server.send('/auth/grants', { headers: { authorization } })
    const { grants } = (await listed.json()) as { grants: { id: string }[] }
    hidden.push(access_token)
    const from = lines.length
    const ended = await server.send(`/auth/grants/${grants[0]?.id}`, { method: 'DELETE', headers: { authorization } })
    expect(ended.status).toBe(204)
    expect(since(from, 'grant_revoked')).toEqual([
      expect.objectContaining({ client: app.id, user: userHash(subOf({ access_token })) }),
    ])
  })

  test('RP-Initiated Logout 1.0 section 2: whose session ends is signed_out, once', async () => {
    const app = await server.addClient({ name: 'The private app' })
    const using = server.browser()
    const { id_token, access_token } = await server.redeem(
      app,
      await server.complete(using, server.authorizationUrl(app, { scope: 'openid' })),
    )
    hidden.push(id_token, access_token)
    const from = lines.length
    for (let times = 0; times < 2; times++) {
      await using.open(`/auth/logout?${new URLSearchParams({ id_token_hint: id_token })}`)
    }
    expect(since(from, 'signed_out')).toEqual([expect.objectContaining({ user: userHash(subOf({ access_token })) })])
  })

  test('a token that an app gives up is token_revoked', async () => {
    const { refresh_token } = await signIn()
    const from = lines.length
    await back.post('/auth/revoke', { token: refresh_token, client_id: client.id })
    expect(since(from, 'token_revoked')).toEqual([expect.objectContaining({ client: client.id })])
  })

  test('RFC 7009 section 2.2: what is no token, or another client’s, is answered as if it had been, and not told as revoked', async () => {
    const other = await server.addClient()
    const { access_token, refresh_token } = await signIn()
    const from = lines.length
    for (const token of ['x', access_token, refresh_token]) {
      expect((await back.post('/auth/revoke', { token, client_id: other.id })).status).toBe(200)
    }
    expect(since(from, 'token_revoked')).toEqual([])
  })

  test('somebody who is not on the list, and a wrong code, are sign_in_refused, with why; a refusal is consent_denied', async () => {
    const from = lines.length
    const using = server.browser()
    const page = await using.open(server.authorizationUrl(client, { prompt: 'login' }))
    google.bend({ claims: { email: 'eve@elsewhere.example' } })
    const gone = departureOf(await using.submit(formOf(page, '/with/google'), {}))
    const refused = await using.open(await google.agree(gone))
    google.bend({ claims: { name: 'Samantha' } })
    const again = await using.submit(formOf(refused, '/code'), { code: 'AAAA-BBBB-CCCC' })
    expect(since(from, 'sign_in_refused').map(({ reason }) => reason)).toEqual(['not on the list', 'wrong code'])
    const consent = (await server.enterCode(using, again)) as Page
    await using.submit(formOf(consent, '/auth/consent/'), { decision: 'deny' })
    expect(since(from, 'consent_denied')).toEqual([expect.objectContaining({ client: client.id })])
  })

  test('RFC 7591 and 7592: registered, changed and deleted, each an event', async () => {
    const from = lines.length
    const metadata = { client_name: 'The private app', redirect_uris: [callback] }
    const registered = (await (await back.register(metadata)).json()) as Record<string, string>
    const { client_id = '', client_secret = '', registration_access_token: token = '' } = registered
    hidden.push(client_secret, token)
    const manage = (method: string, body?: string) =>
      server.send(`/auth/register/${client_id}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      })
    expect((await manage('PUT', JSON.stringify({ ...metadata, client_id }))).status).toBe(200)
    expect((await manage('DELETE')).status).toBe(204)
    for (const event of ['client_registered', 'client_changed', 'client_deleted'])
      expect(since(from, event)).toEqual([expect.objectContaining({ client: client_id })])
  })

  test('of all that, no line holds a name, an address, a token, a code or a secret', () => {
    const log = JSON.stringify(lines)
    expect(lines.length).toBeGreaterThan(20)
    for (const text of hidden) expect([text, log.includes(text)]).toEqual([text, false])
  })
})
