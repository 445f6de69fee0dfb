import { describe, expect, test } from 'bun:test'
import { ensureConsoleUser } from '../../src/oidc/signin/account.ts'
import { Fault } from '../../src/shared/fault.ts'
import { hashToken } from '../../src/shared/hash.ts'
import { uiCallback, uiClientId } from '../../src/shared/ui-client.ts'
import { departureOf, textOf } from '../support/authorization-server.ts'
import { bearer, refusalOf, startBackChannel, tokensOf } from '../support/back-channel.ts'
import { outage } from '../support/outage.ts'
import { pagesScope, signInToPages } from '../support/ui-client.ts'

const stores = outage()
const {
  server,
  back,
  client: app,
} = await startBackChannel(
  { settings: { uiBaseUrl: 'http://localhost:9000' }, outage: stores },
  { name: 'A notebook', kind: 'dynamic', clientUri: 'https://notebook.example' },
)

interface Listed {
  readonly id: string
  readonly client_id: string
}
const list = async (token: string) =>
  ((await (await server.send('/auth/grants', bearer(token))).json()) as { grants: Listed[] }).grants
const end = (token: string, id: string) => server.send(`/auth/grants/${id}`, { method: 'DELETE', ...bearer(token) })
const lives = async (token: string) => (await back.userinfo(token)).status === 200

describe('our own pages as a client', () => {
  test('a person who signs in to them is asked for nothing else, and their token may manage what was allowed', async () => {
    const { answer, scope } = await signInToPages(server)
    expect(answer.origin + answer.pathname).toBe(`http://localhost:9000${uiCallback}`)
    expect(scope).toBe(pagesScope)
  })

  test('the sign-in page speaks of no app', async () => {
    const redirect_uri = `http://localhost:9000${uiCallback}`
    const page = await server.browser().open(server.authorizationUrl({ id: uiClientId }, { redirect_uri }))
    if ('left' in page) throw new Error(`the browser left for ${page.left}`)
    expect(textOf(page)).toContain('Sign in To your memories')
    expect(textOf(page)).not.toContain('What it asks for')
  })

  test('with a session they are answered at once, also by prompt=none; prompt=consent asks', async () => {
    const { using } = await signInToPages(server)
    const again = (prompt: string) =>
      using.open(
        server.authorizationUrl(
          { id: uiClientId },
          { redirect_uri: `http://localhost:9000${uiCallback}`, scope: pagesScope, prompt },
        ),
      )
    expect(departureOf(await again('none')).searchParams.get('code')).toBeString()
    const asked = await again('consent')
    if ('left' in asked) throw new Error('nobody was asked')
    expect(textOf(asked)).toContain('See the apps you have connected, and disconnect them')
  })

  test.each([
    `http://localhost:9001${uiCallback}`,
    `http://localhost${uiCallback}`,
    `http://127.0.0.1:9000${uiCallback}`,
  ])('attack: another program on the machine cannot take their answer at %s', async (redirect_uri) => {
    const page = await server.browser().open(server.authorizationUrl({ id: uiClientId }, { redirect_uri }))
    if ('left' in page) throw new Error(`the browser left for ${page.left}`)
    expect(page.status).toBe(400)
  })

  test('attack: no other client gets grants:manage, neither by asking nor by registering for it', async () => {
    const greedy = { scope: 'openid grants:manage' }
    const answer = await server.complete(server.browser(), server.authorizationUrl(app, greedy))
    expect((await server.redeem(app, answer)).scope).toBe('openid')
    const registered = await back.register({ redirect_uris: ['https://a.example/cb'], scope: 'openid grants:manage' })
    expect(await registered.json()).toMatchObject({ scope: 'openid' })
    const discovered = await (await server.send('/.well-known/openid-configuration')).json()
    expect(JSON.stringify(discovered)).not.toContain('grants:manage')
  })
})

