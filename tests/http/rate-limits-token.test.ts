/** Rate limits of the token endpoint beside that on failures: for each client, and for each authorization that is refreshed. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { ClientId } from '../../src/shared/brand.ts'
import { hashToken } from '../../src/shared/hash.ts'
import { addressOf, type Deployment, deploy, type Registered, type Tokens } from '../support/deployment.ts'

let deployment: Deployment
let client: Registered
beforeAll(async () => {
  deployment = await deploy({ TOKENS_PER_MINUTE: '12', REFRESHES_PER_MINUTE: '5' })
  client = await deployment.register()
})
afterAll(() => deployment.close())

const sendFrom = (address: string, path: string, init?: RequestInit) =>
  deployment.serve(new Request(addressOf(path), init), { address })
const form = (fields: Record<string, string>): RequestInit => ({ method: 'POST', body: new URLSearchParams(fields) })

function expectRefusal(response: Response, rule: string, policy: string) {
  expect(response.status).toBe(429)
  expect(Number(response.headers.get('retry-after'))).toBeWithin(1, 61)
  expect(response.headers.get('ratelimit-policy')).toBe(`"${rule}";${policy}`)
}

describe('The token endpoint: an allowance for each client and each authorization', () => {
  const refresh = (address: string, refresh_token: string) =>
    sendFrom(address, '/auth/token', form({ grant_type: 'refresh_token', client_id: client.client_id, refresh_token }))

  test('one authorization is refreshed so often in a minute; the token that was refused is not spent', async () => {
    let { refresh_token } = await deployment.signIn(client)
    for (let n = 0; n < 5; n++) {
      const response = await refresh('192.0.2.10', refresh_token)
      expect(response.status).toBe(200)
      refresh_token = ((await response.json()) as Tokens).refresh_token
    }
    expectRefusal(await refresh('192.0.2.11', refresh_token), 'refresh', 'q=5;w=60')
    const found = await deployment.dependencies.auth?.stores.refreshTokens.find(hashToken(refresh_token))
    expect(found?.clientId).toBe(client.client_id as ClientId)
    const other = await deployment.signIn(client)
    expect((await refresh('192.0.2.10', other.refresh_token)).status).toBe(200)
  })

  test('a confidential client has one allowance from all its addresses; nobody takes from it without its secret', async () => {
    const confidential = await deployment.register({ token_endpoint_auth_method: 'client_secret_post' })
    const ask = (address: string, client_secret = confidential.client_secret ?? '') =>
      sendFrom(
        address,
        '/auth/token',
        form({ grant_type: 'refresh_token', refresh_token: 'x', client_id: confidential.client_id, client_secret }),
      )
    for (let n = 0; n < 12; n++) expect((await ask(`192.0.3.${n}`, 'wrong')).status).toBe(401)
    for (let n = 0; n < 12; n++) expect((await ask(`192.0.3.${n}`)).status).toBe(400)
    const refused = await ask('192.0.3.99')
    expectRefusal(refused, 'token', 'q=12;w=60')
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' })
  })

  test('what is sent in a public client’s name from elsewhere takes nothing from it', async () => {
    const open = await deployment.register()
    const ask = (address: string) =>
      sendFrom(
        address,
        '/auth/token',
        form({ grant_type: 'refresh_token', refresh_token: 'x', client_id: open.client_id }),
      )
    for (let n = 0; n < 12; n++) await ask('192.0.4.1')
    expect((await ask('192.0.4.1')).status).toBe(429)
    expect((await ask('192.0.4.2')).status).toBe(400)
  })
})
