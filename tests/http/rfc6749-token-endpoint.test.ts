import { describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { createClientAdministration } from '../../src/oidc/clients/manual.ts'
import type { Client } from '../../src/oidc/ports.ts'
import { clientSecret, confidentialWithoutPkce, type TokenAnswer } from '../support/authorization-server.ts'
import { basic, refusalOf, startBackChannel, tokensOf } from '../support/back-channel.ts'
import { failureOf, saying } from '../support/failure.ts'

const { server, back, client } = await startBackChannel()

describe('the token endpoint', () => {
  test('RFC 6749 section 3.2: a parameter sent twice is invalid_request, whichever it is', async () => {
    const code = await back.mintCode(client)
    const pairs = [
      ['grant_type', 'authorization_code'],
      ['code', code],
      ['client_id', client.id],
    ] as const
    for (const [name, value] of pairs) {
      expect(await refusalOf(await back.post('/auth/token', [...pairs, [name, value]]))).toMatchObject({
        status: 400,
        error: 'invalid_request',
      })
    }
    expect((await back.redeem(client, code)).status).toBe(200)
  })

  test('RFC 6749 section 3.2: an unknown parameter is ignored, and one without a value is as if it had not come', async () => {
    const answer = await back.redeem(client, await back.mintCode(client), { vendor: 'x', client_secret: '', scope: '' })
    expect(answer.status).toBe(200)
  })

  test('RFC 6749 section 5.1: no-store, and what was granted', async () => {
    const answer = await back.redeem(client, await back.mintCode(client, { scopes: ['openid', 'memories:read'] }))
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-type')).toStartWith('application/json')
    expect(await answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'openid memories:read' })
  })

  for (const [what, fields, expected] of [
    ['no grant_type', {}, 'invalid_request'],
    ['an unknown grant_type', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['no code', { grant_type: 'authorization_code' }, 'invalid_request'],
    ['no refresh_token', { grant_type: 'refresh_token' }, 'invalid_request'],
    ['an unknown code', { grant_type: 'authorization_code', code: 'x' }, 'invalid_grant'],
    ['an unknown refresh token', { grant_type: 'refresh_token', refresh_token: 'x' }, 'invalid_grant'],
    ['an unknown client_id', { grant_type: 'authorization_code', code: 'x', client_id: 'nobody' }, 'invalid_client'],
  ] as const) {
    test(`RFC 6749 section 5.2: ${what} is ${expected}`, async () => {
      const refusal = await refusalOf(await back.post('/auth/token', { client_id: client.id, ...fields }))
      expect(refusal).toMatchObject({ status: expected === 'invalid_client' ? 401 : 400, error: expected })
    })
  }

  test('RFC 6749 section 5.2: a grant that the client is not registered for is unauthorized_client', async () => {
    const codeOnly = await server.addClient({ grantTypes: ['authorization_code'] })
    expect((await refusalOf(await back.refresh(codeOnly, 'x'))).error).toBe('unauthorized_client')
  })

  test('RFC 6749 section 5.1: a client that is not registered for refresh_token gets none', async () => {
    const codeOnly = await server.addClient({ grantTypes: ['authorization_code'] })
    const tokens = await tokensOf(await back.redeem(codeOnly, await back.mintCode(codeOnly)))
    expect(tokens.refresh_token).toBeUndefined()
  })

  test('RFC 6749 section 3.2: POST with a form only; other methods are 405, other bodies 400, over 32 KB 413', async () => {
    const get = await server.send('/auth/token')
    expect(get.status).toBe(405)
    expect(get.headers.get('allow')).toContain('POST')
    const json = await back.post('/auth/token', {}, { 'content-type': 'application/json' })
    expect(await refusalOf(json)).toMatchObject({ status: 400, error: 'invalid_request' })
    const large = await back.post('/auth/token', { grant_type: 'x'.repeat(33 * 1024) })
    expect(await refusalOf(large)).toMatchObject({ status: 413, error: 'invalid_request' })
  })

  test('bytes that are not UTF-8 are invalid_request, not another text', async () => {
    const response = await server.send('/auth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=authorization_code&code=%ff&client_id=${client.id}`,
    })
    expect(await refusalOf(response)).toMatchObject({ status: 400, error: 'invalid_request' })
  })
})