describe('GET /auth/grants', () => {
  test('lists what the signed-in person allowed, in words, without our own pages and without other people’s', async () => {
    await back.tokensFor(app, { scopes: ['openid', 'memories:read'] })
    await server.people.add('grace')
    const grace = await signInToPages(server, { user: 'grace' })
    expect(await list(grace.access_token)).toEqual([])
    const { access_token } = await signInToPages(server)
    const listed = await list(access_token)
    expect(listed).toHaveLength(1)
    expect(listed[0]).toMatchObject({
      client_id: app.id,
      client_name: 'A notebook',
      client_uri: 'https://notebook.example',
      client_origin: 'It registered itself; its name is its own claim',
      vouched: false,
      scopes: ['openid', 'memories:read'],
      permissions: ['Read your memories', 'Know that it is you, by an identifier'],
      destinations: ['app.example'],
      created_at: new Date(server.clock.now()).toISOString().replace(/\.\d+Z/, '.000Z'),
    })
  })

  test('RFC 6750 section 3: without a token, with another scope, for another resource', async () => {
    const bare = await server.send('/auth/grants')
    expect(bare.status).toBe(401)
    expect(bare.headers.get('www-authenticate')).toBe(`Bearer realm="${server.issuer}", scope="grants:manage"`)
    const { access_token } = await back.tokensFor(app)
    const refused = await server.send('/auth/grants', bearer(access_token))
    expect(refused.headers.get('www-authenticate')).toContain('scope="grants:manage"')
    expect(await refusalOf(refused)).toMatchObject({ status: 403, error: 'insufficient_scope' })
  })
})

describe('DELETE /auth/grants/:id', () => {
  test('ends every token of the grant at once, and the app has to ask again', async () => {
    const tokens = await back.tokensFor(app)
    const successor = await tokensOf(await back.refresh(app, tokens.refresh_token))
    const waiting = await back.mintCode(app)
    const { access_token, using } = await signInToPages(server)
    const [grant] = await list(access_token)
    expect((await end(access_token, grant?.id ?? '')).status).toBe(204)
    for (const token of [tokens, successor]) expect(await lives(token.access_token)).toBe(false)
    expect((await refusalOf(await back.refresh(app, successor.refresh_token))).error).toBe('invalid_grant')
    expect((await refusalOf(await back.redeem(app, waiting))).error).toBe('invalid_grant')
    expect(await list(access_token)).toEqual([])
    const asked = await using.open(server.authorizationUrl(app))
    expect('url' in asked && asked.url).toContain('/auth/consent/')
  })

  test('attack: a code that was being made while the grant ended is worth nothing, nor is a refresh token', async () => {
    const { grants, refreshTokens } = server.dependencies.stores
    const owner = (await ensureConsoleUser('owner', server.dependencies)).id
    const [code, other] = [await back.mintCode(app), await back.tokensFor(app)]
    const grant = await grants.find(owner, app.id)
    if (grant === undefined) throw new Error('no grant')
    await grants.revoke(owner, grant.id)
    expect((await refusalOf(await back.redeem(app, code))).error).toBe('invalid_grant')
    expect((await refusalOf(await back.refresh(app, other.refresh_token))).error).toBe('invalid_grant')
    expect(await refreshTokens.find(hashToken(other.refresh_token))).toBeUndefined()
    expect(await lives(other.access_token)).toBe(false)
  })

  test('what is allowed afterwards lives', async () => {
    expect(await lives((await back.tokensFor(app)).access_token)).toBe(true)
  })

  test('another person’s grant, an unknown and an ended one are 404, and nothing ends', async () => {
    const { access_token } = await back.tokensFor(app)
    const mine = await signInToPages(server)
    const [grant] = await list(mine.access_token)
    const grace = await signInToPages(server, { user: 'grace' })
    for (const id of [grant?.id ?? '', 'unknown', '%00']) expect((await end(grace.access_token, id)).status).toBe(404)
    expect(await lives(access_token)).toBe(true)
  })

  test('a store that fails is 503, and a second try ends the grant', async () => {
    const { access_token } = await back.tokensFor(app)
    const mine = await signInToPages(server)
    const [grant] = await list(mine.access_token)
    stores.begin((_store, method) =>
      method === 'revokeGrant' ? new Fault('unavailable', 'The store does not answer.') : undefined,
    )
    expect((await end(mine.access_token, grant?.id ?? '')).status).toBe(503)
    stores.end()
    expect((await end(mine.access_token, grant?.id ?? '')).status).toBe(204)
    expect(await lives(access_token)).toBe(false)
  })
})
