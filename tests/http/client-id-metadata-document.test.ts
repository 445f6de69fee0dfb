/** OAuth Client ID Metadata Document, as MCP 2026-07-28 asks for it, and its Server Side Request Forgery rules. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { KeyObject } from 'node:crypto'
import { exportJWK, SignJWT } from 'jose'
import { signInProcesses } from '../support/auth-shape.ts'
import { type AuthorizationServer, pageOf, startAuthorizationServer, textOf } from '../support/authorization-server.ts'
import { backChannel, refusalOf, tokensOf } from '../support/back-channel.ts'
import { published } from '../support/published.ts'
import { rsaKey } from '../support/rsa-keys.ts'

const web = published()
let server: AuthorizationServer
let back: ReturnType<typeof backChannel>
beforeAll(async () => {
  server = await startAuthorizationServer({ outbound: web.outbound })
  back = backChannel(server)
})
afterAll(() => server.close())

const redirect = 'https://app.example/callback'
let number = 0
/** A fresh address and its well-formed document, changed as asked. */
function publish(changes: Record<string, unknown> = {}, answer: { headers?: Record<string, string> } = {}) {
  const id = `https://client.example/${++number}.json`
  const document = { client_id: id, client_name: 'A client', redirect_uris: [redirect], ...changes }
  web.answer(id, { ...answer, body: document })
  return { id, document }
}
const authorize = (id: string, more: Record<string, string> = {}) =>
  server.browser().open(server.authorizationUrl({ id: id as never }, more))
/** Accepted when the sign-in page came. */
const outcome = async (id: string, more: Record<string, string> = {}) => {
  const at = await authorize(id, more)
  if ('left' in at) return at.left.href
  return at.url.includes('/auth/signin/') ? 'accepted' : textOf(at)
}
const countOf = (id: string) => web.connections.filter(({ url }) => url === id).length

describe('a client that publishes its metadata', () => {
  test('is announced, and goes from its document to tokens without registering', async () => {
    const metadata = (await (await server.send('/.well-known/oauth-authorization-server')).json()) as object
    expect(metadata).toMatchObject({ client_id_metadata_document_supported: true })
    const { id } = publish()
    const answer = await server.complete(server.browser(), server.authorizationUrl({ id: id as never }))
    const tokens = await server.redeem({ id: id as never }, answer)
    await tokensOf(await back.refresh({ id: id as never }, tokens.refresh_token ?? ''))
  })

  test('its redirect URIs are exact', async () => {
    const { id } = publish()
    expect(await outcome(id, { redirect_uri: 'https://app.example/other' })).toContain('not registered')
  })

  for (const [what, changes, why] of [
    ['another client_id', { client_id: 'https://client.example/other.json' }, 'not its own address'],
    ['no client_id', { client_id: undefined }, 'not its own address'],
    ['no client_name', { client_name: undefined }, 'no client_name'],
    ['no redirect_uris', { redirect_uris: undefined }, 'redirect_uris'],
    ['a javascript: redirect', { redirect_uris: ['javascript:alert(1)'] }, 'never accepted'],
    ['a secret', { client_secret: 'x' }, 'publishes a secret'],
    ['secrets alone to authenticate with', { token_endpoint_auth_method: 'client_secret_post' }, 'neither none nor'],
    ['private_key_jwt without keys', { token_endpoint_auth_method: 'private_key_jwt' }, 'neither none nor'],
  ] as const) {
    test(`a document with ${what} is refused on a page`, async () => {
      expect(await outcome(publish(changes).id)).toContain(why)
    })
  }

  for (const id of [
    'http://client.example/a.json',
    'https://client.example',
    'https://client.example/',
    'https://client.example/a.json#x',
    'https://user@client.example/a.json',
    'https://client.example/x/../a.json',
    'https://client.example/%2e%2e/a.json',
    'https://CLIENT.example/a.json',
    'https://client.example:443/a.json',
  ]) {
    test(`section 3: ${id} is no client_id`, async () => {
      web.answer(id, { body: { client_id: id, client_name: 'x', redirect_uris: [redirect] } })
      const before = web.connections.length
      expect(pageOf(await authorize(id)).status).toBe(400)
      expect(web.connections.length).toBe(before)
    })
  }
})

