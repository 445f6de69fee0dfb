import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { openSqliteRevocationFeed } from '../../../src/adapters/sqlite/oidc/revocation-feed.ts'
import { openSqliteOidcStores } from '../../../src/adapters/sqlite/oidc/stores.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { oidcSettings } from '../../../src/dependencies/oidc-settings.ts'
import { endAll } from '../../../src/oidc/grants/end.ts'
import type { ClientId, GrantId, OwnerId } from '../../../src/shared/brand.ts'
import { testClock } from '../../support/time.ts'

const clock = testClock()
const ownerId = 'ada' as OwnerId
const settings = oidcSettings(loadConfig(undefined, {}))
let stores: ReturnType<typeof openSqliteOidcStores>
let feed: ReturnType<typeof openSqliteRevocationFeed>
beforeEach(() => {
  stores = openSqliteOidcStores({ path: ':memory:', clock })
  feed = openSqliteRevocationFeed({ path: ':memory:', clock })
})
afterEach(async () => {
  stores.close()
  await feed.close()
})

let number = 0
function allow() {
  const id = `grant-${++number}` as GrantId
  const clientId = `client-${number}` as ClientId
  return stores.grants.save({ id, ownerId, clientId, scopes: [], resources: [], createdAt: 0, updatedAt: 0 })
}
const end = (list = () => stores.grants.list(ownerId)) => endAll(list, { stores, feed, clock, settings })

describe('ending all that was allowed', () => {
  test('also what is beyond one list, and each of them in the revocation feed', async () => {
    for (let n = 0; n < 1_100; n++) await allow()
    expect(await stores.grants.list(ownerId)).toHaveLength(1_000)
    await end()
    expect(await stores.grants.list(ownerId)).toEqual([])
    expect((await feed.since(undefined)).revocations).toHaveLength(1_100)
  })

  test('what is allowed as fast as it is ended is unavailable, and not a loop without end', async () => {
    const always = async () => {
      await allow()
      return stores.grants.list(ownerId)
    }
    // Not by `rejects`: it waits in a loop of its own, in which each of a thousand writes waits for somebody else's timer.
    const failure = await end(always).catch((error: unknown) => error)
    expect(failure).toMatchObject({ kind: 'unavailable' })
  })
})
