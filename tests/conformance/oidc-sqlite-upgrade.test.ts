import { afterEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/adapters/sqlite/database.ts'
import { oidcMigrations } from '../../src/adapters/sqlite/oidc/schema.ts'
import { openSqliteOidcStores } from '../../src/adapters/sqlite/oidc/stores.ts'
import { testClock } from '../support/time.ts'
import { clientId, hash, refreshToken, startSeconds } from './records.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

/** What a program of before left: `first` was spent a moment ago, and its successor `second` names it as its predecessor. */
function openAfterUpgrade() {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-auth-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'auth.db')
  const before = openDatabase({ path, migrations: oidcMigrations.slice(0, 2) })
  const { familyId, grantId, expiresAt } = refreshToken()
  for (const [name, predecessor, rotatedAt] of [
    ['first', null, startSeconds],
    ['second', hash('first'), null],
  ] as const) {
    before.run(
      `INSERT INTO refresh_token (hash, family_id, grant_id, client_id, predecessor, rotated_at, expires_at, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[hash(name), familyId, grantId, clientId(), predecessor, rotatedAt, expiresAt, JSON.stringify(refreshToken())],
    )
  }
  before.close()
  const stores = openSqliteOidcStores({ path, clock: testClock() })
  cleanups.push(() => stores.close())
  const rotate = async (from: string, to: string) => {
    const next = { hash: hash(to), expiresAt: startSeconds + 86_400 }
    const by = { clientId: clientId(), now: startSeconds, graceSeconds: 30 }
    return (await stores.refreshTokens.rotate(hash(from), next, by)).outcome
  }
  return { rotate, tokens: stores.refreshTokens }
}

describe('Refresh tokens of before their family had a row of its own', () => {
  test('are what they were, and their whole family ends at once', async () => {
    const { rotate, tokens } = openAfterUpgrade()
    expect(await tokens.find(hash('second'))).toEqual(refreshToken())
    expect(await tokens.find(hash('first'))).toBeUndefined()
    expect(await tokens.familyOf(hash('first'))).toMatchObject({ familyId: refreshToken().familyId })
    await tokens.revokeGrant(refreshToken().grantId)
    expect(await tokens.find(hash('second'))).toBeUndefined()
    expect(await rotate('first', 'third')).toBe('unknown')
  })
})

describe('Refresh tokens of before a spent token named its successor', () => {
  test('have their grace for as long as the successor is not used', async () => {
    const { rotate } = openAfterUpgrade()
    expect(await rotate('first', 'sibling')).toBe('graced')
    expect(await rotate('sibling', 'third')).toBe('rotated')
    expect(await rotate('first', 'thief')).toBe('reused')
  })

  test('lose it by the use of the successor', async () => {
    const { rotate } = openAfterUpgrade()
    expect(await rotate('second', 'third')).toBe('rotated')
    expect(await rotate('first', 'thief')).toBe('reused')
    expect(await rotate('third', 'fourth')).toBe('unknown')
  })
})