describe('RFC 6749 section 4.1: authorization codes', () => {
  test('section 4.1.2: a code used twice is invalid_grant, 30 s and an hour later too, and the first tokens die', async () => {
    for (const later of [0, 30, 3_599]) {
      const code = await back.mintCode(client)
      const tokens = await tokensOf(await back.redeem(client, code))
      await server.passSeconds(later)
      expect(await refusalOf(await back.redeem(client, code))).toMatchObject({ status: 400, error: 'invalid_grant' })
      expect((await back.userinfo(tokens.access_token)).status).toBe(401)
      expect((await refusalOf(await back.refresh(client, tokens.refresh_token))).error).toBe('invalid_grant')
    }
  })

  test('section 4.1.2: a replay days later still ends the family, whose refresh tokens live on', async () => {
    const code = await back.mintCode(client)
    const tokens = await tokensOf(await back.redeem(client, code))
    await server.passSeconds(5 * 86_400)
    const later = await tokensOf(await back.refresh(client, tokens.refresh_token))
    expect((await refusalOf(await back.redeem(client, code))).error).toBe('invalid_grant')
    expect((await refusalOf(await back.refresh(client, later.refresh_token))).error).toBe('invalid_grant')
    expect((await back.userinfo(later.access_token)).status).toBe(401)
  })

  test('section 4.1.2: so does one after the refresh tokens have been rotated for longer than any of them lives', async () => {
    const code = await back.mintCode(client)
    let tokens = await tokensOf(await back.redeem(client, code))
    for (let times = 0; times < 3; times++) {
      await server.passSeconds(59 * 86_400)
      tokens = await tokensOf(await back.refresh(client, tokens.refresh_token))
    }
    await server.passSeconds(59 * 86_400)
    expect((await refusalOf(await back.redeem(client, code))).error).toBe('invalid_grant')
    expect((await refusalOf(await back.refresh(client, tokens.refresh_token))).error).toBe('invalid_grant')
  })

  test('section 10.5: of 50 redemptions at once one succeeds, and what it got dies with the replay', async () => {
    const code = await back.mintCode(client)
    const answers = await Promise.all(Array.from({ length: 50 }, () => back.redeem(client, code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect((await refusalOf(answer)).error).toBe('invalid_grant')
    }
    const [winner] = answers.filter(({ status }) => status === 200)
    const tokens = (await winner?.json()) as { access_token: string; refresh_token: string }
    expect((await back.userinfo(tokens.access_token)).status).toBe(401)
    expect((await refusalOf(await back.refresh(client, tokens.refresh_token))).error).toBe('invalid_grant')
  })

  test('section 4.1.2: a code expires', async () => {
    const code = await back.mintCode(client)
    await server.passSeconds(61)
    expect((await refusalOf(await back.redeem(client, code))).error).toBe('invalid_grant')
  })

  test("section 4.1.3: another client's code is invalid_grant", async () => {
    const other = await server.addClient()
    expect((await refusalOf(await back.redeem(other, await back.mintCode(client)))).error).toBe('invalid_grant')
  })

  for (const [what, redirect_uri] of [
    ['missing', undefined],
    ['another path', 'https://app.example/callback2'],
    ['a trailing slash more', 'https://app.example/callback/'],
    ['another case of the path', 'https://app.example/Callback'],
    ['a query more', 'https://app.example/callback?a=1'],
  ] as const) {
    test(`section 4.1.3: redirect_uri is repeated exactly: ${what} is invalid_grant`, async () => {
      const refusal = await refusalOf(await back.redeem(client, await back.mintCode(client), { redirect_uri }))
      expect(refusal).toMatchObject({ status: 400, error: 'invalid_grant' })
    })
  }

  test('section 4.1.3: a redirect_uri that was not sent before may be left out or be the registered one', async () => {
    for (const redirect_uri of [undefined, 'https://app.example/callback']) {
      const code = await back.mintCode(client, { redirectUriSent: false })
      expect((await back.redeem(client, code, { redirect_uri })).status).toBe(200)
    }
  })
})

describe('RFC 6749 section 4.4: client_credentials', () => {
  const confidential = { ...confidentialWithoutPkce, grantTypes: ['authorization_code', 'client_credentials'] } as const
  const request = (id: string, more: Record<string, string> = {}) =>
    back.post('/auth/token', { grant_type: 'client_credentials', ...more }, basic(id, clientSecret))

  test('a client that was not registered for it is unauthorized_client', async () => {
    const other = await server.addClient(confidentialWithoutPkce)
    expect((await refusalOf(await request(other.id))).error).toBe('unauthorized_client')
  })

  test('section 4.4.3: an access token for the client itself; no refresh token, no ID token; RFC 9068 section 5: no sub of a person', async () => {
    const { id } = await server.addClient(confidential)
    const answer = (await (await request(id)).json()) as Record<string, unknown>
    expect(Object.keys(answer).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type'])
    const claims = decodeJwt(String(answer.access_token))
    expect(claims).toMatchObject({ client_id: id, scope: 'memories:read memories:write' })
    expect(claims.sub).not.toBe(id)
    expect(claims.sub).toBe(decodeJwt(String(((await (await request(id)).json()) as typeof answer).access_token)).sub)
  })

  test('section 3.3: what only a person can give is not given', async () => {
    const { id } = await server.addClient(confidential)
    const some = (await (await request(id, { scope: 'openid memories:read' })).json()) as { scope: string }
    expect(some.scope).toBe('memories:read')
    expect((await refusalOf(await request(id, { scope: 'openid profile' }))).error).toBe('invalid_scope')
  })

  test('section 4.4: a public client never gets it, even when it was registered for it by mistake', async () => {
    const open = await server.addClient({ grantTypes: ['client_credentials'] })
    const answer = await back.post('/auth/token', { grant_type: 'client_credentials', client_id: open.id })
    expect((await refusalOf(answer)).error).toBe('unauthorized_client')
  })

  test('section 2.3: without its secret it is invalid_client', async () => {
    const { id } = await server.addClient(confidential)
    const answer = await back.post('/auth/token', { grant_type: 'client_credentials', client_id: id })
    expect(await refusalOf(answer)).toMatchObject({ status: 401, error: 'invalid_client' })
  })

  test('the tokens of a client that the operator removes end at once', async () => {
    const [removed, kept] = [await server.addClient(confidential), await server.addClient(confidential)]
    const tokenOf = async ({ id }: Client) => ((await (await request(id)).json()) as TokenAnswer).access_token
    const [dead, alive] = [await tokenOf(removed), await tokenOf(kept)]
    await createClientAdministration(server.dependencies).remove(removed.id)
    const verify = (token: string) => server.dependencies.verifier.verify(token, [server.issuer])
    expect(await failureOf(verify(dead))).toMatchObject(saying('revoked'))
    expect((await verify(alive)).clientId).toBe(kept.id)
  })
})
