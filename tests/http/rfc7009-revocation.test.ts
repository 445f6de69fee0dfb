import { describe, expect, test } from 'bun:test'
import type { Client } from '../../src/oidc/ports.ts'
import { Fault } from '../../src/shared/fault.ts'
import { type AuthorizationServer, clientSecret, confidentialWithoutPkce } from '../support/authorization-server.ts'
import { refusalOf, startBackChannel, tokensOf } from '../support/back-channel.ts'
import { outage } from '../support/outage.ts'

const stores = outage()
const { server, back, client } = await startBackChannel({ outage: stores })

const revoke = (token: string, more: Record<string, string> = {}, by: Pick<Client, 'id'> = client) =>
  back.post('/auth/revoke', { token, client_id: by.id, ...more })
const lives = async (token: string) => (await back.userinfo(token)).status === 200

describe('RFC 7009', () => {
  test('section 2.1: a refresh token takes its family along, at once: access tokens and successors', async () => {
    const first = await back.tokensFor(client)
    const second = await tokensOf(await back.refresh(client, first.refresh_token))
    expect(await lives(first.access_token)).toBe(true)
    expect((await revoke(second.refresh_token)).status).toBe(200)
    expect(await lives(first.access_token)).toBe(false)
    expect(await lives(second.access_token)).toBe(false)
    expect((await refusalOf(await back.refresh(client, second.refresh_token))).error).toBe('invalid_grant')
  })

  test('section 2.1: a refresh token that somebody has spent by then takes its family along all the same', async () => {
    const first = await back.tokensFor(client)
    const thiefs = await tokensOf(await back.refresh(client, first.refresh_token))
    expect((await revoke(first.refresh_token)).status).toBe(200)
    expect(await lives(thiefs.access_token)).toBe(false)
    expect((await refusalOf(await back.refresh(client, thiefs.refresh_token))).error).toBe('invalid_grant')
  })

  test('section 2.1: an access token goes alone', async () => {
    const { access_token, refresh_token } = await back.tokensFor(client)
    expect((await revoke(access_token)).status).toBe(200)
    expect(await lives(access_token)).toBe(false)
    expect(await lives((await tokensOf(await back.refresh(client, refresh_token))).access_token)).toBe(true)
  })

  test('section 2.1: a wrong token_type_hint is no obstacle', async () => {
    const { access_token, refresh_token } = await back.tokensFor(client)
    expect((await revoke(access_token, { token_type_hint: 'refresh_token' })).status).toBe(200)
    expect(await lives(access_token)).toBe(false)
    expect((await revoke(refresh_token, { token_type_hint: 'access_token' })).status).toBe(200)
    expect((await refusalOf(await back.refresh(client, refresh_token))).error).toBe('invalid_grant')
  })

  test('section 2.2: an unknown, malformed or already revoked token is 200', async () => {
    const { refresh_token } = await back.tokensFor(client)
    for (const token of ['unknown', 'a.b.c', refresh_token, refresh_token])
      expect((await revoke(token)).status).toBe(200)
  })

  test("section 2.1: another client's token stays alive", async () => {
    const { access_token, refresh_token } = await back.tokensFor(client)
    const other = await server.addClient()
    await revoke(access_token, {}, other)
    await revoke(refresh_token, {}, other)
    expect(await lives(access_token)).toBe(true)
    await tokensOf(await back.refresh(client, refresh_token))
  })

  test('section 2.1: a confidential client must authenticate; a token that is missing is invalid_request', async () => {
    const confidential = await server.addClient(confidentialWithoutPkce)
    expect(await refusalOf(await revoke('x', {}, confidential))).toMatchObject({ status: 401, error: 'invalid_client' })
    expect((await revoke('x', { client_secret: clientSecret }, confidential)).status).toBe(200)
    expect(await refusalOf(await revoke(''))).toMatchObject({ status: 400, error: 'invalid_request' })
  })
})

describe('attack: a revocation that was not kept is never called done', () => {
  const failing = async (break_: (server: AuthorizationServer) => () => void) => {
    const tokens = await back.tokensFor(client)
    const restore = break_(server)
    const refused = await revoke(tokens.refresh_token)
    restore()
    return { tokens, refused }
  }
  const lost = () => Promise.reject(new Fault('unavailable', 'The store does not answer.'))

  for (const [what, break_] of [
    [
      'the feed',
      ({ dependencies: { feed } }: AuthorizationServer) => {
        const { revoke: kept } = feed
        feed.revoke = lost
        return () => {
          feed.revoke = kept
        }
      },
    ],
    [
      'the store',
      () => {
        stores.begin((_store, method) =>
          method === 'revokeFamily' ? new Fault('unavailable', 'The store does not answer.') : undefined,
        )
        return stores.end
      },
    ],
  ] as const) {
    test(`section 2.2.1: ${what} failing is 503 with Retry-After, and a second try ends everything`, async () => {
      const { tokens, refused } = await failing(break_)
      expect(refused.headers.get('retry-after')).toBe('5')
      expect((await refusalOf(refused)).status).toBe(503)
      expect((await revoke(tokens.refresh_token)).status).toBe(200)
      expect(await lives(tokens.access_token)).toBe(false)
      expect((await refusalOf(await back.refresh(client, tokens.refresh_token))).error).toBe('invalid_grant')
    })
  }
})