describe('how long a document is used', () => {
  test('RFC 9111 section 4.2: as long as max-age says, then it is read again', async () => {
    const { id, document } = publish({}, { headers: { 'cache-control': 'max-age=600' } })
    for (let n = 0; n < 4; n++) await authorize(id)
    expect(countOf(id)).toBe(signInProcesses)
    web.answer(id, { body: { ...document, redirect_uris: ['https://app.example/new'] } })
    server.clock.advanceSeconds(601)
    expect(await outcome(id, { redirect_uri: 'https://app.example/new' })).toBe('accepted')
  })

  test('RFC 9111 section 5.2.2: no-store is read each time', async () => {
    const { id } = publish({}, { headers: { 'cache-control': 'no-store' } })
    await authorize(id)
    const once = countOf(id)
    await authorize(id)
    expect(countOf(id)).toBeGreaterThan(once)
  })

  test('an error is never kept', async () => {
    const id = `https://client.example/${++number}.json`
    web.answer(id, { status: 403 })
    expect(await outcome(id)).toContain('cannot be read')
    web.answer(id, { body: { client_id: id, client_name: 'x', redirect_uris: [redirect] } })
    expect(await outcome(id)).toBe('accepted')
  })

  for (const [what, failure] of [
    ['403', { status: 403, body: {} }],
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<html>Just a moment</html>' }],
    ['a redirect', { status: 302, headers: { location: 'https://client.example/moved.json' } }],
    ['a document that is not its own', { body: { client_id: 'https://other.example/x' } }],
  ] as const) {
    test(`the last good copy goes on when the host answers with ${what}`, async () => {
      const { id } = publish()
      expect(await outcome(id)).toBe('accepted')
      web.answer(id, failure)
      server.clock.advanceSeconds(3_600)
      expect(await outcome(id)).toBe('accepted')
    })
  }

  test('an allowed client outlives a restart while its host answers 403', async () => {
    const { id } = publish()
    await server.complete(server.browser(), server.authorizationUrl({ id: id as never }))
    web.answer(id, { status: 403 })
    const { createClientDocuments } = await import('../../src/oidc/clients/documents.ts')
    const { clock, stores, settings } = server.dependencies
    const fresh = createClientDocuments({ outbound: web.outbound, clock, clients: stores.clients, settings })
    expect((await fresh.client(id as never)).name).toBe('A client')
  })

  test('a client that nobody allowed is not stored, so strangers cannot fill the store', async () => {
    const { id } = publish()
    expect(await outcome(id)).toBe('accepted')
    expect(await server.dependencies.stores.clients.find(id as never)).toBeUndefined()
  })

  test('many requests at once read it once in each process', async () => {
    const { id } = publish()
    await Promise.all(Array.from({ length: 20 }, () => authorize(id)))
    expect(countOf(id)).toBe(signInProcesses)
  })
})

describe('attack: server side request forgery', () => {
  for (const [what, address] of [
    ['loopback', '127.0.0.1'],
    ['RFC 1918', '10.1.2.3'],
    ['RFC 1918', '172.16.0.1'],
    ['RFC 1918', '192.168.1.1'],
    ['link-local, where clouds keep credentials', '169.254.169.254'],
    ['shared address space', '100.64.0.1'],
    ['this network', '0.0.0.0'],
    ['IPv6 loopback', '::1'],
    ['IPv4 in IPv6', '::ffff:127.0.0.1'],
    ['unique local', 'fd00::1'],
    ['IPv6 link-local', 'fe80::1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['6to4', '2002:7f00:1::'],
  ] as const) {
    test(`a host at ${address} (${what}) is never connected to`, async () => {
      const host = `inside-${number}.example`
      const id = `https://${host}/${++number}.json`
      web.answer(id, { body: { client_id: id, client_name: 'x', redirect_uris: [redirect] } })
      web.resolveTo(host, address)
      expect(await outcome(id)).toContain('no public address')
      web.resolveTo(host, '93.184.215.14', address)
      expect(await outcome(id)).toContain('no public address')
      expect(countOf(id)).toBe(0)
    })
  }

  for (const host of [
    '127.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '2130706433',
    '0x7f.1',
    'localhost',
  ]) {
    test(`https://${host}/ as the address itself is refused`, async () => {
      web.resolveTo('localhost', '127.0.0.1')
      const before = web.connections.length
      expect(pageOf(await authorize(`https://${host}/client.json`)).status).toBe(400)
      expect(web.connections.length).toBe(before)
    })
  }

  test('DNS rebinding: the connection goes to the address that was judged', async () => {
    const { id } = publish()
    web.resolveTo('client.example', '93.184.215.20')
    web.answer(id, () => {
      web.resolveTo('client.example', '127.0.0.1')
      return { body: { client_id: id, client_name: 'x', redirect_uris: [redirect] } }
    })
    expect(await outcome(id)).toBe('accepted')
    expect(web.connections.find(({ url }) => url === id)?.address).toBe('93.184.215.20')
    web.resolveTo('client.example', '93.184.215.14')
  })

  test('a redirect is not followed, wherever it leads', async () => {
    const id = `https://client.example/${++number}.json`
    web.answer(id, { status: 302, headers: { location: 'https://127.0.0.1/secret' } })
    const before = web.connections.length
    expect(await outcome(id)).toContain('answered 302')
    expect(web.connections.length).toBe(before + 1)
  })

  test('a document over 5 KB is refused', async () => {
    expect(await outcome(publish({ padding: 'x'.repeat(4_800) }).id)).toBe('accepted')
    expect(await outcome(publish({ padding: 'x'.repeat(5_200) }).id)).toContain('cannot be read')
  })

  test('a process reads at most 32 addresses at once; for more it asks to try again', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const ids = Array.from({ length: 40 * signInProcesses }, () => publish().id)
    for (const id of ids) web.answer(id, () => held.then(() => ({ status: 404 })))
    const asked = ids.map((id) => back.post('/auth/revoke', { token: 'x', client_id: id }))
    let answered = 0
    for (const one of asked) one.then(() => answered++)
    while (answered < 8 * signInProcesses) await new Promise((resolve) => setTimeout(resolve, 1))
    release()
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(32 * signInProcesses)
    expect(statuses.filter((status) => status === 503)).toHaveLength(8 * signInProcesses)
    expect(await outcome(publish().id)).toBe('accepted')
  })

  test('logo_uri is never fetched', async () => {
    const { id } = publish({ logo_uri: 'https://client.example/logo.png' })
    await server.complete(server.browser(), server.authorizationUrl({ id: id as never }))
    expect(countOf('https://client.example/logo.png')).toBe(0)
  })

  test('jwks_uri follows the same rules', async () => {
    const jwksUri = 'https://keys.example/jwks.json'
    web.answer(jwksUri, { body: { keys: [{ kty: 'oct' }] } })
    web.resolveTo('keys.example', '10.0.0.1')
    const client = await server.addClient({ authMethods: ['private_key_jwt'], jwksUri })
    const { privateKey } = await rsaKey('client')
    expect((await refusalOf(await assert(client.id, privateKey))).error).toBe('invalid_client')
    expect(countOf(jwksUri)).toBe(0)
  })
})

