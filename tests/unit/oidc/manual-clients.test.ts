import { describe, expect, test } from 'bun:test'
import { openSqliteRevocationFeed } from '../../../src/adapters/sqlite/oidc/revocation-feed.ts'
import { openSqliteOidcStores } from '../../../src/adapters/sqlite/oidc/stores.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { oidcSettings } from '../../../src/dependencies/oidc-settings.ts'
import { createClientAdministration } from '../../../src/oidc/clients/manual.ts'
import { hashToken } from '../../../src/shared/hash.ts'
import { createRandom } from '../../../src/shared/random.ts'
import { failureOf } from '../../support/failure.ts'
import { testClock } from '../../support/time.ts'

function administration() {
  const clock = testClock()
  const stores = openSqliteOidcStores({ path: ':memory:', clock })
  const feed = openSqliteRevocationFeed({ path: ':memory:', clock })
  const settings = oidcSettings(loadConfig(undefined, {}))
  return createClientAdministration({ stores, feed, clock, settings, random: createRandom(clock) })
}
const redirectUris = ['https://chatgpt.com/aip/g-1/oauth/callback']

describe('clients added by hand', () => {
  test('GPT Actions: a secret told once and kept as its hash, by Basic and by POST, PKCE optional', async () => {
    const clients = administration()
    const { client, secret } = await clients.add({ kind: 'actions', name: 'My GPT', redirectUris })
    expect(client).toMatchObject({
      pkceRequired: false,
      authMethods: ['client_secret_basic', 'client_secret_post'],
      kind: 'manual',
    })
    expect(client.secretHash).toBe(hashToken(secret ?? ''))
    expect(JSON.stringify(await Array.fromAsync(clients.list()))).not.toContain(secret ?? 'no secret')
    expect(client.expiresAt).toBeUndefined()
  })

  test('every other kind has PKCE; client_credentials only for a machine', async () => {
    const clients = administration()
    expect((await clients.add({ kind: 'public', name: 'App', redirectUris })).client).toMatchObject({
      pkceRequired: true,
      authMethods: ['none'],
    })
    const { client } = await clients.add({ kind: 'confidential', name: 'Site', redirectUris })
    expect(client.grantTypes).not.toContain('client_credentials')
    expect((await clients.add({ kind: 'machine', name: 'Cron', redirectUris: [] })).client.grantTypes).toEqual([
      'client_credentials',
    ])
  })

  test('what it serves is a resource of ours, and it proves who it is', async () => {
    const clients = administration()
    const machine = { kind: 'machine', name: 'Gateway', redirectUris: [] } as const
    const { client } = await clients.add({ ...machine, serves: ['http://localhost:8765/mcp/'] })
    expect(client.serves).toEqual(['http://localhost:8765/mcp'])
    expect(await failureOf(clients.add({ ...machine, serves: ['https://elsewhere.example'] }))).toMatchObject({
      kind: 'invalid',
      field: 'serves',
    })
    const open = { kind: 'public', name: 'App', redirectUris, serves: ['http://localhost:8765'] } as const
    expect(await failureOf(clients.add(open))).toMatchObject({ kind: 'invalid' })
  })

  test('all are listed, however many there are', async () => {
    const clients = administration()
    for (let at = 0; at < 1_001; at++) await clients.add({ kind: 'machine', name: `Cron ${at}`, redirectUris: [] })
    const names = (await Array.fromAsync(clients.list())).map(({ name }) => name)
    expect(new Set(names).size).toBe(1_001)
    expect(names).toHaveLength(1_001)
  })

  test('a bad redirect URI is refused, an unknown id not removed', async () => {
    const clients = administration()
    expect(
      await failureOf(clients.add({ kind: 'public', name: 'x', redirectUris: ['javascript:alert(1)'] })),
    ).toMatchObject({ kind: 'invalid' })
    expect(await failureOf(clients.remove('nobody'))).toMatchObject({ kind: 'not_found' })
    const { client } = await clients.add({ kind: 'public', name: 'x', redirectUris })
    await clients.remove(client.id)
    expect(await Array.fromAsync(clients.list())).toEqual([])
  })
})
