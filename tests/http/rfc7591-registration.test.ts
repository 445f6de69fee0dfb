/** RFC 7591 (registration), RFC 7592 (its management), and the attack on both: floods. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Client } from '../../src/oidc/ports.ts'
import { deriveOwnerId, ensureConsoleUser } from '../../src/oidc/signin/account.ts'
import type { ClientId } from '../../src/shared/brand.ts'
import { type AuthorizationServer, pageOf, startAuthorizationServer, textOf } from '../support/authorization-server.ts'
import { backChannel, basic, refusalOf, tokensOf } from '../support/back-channel.ts'
import { formOf } from '../support/browser.ts'
import { outage } from '../support/outage.ts'

let server: AuthorizationServer
let back: ReturnType<typeof backChannel>
beforeAll(async () => {
  server = await startAuthorizationServer()
  back = backChannel(server)
})
afterAll(() => server.close())

interface Registered {
  readonly client_id: string
  readonly client_secret?: string
  readonly registration_access_token: string
  readonly registration_client_uri: string
  readonly [name: string]: unknown
}
const uris = ['https://app.example/callback']
const register = async (metadata: Record<string, unknown> = {}): Promise<Registered> => {
  const response = await back.register({ redirect_uris: uris, ...metadata })
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as Registered
}
const refused = async (metadata: unknown) => refusalOf(await back.register(metadata))

describe('RFC 7591 section 3.2.1: what was registered comes back', () => {
  test('201, an id, a time, and every value with its default', async () => {
    const response = await back.register({ redirect_uris: uris, client_name: 'App' })
    expect(response.headers.get('cache-control')).toBe('no-store')
    const client = (await response.json()) as Registered
    expect(client).toMatchObject({
      client_name: 'App',
      redirect_uris: uris,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_id_issued_at: server.clock.now() / 1000,
      client_secret_expires_at: 0,
    })
    expect(client.client_secret).toMatch(/^[\w-]{43}$/)
  })

  test('a public client has no secret', async () => {
    const client = await register({ token_endpoint_auth_method: 'none' })
    expect(client.client_secret).toBeUndefined()
    expect(client.client_secret_expires_at).toBeUndefined()
  })

  test('section 2: fields that are not understood are ignored; unknown scopes and grants are left out', async () => {
    const client = await register({
      software_statement_x: 1,
      contacts: ['a@b.example'],
      scope: 'openid calendar memories:read',
      grant_types: ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'],
    })
    expect(client.scope).toBe('openid memories:read')
    expect(client.grant_types).toEqual(['authorization_code', 'refresh_token'])
  })

  test('section 2: the default scope may not delete an account; who names the scope is registered for it', async () => {
    const { scope } = await register()
    expect(scope).toContain('memories:write')
    expect(scope).not.toContain('account:delete')
    expect((await register({ scope: 'openid account:delete' })).scope).toBe('openid account:delete')
  })

  test('a name keeps no control and no direction characters', async () => {
    expect((await register({ client_name: 'Good\u202e\u0000 app' })).client_name).toBe('Good app')
  })

  test('it goes on to tokens', async () => {
    const { client_id, client_secret = '' } = await register()
    const client = await server.dependencies.stores.clients.find(client_id as ClientId)
    if (client === undefined) throw new Error('not kept')
    const code = await back.mintCode(client)
    const fields = { code, grant_type: 'authorization_code', redirect_uri: uris[0] ?? '' }
    const verified = { ...fields, code_verifier: 'a-verifier-of-at-least-forty-three-characters-0123456789' }
    await tokensOf(await back.post('/auth/token', verified, basic(client_id, client_secret)))
  })
})

describe('RFC 7591 section 3.2.2: errors', () => {
  for (const [what, metadata, error] of [
    ['no redirect_uris', {}, 'invalid_redirect_uri'],
    ['an empty list', { redirect_uris: [] }, 'invalid_redirect_uri'],
    ['no list', { redirect_uris: 'https://a.example' }, 'invalid_redirect_uri'],
    ['21 of them', { redirect_uris: Array(21).fill('https://a.example') }, 'invalid_redirect_uri'],
    ['javascript:', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    ['javascript: among good ones', { redirect_uris: [...uris, 'JavaScript:alert(1)'] }, 'invalid_redirect_uri'],
    ['data:', { redirect_uris: [...uris, 'data:text/html,x'] }, 'invalid_redirect_uri'],
    ['http beyond loopback', { redirect_uris: ['http://app.example/cb'] }, 'invalid_redirect_uri'],
    ['a fragment', { redirect_uris: ['https://app.example/cb#x'] }, 'invalid_redirect_uri'],
    ['userinfo', { redirect_uris: ['https://a@app.example/cb'] }, 'invalid_redirect_uri'],
    ['a relative one', { redirect_uris: ['/cb'] }, 'invalid_redirect_uri'],
    ['https without its slashes', { redirect_uris: ['https:app.example/cb'] }, 'invalid_redirect_uri'],
    ['https with one slash', { redirect_uris: ['https:/app.example/cb'] }, 'invalid_redirect_uri'],
    ['letters beyond ASCII', { redirect_uris: ['https://app.example/\u2713'] }, 'invalid_redirect_uri'],
    ['a control character', { redirect_uris: ['app:cb\u0000'] }, 'invalid_redirect_uri'],
    ['an unknown auth method', { redirect_uris: uris, token_endpoint_auth_method: 'x' }, 'invalid_client_metadata'],
    [
      'keys without any',
      { redirect_uris: uris, token_endpoint_auth_method: 'private_key_jwt' },
      'invalid_client_metadata',
    ],
    ['a private key', { redirect_uris: uris, jwks: { keys: [{ kty: 'RSA', d: 'x' }] } }, 'invalid_client_metadata'],
    ['only the implicit flow', { redirect_uris: uris, response_types: ['token'] }, 'invalid_client_metadata'],
    [
      'only client_credentials',
      { redirect_uris: uris, grant_types: ['client_credentials'] },
      'invalid_client_metadata',
    ],
    ['a name that is no text', { redirect_uris: uris, client_name: 1 }, 'invalid_client_metadata'],
    ['a list', [], 'invalid_client_metadata'],
  ] as const) {
    test(`${what} is ${error}`, async () => {
      expect(await refused(metadata)).toMatchObject({ status: 400, error })
    })
  }

  test('a body that is no JSON is invalid_request; over 32 KB it is 413', async () => {
    const raw = (body: string) => server.send('/auth/register', { method: 'POST', body })
    expect(await refusalOf(await raw('{'))).toMatchObject({ status: 400, error: 'invalid_request' })
    expect((await raw('')).status).toBe(400)
    expect((await raw(' '.repeat(33 * 1024))).status).toBe(413)
  })
})

describe('RFC 8252 section 7: what real clients register', () => {
  for (const [client, redirect_uris] of [
    [
      'Cursor',
      [
        'http://localhost:8787/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'cursor://anysphere.cursor-mcp/oauth/callback',
      ],
    ],
    ['Gemini CLI', ['http://localhost:7777/oauth/callback']],
    ['mcp-remote', ['http://localhost:3334/oauth/callback']],
    ['VS Code', ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect']],
    ['an app on the phone', ['com.example.app:/oauth']],
  ] as const) {
    test(`${client}: every redirect URI is kept as it was sent`, async () => {
      expect((await register({ redirect_uris, token_endpoint_auth_method: 'none' })).redirect_uris).toEqual([
        ...redirect_uris,
      ])
    })
  }

  test('one private-scheme URI that cannot be used does not refuse the others', async () => {
    expect((await register({ redirect_uris: [...uris, 'cursor://has spaces/x'] })).redirect_uris).toEqual(uris)
  })

  test('RP-Initiated Logout section 3.1: post_logout_redirect_uris, also none', async () => {
    const sent = { post_logout_redirect_uris: ['https://app.example/bye'] }
    expect((await register(sent)).post_logout_redirect_uris).toEqual(sent.post_logout_redirect_uris)
    expect((await register({ post_logout_redirect_uris: [] })).post_logout_redirect_uris).toBeUndefined()
    const bad = await refused({ redirect_uris: uris, post_logout_redirect_uris: ['javascript:x'] })
    expect(bad.error).toBe('invalid_client_metadata')
  })
})

describe('RFC 7592: management', () => {
  const call = (
    client: Registered,
    method: string,
    body?: unknown,
    token = client.registration_access_token,
    at: Pick<AuthorizationServer, 'send'> = server,
  ) =>
    at.send(client.registration_client_uri, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  test('section 2.1: reading it, without the secret, of which only the hash is kept', async () => {
    const client = await register({ client_name: 'App' })
    const read = (await (await call(client, 'GET')).json()) as Registered
    const { client_secret, client_secret_expires_at, ...rest } = client
    expect(read).toEqual(rest)
  })

  test('section 2.2: an update replaces all of the metadata; id and secret stay', async () => {
    const client = await register({ client_name: 'Old', client_uri: 'https://app.example', scope: 'openid' })
    const changed = { client_id: client.client_id, client_name: 'New', redirect_uris: ['https://new.example/cb'] }
    const response = await call(client, 'PUT', { ...changed, client_secret: client.client_secret })
    expect(response.status).toBe(200)
    const after = (await response.json()) as Registered
    expect(after).toMatchObject(changed)
    expect(after.client_uri).toBeUndefined()
    expect(after.token_endpoint_auth_method).toBe('client_secret_basic')
    expect(
      (await back.post('/auth/revoke', { token: 'x' }, basic(client.client_id, client.client_secret ?? ''))).status,
    ).toBe(200)
  })

  test('section 2.2: another client_id, a foreign secret or bad metadata is refused and changes nothing', async () => {
    const client = await register({ client_name: 'App' })
    for (const bad of [
      { redirect_uris: uris },
      { client_id: 'other', redirect_uris: uris },
      { client_id: client.client_id, client_secret: 'x', redirect_uris: uris },
      { client_id: client.client_id, redirect_uris: ['javascript:x'] },
    ]) {
      expect((await call(client, 'PUT', bad)).status).toBe(400)
    }
    expect(await (await call(client, 'GET')).json()).toMatchObject({ client_name: 'App', redirect_uris: uris })
  })

  test('section 2.3: deleting it; afterwards nobody can be that client', async () => {
    const client = await register({ token_endpoint_auth_method: 'none' })
    expect((await call(client, 'DELETE')).status).toBe(204)
    expect((await call(client, 'GET')).status).toBe(401)
    expect((await back.post('/auth/token', { grant_type: 'refresh_token', client_id: client.client_id })).status).toBe(
      401,
    )
  })

  test('section 2.3: what was granted to a deleted client ends at once: access tokens, refresh tokens, codes', async () => {
    const metadata = { token_endpoint_auth_method: 'none' }
    const [client, other] = [await register(metadata), await register(metadata)]
    const [app, kept] = await Promise.all(
      [client, other].map(({ client_id }) => server.dependencies.stores.clients.find(client_id as ClientId)),
    )
    if (app === undefined || kept === undefined) throw new Error('not kept')
    const people = ['one', 'two'].map((subject) => deriveOwnerId({ provider: 'console', subject }))
    await Promise.all(['one', 'two'].map((name) => ensureConsoleUser(name, server.dependencies)))
    const tokens = await Promise.all(people.map((ownerId) => back.tokensFor(app, {}, ownerId)))
    const others = await back.tokensFor(kept, {}, people[0])
    const code = await back.mintCode(app, {}, people[1])
    expect((await call(client, 'DELETE')).status).toBe(204)
    for (const { access_token } of tokens) expect((await back.userinfo(access_token)).status).toBe(401)
    expect((await back.userinfo(others.access_token)).status).toBe(200)
    expect(await server.dependencies.stores.grants.listByClient(app.id)).toEqual([])
    // A client of the same id, if there ever were one, would inherit nothing.
    await server.dependencies.stores.clients.save(app)
    for (const { refresh_token } of tokens)
      expect((await refusalOf(await back.refresh(app, refresh_token))).error).toBe('invalid_grant')
    expect((await refusalOf(await back.redeem(app, code))).error).toBe('invalid_grant')
  })

  const registerAt = async (there: AuthorizationServer): Promise<Registered> => {
    const metadata = { redirect_uris: uris, token_endpoint_auth_method: 'none' }
    return (await (await backChannel(there).register(metadata)).json()) as Registered
  }

  /** A server where `happens` comes right before the first call of one of these methods of the stores, given as `grants.save`. */
  async function interrupted(moments: readonly string[], happens: (there: AuthorizationServer) => Promise<unknown>) {
    const trouble = outage()
    const there = await startAuthorizationServer({ outage: trouble })
    return {
      there,
      arm: () =>
        trouble.begin(async (store, method) => {
          if (!moments.includes(`${store}.${method}`)) return undefined
          trouble.end()
          await happens(there)
          return undefined
        }),
    }
  }

  for (const [when, moments] of [
    ['before the consent is kept', ['grants.save']],
    ['between the consent and what it makes of the client', ['clients.save', 'clients.update']],
  ] as const) {
    test(`section 2.3: a client that deletes itself ${when}, the first that a person gives it, stays deleted and gets no code`, async () => {
      let app: Registered | undefined
      const { there, arm } = await interrupted(moments, () =>
        call(app as Registered, 'DELETE', undefined, undefined, there),
      )
      app = await registerAt(there)
      const id = app.client_id as ClientId
      const browser = there.browser()
      const signedIn = await there.enterCode(browser, await browser.open(there.authorizationUrl({ id })))
      arm()
      const answer = pageOf(await browser.submit(formOf(signedIn, '/auth/consent/'), { decision: 'allow' }))
      expect([answer.status, textOf(answer)]).toEqual([400, expect.stringContaining('no longer registered')])
      const { clients, grants } = there.dependencies.stores
      expect(await clients.find(id)).toBeUndefined()
      expect(await grants.listByClient(id)).toEqual([])
      await there.close()
    })
  }

  test('section 2.2: an update that meets the deletion of the client does not bring it back', async () => {
    let app: Registered | undefined
    const { there, arm } = await interrupted(['clients.save', 'clients.update'], () =>
      call(app as Registered, 'DELETE', undefined, undefined, there),
    )
    app = await registerAt(there)
    arm()
    const changed = { client_id: app.client_id, redirect_uris: ['https://new.example/cb'] }
    const refusal = await refusalOf(await call(app, 'PUT', changed, undefined, there))
    expect(refusal).toMatchObject({ status: 401, error: 'invalid_token' })
    expect(await there.dependencies.stores.clients.find(app.client_id as ClientId)).toBeUndefined()
    await there.close()
  })

  test('section 2.2: an update that meets the first consent leaves the client without an expiry', async () => {
    let id: ClientId | undefined
    const { there, arm } = await interrupted(['clients.save', 'clients.update'], async (server) => {
      await backChannel(server).tokensFor((await server.dependencies.stores.clients.find(id as ClientId)) as Client)
    })
    const app = await registerAt(there)
    id = app.client_id as ClientId
    arm()
    const changed = { client_id: id, client_name: 'New', redirect_uris: uris }
    expect((await call(app, 'PUT', changed, undefined, there)).status).toBe(200)
    const kept = await there.dependencies.stores.clients.find(id)
    expect([kept?.name, kept?.expiresAt]).toEqual(['New', undefined])
    await there.close()
  })

  test('section 3: a wrong token, another client’s token, none, or a client that was not registered so is 401', async () => {
    const [client, other] = [await register(), await register()]
    const manual = { ...client, registration_client_uri: `/auth/register/${(await server.addClient()).id}` }
    for (const response of [
      await call(client, 'GET', undefined, 'x'),
      await call(client, 'GET', undefined, other.registration_access_token),
      await call(client, 'DELETE', undefined, other.registration_access_token),
      await server.send(client.registration_client_uri),
      await call(manual, 'GET'),
      await call({ ...client, registration_client_uri: '/auth/register/nobody' }, 'GET'),
    ]) {
      expect(response.headers.get('www-authenticate')).toStartWith('Bearer ')
      expect((await refusalOf(response)).error).toBe('invalid_token')
    }
    expect((await call(client, 'GET')).status).toBe(200)
  })
})