const assert = async (id: string, key: KeyObject, kid = 'k') =>
  back.post('/auth/revoke', {
    token: 'x',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(server.issuer)
      .setExpirationTime(Math.floor(server.clock.now() / 1000) + 60)
      .sign(key),
  })

describe('RFC 7591 section 2: jwks_uri', () => {
  test('a process reads keys once, and again for a key that is not among them, at most every 30 s', async () => {
    const jwksUri = 'https://client.example/jwks.json'
    const [first, second] = [await rsaKey('client'), await rsaKey('next-of-client')]
    const jwk = async ({ publicKey }: typeof first, kid: string) => ({ ...(await exportJWK(publicKey)), kid })
    web.answer(jwksUri, { body: { keys: [await jwk(first, 'k')] } })
    const { id } = await server.addClient({ authMethods: ['private_key_jwt'], jwksUri })
    expect((await assert(id, first.privateKey)).status).toBe(200)
    expect((await assert(id, first.privateKey)).status).toBe(200)
    expect(countOf(jwksUri)).toBe(signInProcesses)
    web.answer(jwksUri, { body: { keys: [await jwk(first, 'k'), await jwk(second, 'k2')] } })
    expect((await assert(id, second.privateKey, 'k2')).status).toBe(401)
    server.clock.advanceSeconds(30)
    expect((await assert(id, second.privateKey, 'k2')).status).toBe(200)
    expect((await assert(id, second.privateKey, 'k3')).status).toBe(401)
    expect(countOf(jwksUri)).toBe(2 * signInProcesses)
  })
})

describe('ChatGPT, as its document is published', () => {
  const id = 'https://chatgpt.com/oauth/client.json'
  const redirectUri = 'https://chatgpt.com/connector_platform_oauth_redirect'
  const jwksUri = 'https://chatgpt.com/oauth/jwks.json'
  const document = {
    client_id: id,
    client_name: 'ChatGPT',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
    token_endpoint_auth_signing_alg: 'RS256',
    jwks_uri: jwksUri,
  }

  test('it authenticates with none, or with its key, as it likes', async () => {
    const keys = await rsaKey('client')
    web.answer(id, { body: document })
    web.answer(jwksUri, {
      body: { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] },
    })
    const more = { redirect_uri: redirectUri, scope: 'openid offline_access memories:read memories:write' }
    const answer = await server.complete(server.browser(), server.authorizationUrl({ id: id as never }, more))
    expect(answer.searchParams.get('iss')).toBe(server.issuer)
    const code = answer.searchParams.get('code') ?? ''
    await tokensOf(await back.redeem({ id: id as never }, code, { redirect_uri: redirectUri }))
    expect((await assert(id, keys.privateKey)).status).toBe(200)
  })

  test('Codex: any port on loopback', async () => {
    const codex = 'https://chatgpt.com/oauth/codex/client.json'
    web.answer(codex, {
      body: {
        ...document,
        client_id: codex,
        redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      },
    })
    expect(await outcome(codex, { redirect_uri: 'http://127.0.0.1:51234/callback' })).toBe('accepted')
    expect(await outcome(codex, { redirect_uri: 'http://localhost:1455/callback' })).toBe('accepted')
    expect(await outcome(codex, { redirect_uri: 'http://localhost.evil.example:1455/callback' })).toContain(
      'not registered',
    )
  })
})
