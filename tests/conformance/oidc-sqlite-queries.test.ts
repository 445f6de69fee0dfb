import { afterEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '../../src/adapters/sqlite/database.ts'
import { oidcMigrations } from '../../src/adapters/sqlite/oidc/schema.ts'
import { oidcStoresOn } from '../../src/adapters/sqlite/oidc/stores.ts'
import type { OidcStores } from '../../src/oidc/ports.ts'
import { testClock } from '../support/time.ts'
import {
  authorization,
  client,
  clientId,
  familyId,
  grant,
  grantId,
  hash,
  issuedCode,
  ownerId,
  refreshToken,
  session,
  startSeconds,
  user,
} from './records.ts'

/** The database, and every statement that went through it. */
function recording(): { database: Database; statements: Set<string> } {
  const inner = openDatabase({ path: ':memory:', migrations: oidcMigrations })
  const statements = new Set<string>()
  const database: Database = {
    ...inner,
    get: (sql, ...values) => {
      statements.add(sql)
      return inner.get(sql, ...values)
    },
    all: (sql, ...values) => {
      statements.add(sql)
      return inner.all(sql, ...values)
    },
    run: (sql, ...values) => {
      statements.add(sql)
      return inner.run(sql, ...values)
    },
  }
  return { database, statements }
}

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

/** Stores in a file, whose journal is brought into it only when the test says so. */
function onDisk(): { database: Database; stores: OidcStores } {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-auth-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const database = openDatabase({ path: join(folder, 'auth.db'), migrations: oidcMigrations })
  cleanups.push(() => database.close())
  database.get('PRAGMA wal_autocheckpoint = 0')
  database.get('PRAGMA synchronous = OFF')
  return { database, stores: oidcStoresOn(database, testClock()) }
}

/** Every method of every store, each through each of its branches that asks something else. */
async function useAll(stores: OidcStores): Promise<void> {
  await stores.clients.save(client())
  await stores.clients.find(clientId())
  await stores.clients.list(10)
  await stores.clients.saveWithin(1, client({ id: clientId('new') }), startSeconds)
  await stores.clients.delete(clientId())
  await stores.authorizations.create(authorization())
  await stores.authorizations.update(authorization().id, (current) => current)
  await stores.authorizations.delete(authorization().id)
  await stores.codes.create(hash('code'), issuedCode())
  await stores.codes.take(hash('code'), startSeconds + 600)
  await stores.refreshTokens.create(hash('a'), refreshToken())
  await stores.refreshTokens.find(hash('a'))
  await stores.refreshTokens.familyOf(hash('a'))
  for (const [from, to, graceSeconds] of [
    ['a', 'b', 30],
    ['b', 'c', 30],
    ['b', 'd', 30],
    ['b', 'e', -1],
  ] as const) {
    const next = { hash: hash(to), expiresAt: startSeconds + 60 }
    await stores.refreshTokens.rotate(hash(from), next, { clientId: clientId(), now: startSeconds, graceSeconds })
  }
  await stores.refreshTokens.create(hash('f'), refreshToken({ familyId: familyId('f') }))
  await stores.refreshTokens.revokeGrant(grantId())
  await stores.grants.save(grant())
  await stores.grants.find(ownerId(), clientId())
  await stores.grants.findById(grantId())
  await stores.grants.list(ownerId())
  await stores.grants.listInOrder(ownerId(), 10)
  await stores.grants.listByClient(clientId())
  await stores.grants.revoke(ownerId(), grantId())
  await stores.sessions.create(session())
  await stores.sessions.find(session().id)
  await stores.sessions.delete(session().id)
  await stores.users.create(user())
  await stores.users.link(ownerId(), { provider: 'google', subject: '1' })
  await stores.users.update(user())
  await stores.users.findByIdentity({ provider: 'google', subject: '1' })
  await stores.users.hasProvider('google')
  await stores.users.list(10)
  await stores.users.delete(ownerId())
  const code = { selector: 'ABCD', hash: hash('x'), ownerId: ownerId(), triesLeft: 5, expiresAt: startSeconds + 60 }
  await stores.consoleCodes.create(code)
  await stores.consoleCodes.redeem('ABCD', hash('wrong'))
  await stores.consoleCodes.redeem('ABCD', hash('x'))
  await stores.replays.claim(hash('jti'), startSeconds + 60)
}

describe('What the SQLite stores ask of the file', () => {
  test('every statement finds its rows by an index: none reads a whole table or index', async () => {
    const { database, statements } = recording()
    await useAll(oidcStoresOn(database, testClock()))
    expect(statements.size).toBeGreaterThan(40)
    const wrong: string[] = []
    for (const sql of [...statements]) {
      for (const { detail } of database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)) {
        if (/^SCAN (?!CONSTANT)/.test(detail)) wrong.push(`${detail}: ${sql}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('expired rows leave at writes, the oldest first, a bounded number at a time', async () => {
    const { database } = recording()
    const clock = testClock()
    const stores = oidcStoresOn(database, clock)
    const idOf = (index: number) => hash(`session ${index}`)
    for (let index = 0; index < 200; index++) {
      await stores.sessions.create(session({ id: idOf(index), expiresAt: startSeconds + 1_000 - index }))
    }
    const left = () => database.get<{ count: number }>('SELECT count(*) AS count FROM session')?.count
    clock.advanceSeconds(900)
    await stores.sessions.delete(hash('none'))
    expect(left()).toBe(136)
    await stores.sessions.delete(hash('none'))
    expect(left()).toBe(100)
    await stores.sessions.delete(hash('none'))
    expect(left()).toBe(100)
    expect(await stores.sessions.find(idOf(99))).toBeDefined()
  })

  test('a refresh rewrites few pages, however many tokens there are: those of two tokens and of one index', async () => {
    const { database, stores } = onDisk()
    for (let index = 0; index < 2_000; index++) {
      await stores.refreshTokens.create(hash(`${index}`), refreshToken({ familyId: familyId(`${index % 100}`) }))
    }
    const rotate = (index: number) =>
      stores.refreshTokens.rotate(
        hash(`${index}`),
        { hash: hash(`next ${index}`), expiresAt: startSeconds + 86_400 },
        { clientId: clientId(), now: startSeconds, graceSeconds: 30 },
      )
    const framesOf = () => database.get<{ log: number }>('PRAGMA wal_checkpoint(PASSIVE)')?.log ?? Number.NaN
    database.get('PRAGMA wal_checkpoint(TRUNCATE)')
    const before = framesOf()
    for (let index = 0; index < 100; index++) expect((await rotate(index)).outcome).toBe('rotated')
    expect((framesOf() - before) / 100).toBeLessThan(5)
  })

  test('of a family that has ended nothing stays but hashes, and of one that has expired nothing', async () => {
    const { database } = recording()
    const clock = testClock()
    const { refreshTokens } = oidcStoresOn(database, clock)
    const families = () => database.get<{ count: number }>('SELECT count(*) AS count FROM refresh_family')?.count
    await refreshTokens.create(hash('a'), refreshToken())
    await refreshTokens.revokeFamily(familyId())
    expect(families()).toBe(0)
    const brief = refreshToken({ familyId: familyId('brief'), expiresAt: startSeconds + 60 })
    await refreshTokens.create(hash('b'), brief)
    const by = { clientId: clientId(), now: startSeconds, graceSeconds: 30 }
    await refreshTokens.rotate(hash('b'), { hash: hash('c'), expiresAt: startSeconds + 3 * 86_400 }, by)
    clock.advanceSeconds(2 * 86_400)
    await refreshTokens.revokeFamily(familyId('another'))
    expect(await refreshTokens.find(hash('c'))).toBeDefined()
    clock.advanceSeconds(2 * 86_400)
    await refreshTokens.revokeFamily(familyId('another'))
    expect(families()).toBe(0)
    expect(database.get('SELECT 1 FROM refresh_token')).toBeUndefined()
  })
})