describe('attack: registration floods', () => {
  test('at the cap the oldest that nobody allowed makes room once it is an hour old, so that no flood outlasts itself', async () => {
    const small = await startAuthorizationServer({
      settings: { maxDynamicClients: 2, unusedClientTtlSeconds: 30 * 86_400 },
    })
    const there = backChannel(small)
    const ask = () => there.register({ redirect_uris: uris, token_endpoint_auth_method: 'none' })
    const register = async () => ((await (await ask()).json()) as Registered).client_id as ClientId
    const { clients } = small.dependencies.stores
    const used = await register()
    await there.tokensFor((await clients.find(used)) as Client)
    await small.passSeconds(10)
    const unused = await register()
    expect((await ask()).status).toBe(503)
    await small.passSeconds(3_601)
    expect((await ask()).status).toBe(201)
    expect(await clients.find(unused)).toBeUndefined()
    expect(await clients.find(used)).toBeDefined()
    expect((await ask()).status).toBe(503)
    await small.close()
  })

  test('of 100 that register at once no more are taken than the cap allows', async () => {
    const small = await startAuthorizationServer({ settings: { maxDynamicClients: 10 } })
    const there = backChannel(small)
    const metadata = { redirect_uris: uris, token_endpoint_auth_method: 'none' }
    const answers = await Promise.all(Array.from({ length: 100 }, () => there.register(metadata)))
    expect(Map.groupBy(answers, ({ status }) => status).get(201)).toHaveLength(10)
    expect(await small.dependencies.stores.clients.list(100)).toHaveLength(10)
    await small.close()
  })

  test('there is a cap, and clients that nobody ever allowed make room again', async () => {
    const small = await startAuthorizationServer({ settings: { maxDynamicClients: 3, unusedClientTtlSeconds: 3_600 } })
    const there = backChannel(small)
    const metadata = { redirect_uris: uris, token_endpoint_auth_method: 'none' }
    const first = (await (await there.register(metadata)).json()) as Registered
    await there.register(metadata)
    await there.register(metadata)
    expect(await refusalOf(await there.register(metadata))).toMatchObject({
      status: 503,
      error: 'temporarily_unavailable',
    })

    const used = await small.dependencies.stores.clients.find(first.client_id as ClientId)
    if (used === undefined) throw new Error('not kept')
    await there.tokensFor(used)
    await small.passSeconds(3_601)
    expect((await there.register(metadata)).status).toBe(201)
    await small.passSeconds(365 * 86_400)
    await there.tokensFor(used)
    await small.close()
  })
})
