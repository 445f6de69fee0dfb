import { describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { clientSecret, confidentialWithoutPkce } from '../support/authorization-server.ts'
import { basic, refusalOf, startBackChannel, tokensOf } from '../support/back-channel.ts'

const { server, back, client } = await startBackChannel({}, confidentialWithoutPkce)
const other = await server.addClient(confidentialWithoutPkce)
const resourceServer = await server.addClient({ ...confidentialWithoutPkce, serves: [`${server.issuer}/mcp`] })
const tokens = await tokensOf(
  await back.redeem(client, await back.mintCode(client), { client_secret: clientSecret, code_verifier: undefined }),
)

const introspect = async (token: string, by = client) => {
  const response = await back.post('/auth/introspect', { token }, basic(by.id, clientSecret))
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}
const inactive = { active: false }
const tokenFor = async (resources: readonly string[]) =>
  (await back.tokensFor(await server.addClient(), { resources })).access_token

describe('RFC 7662', () => {
  test('section 2.2: an access token of its own', async () => {
    const { sub, exp, jti } = decodeJwt(tokens.access_token)
    expect(await introspect(tokens.access_token)).toMatchObject({
      active: true,
      client_id: client.id,
      iss: server.issuer,
      token_type: 'Bearer',
      scope: tokens.scope,
      sub,
      exp,
      jti,
    })
  })

  test('section 2.2: a refresh token of its own', async () => {
    expect(await introspect(tokens.refresh_token)).toMatchObject({ active: true, client_id: client.id })
  })

  test("section 4: another client's tokens are inactive, and nothing else is said", async () => {
    expect(await introspect(tokens.access_token, other)).toEqual(inactive)
    expect(await introspect(tokens.refresh_token, other)).toEqual(inactive)
  })

  test('section 4: a resource server learns of tokens for what it serves, and of no others', async () => {
    const mcp = `${server.issuer}/mcp`
    expect(await introspect(await tokenFor([mcp]), resourceServer)).toMatchObject({ active: true, aud: [mcp] })
    expect(await introspect(await tokenFor([`${server.issuer}/api/v1`]), resourceServer)).toEqual(inactive)
    expect(await introspect(tokens.access_token, resourceServer)).toEqual(inactive)
    expect(await introspect(tokens.refresh_token, resourceServer)).toEqual(inactive)
  })

  test('section 2.2: what is expired, revoked, malformed or no token of ours is inactive', async () => {
    const mine = async () =>
      tokensOf(
        await back.redeem(client, await back.mintCode(client), {
          client_secret: clientSecret,
          code_verifier: undefined,
        }),
      )
    const revoked = await mine()
    await back.post('/auth/revoke', { token: revoked.refresh_token }, basic(client.id, clientSecret))
    const rotated = await mine()
    await back.refresh(client, rotated.refresh_token, { client_secret: clientSecret })
    const expired = await mine()
    const [header, , signature] = expired.access_token.split('.')
    const forged = Buffer.from(JSON.stringify({ ...decodeJwt(expired.access_token), scope: 'x' })).toString('base64url')
    for (const token of [
      revoked.access_token,
      revoked.refresh_token,
      rotated.refresh_token,
      expired.id_token,
      `${header}.${forged}.${signature}`,
      'x',
      'a.b.c',
    ]) {
      expect(await introspect(token)).toEqual(inactive)
    }
    await server.passSeconds(3_601)
    expect(await introspect(expired.access_token)).toEqual(inactive)
  })

  test('section 2.1: only for clients that prove who they are', async () => {
    const open = await server.addClient()
    const { access_token } = await back.tokensFor(open)
    const response = await back.post('/auth/introspect', { token: access_token, client_id: open.id })
    expect(await refusalOf(response)).toMatchObject({ status: 401, error: 'invalid_client' })
    expect((await back.post('/auth/introspect', { token: access_token })).status).toBe(401)
  })

  test('section 2.1: a token that is missing is invalid_request; section 4: nothing is cached, no other origin may ask', async () => {
    const response = await back.post('/auth/introspect', {}, basic(client.id, clientSecret))
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect((await refusalOf(response)).error).toBe('invalid_request')
  })
})
