import { describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { signInVerified } from '../../src/oidc/signin/account.ts'
import { clientSecret, confidentialWithoutPkce, startAuthorizationServer } from '../support/authorization-server.ts'
import { backChannel, refusalOf, startBackChannel, tokensOf } from '../support/back-channel.ts'

const { server, back, client } = await startBackChannel()

const deadWith = async (token: string) =>
  expect(await refusalOf(await back.refresh(client, token))).toMatchObject({ status: 400, error: 'invalid_grant' })

describe('OAuth 2.1 section 4.3.1: rotation', () => {
  test('each refresh gives another refresh token, and the access token of the same person', async () => {
    const first = await back.tokensFor(client)
    const second = await tokensOf(await back.refresh(client, first.refresh_token))
    expect(second.refresh_token).not.toBe(first.refresh_token)
    const [before, after] = [decodeJwt(first.access_token), decodeJwt(second.access_token)]
    expect(after).toMatchObject({ sub: before.sub, aud: before.aud, fid: before.fid, gid: before.gid })
    expect(after.jti).not.toBe(before.jti)
  })

  test('50 uses of one token at once, within the grace: all are answered with live tokens', async () => {
    const { refresh_token } = await back.tokensFor(client)
    const answers = await Promise.all(Array.from({ length: 50 }, () => back.refresh(client, refresh_token)))
    const tokens = await Promise.all(answers.map(tokensOf))
    expect(new Set(tokens.map((one) => one.refresh_token)).size).toBe(50)
    for (const { access_token } of tokens) expect((await back.userinfo(access_token)).status).toBe(200)
  })

  test('within the grace a second use lives, whichever of the two answers arrived', async () => {
    const first = await back.tokensFor(client)
    await tokensOf(await back.refresh(client, first.refresh_token))
    await server.passSeconds(30)
    const second = await tokensOf(await back.refresh(client, first.refresh_token))
    await tokensOf(await back.refresh(client, second.refresh_token))
  })

  test('after the grace the old token ends the family: access tokens too', async () => {
    const first = await back.tokensFor(client)
    const second = await tokensOf(await back.refresh(client, first.refresh_token))
    await server.passSeconds(31)
    await deadWith(first.refresh_token)
    await deadWith(second.refresh_token)
    expect((await back.userinfo(second.access_token)).status).toBe(401)
    expect((await back.userinfo(first.access_token)).status).toBe(401)
  })

  test('the thief: a token used again within the grace, but after a successor of it was used, ends the family', async () => {
    const stolen = await back.tokensFor(client)
    const second = await tokensOf(await back.refresh(client, stolen.refresh_token))
    const third = await tokensOf(await back.refresh(client, second.refresh_token))
    await deadWith(stolen.refresh_token)
    await deadWith(third.refresh_token)
    expect((await back.userinfo(third.access_token)).status).toBe(401)
  })

  test('a family ends alone: another authorization of the same person and client lives on', async () => {
    const [first, other] = [await back.tokensFor(client), await back.tokensFor(client)]
    await tokensOf(await back.refresh(client, first.refresh_token))
    await server.passSeconds(31)
    await deadWith(first.refresh_token)
    await tokensOf(await back.refresh(client, other.refresh_token))
  })

  test('a refresh token that is not used expires; used, it goes on', async () => {
    const first = await back.tokensFor(client)
    await server.passSeconds(50 * 86_400)
    const second = await tokensOf(await back.refresh(client, first.refresh_token))
    await server.passSeconds(50 * 86_400)
    const third = await tokensOf(await back.refresh(client, second.refresh_token))
    await server.passSeconds(61 * 86_400)
    await deadWith(third.refresh_token)
  })
})

describe('RFC 6749 section 6', () => {
  test("another client's refresh token is invalid_grant, and is not spent by the attempt", async () => {
    const { refresh_token } = await back.tokensFor(client)
    const other = await server.addClient()
    expect((await refusalOf(await back.refresh(other, refresh_token))).error).toBe('invalid_grant')
    await tokensOf(await back.refresh(client, refresh_token))
  })

  test('a confidential client without its secret, or with a wrong one, is 401 and the token is not spent', async () => {
    const confidential = await server.addClient(confidentialWithoutPkce)
    const code = await back.mintCode(confidential)
    const { refresh_token } = await tokensOf(
      await back.redeem(confidential, code, { client_secret: clientSecret, code_verifier: undefined }),
    )
    for (const client_secret of [undefined, 'wrong']) {
      expect(await refusalOf(await back.refresh(confidential, refresh_token, { client_secret }))).toMatchObject({
        status: 401,
        error: 'invalid_client',
      })
    }
    await tokensOf(await back.refresh(confidential, refresh_token, { client_secret: clientSecret }))
  })

  test('the scope narrows for the access token, never grows, and the refresh token keeps what was granted', async () => {
    const first = await back.tokensFor(client, { scopes: ['openid', 'memories:read'] })
    const refused = await refusalOf(await back.refresh(client, first.refresh_token, { scope: 'memories:write' }))
    expect(refused).toMatchObject({ status: 400, error: 'invalid_scope' })
    const narrow = await tokensOf(await back.refresh(client, first.refresh_token, { scope: 'memories:read' }))
    expect(narrow.scope).toBe('memories:read')
    expect(decodeJwt(narrow.access_token).scope).toBe('memories:read')
    expect(narrow.id_token).toBeUndefined()
    const again = await tokensOf(await back.refresh(client, narrow.refresh_token))
    expect(again.scope).toBe('openid memories:read')
  })

  test('OpenID Connect Core section 12.2: a refreshed ID token has the same sub, iss, aud and auth_time, and no nonce', async () => {
    const first = await back.tokensFor(client, { nonce: 'n' })
    await server.passSeconds(600)
    const second = await tokensOf(await back.refresh(client, first.refresh_token))
    const [before, after] = [decodeJwt(first.id_token), decodeJwt(second.id_token)]
    for (const claim of ['sub', 'iss', 'aud', 'auth_time']) expect(after[claim]).toEqual(before[claim])
    expect(after.nonce).toBeUndefined()
    expect(after.iat).toBe((before.iat ?? 0) + 600)
  })
})

describe('the person is looked at again at each refresh', () => {
  test('an address taken off the list ends the family, and putting it back does not revive it', async () => {
    const emails: string[] = ['ann@ok.example']
    const strict = await startAuthorizationServer({ settings: { allowedEmails: emails } })
    const backThere = backChannel(strict)
    const app = await strict.addClient()
    const ann = await signInVerified(
      { provider: 'google', subject: '1', email: 'ann@ok.example', emailVerified: true, name: 'Ann' },
      strict.dependencies,
    )
    const first = await backThere.tokensFor(app, {}, ann.id)
    const second = await tokensOf(await backThere.refresh(app, first.refresh_token))
    emails.length = 0
    expect((await refusalOf(await backThere.refresh(app, second.refresh_token))).error).toBe('invalid_grant')
    expect((await backThere.userinfo(second.access_token)).status).toBe(401)
    emails.push('ann@ok.example')
    expect((await refusalOf(await backThere.refresh(app, second.refresh_token))).error).toBe('invalid_grant')
    await strict.close()
  })

  test('a person who was removed is out', async () => {
    await server.people.add('leaver')
    const leaver = await server.dependencies.stores.users.findByIdentity({ provider: 'console', subject: 'leaver' })
    const { refresh_token } = await back.tokensFor(client, {}, leaver?.id)
    await server.people.remove('leaver')
    await deadWith(refresh_token)
  })
})
