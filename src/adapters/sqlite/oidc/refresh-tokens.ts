import type { RefreshToken, RefreshTokenStore } from '../../../oidc/ports.ts'
import type { ClientId, FamilyId, TokenHash } from '../../../shared/brand.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { Database } from '../database.ts'
import { type BodyRow, fromBody, toBody } from './body.ts'
import { expiringTables } from './expiring.ts'

/**
 * How long a revoked family is remembered, so that a redemption that was under way when it was revoked cannot bring it
 * back to life: longer than any code lives.
 */
const revokedFamilySeconds = 86_400

/** A spent token names its first successor. A further one, made within the grace, names its predecessor and ends the grace by its use. */
interface TokenRow extends BodyRow {
  readonly client_id: string
  readonly predecessor: TokenHash | null
  readonly successor: TokenHash | null
  readonly rotated_at: number | null
  readonly grace_over: number
}

/** OAuth 2.1 section 4.3.1: rotation, and a family dies when one of its spent tokens is used again. */
export function refreshTokenStore(database: Database, clock: Clock): RefreshTokenStore {
  const { now, write } = expiringTables(database, clock, 'refresh_token', 'revoked_family')

  function insert(hash: TokenHash, token: RefreshToken, predecessor: TokenHash | null): void {
    database.run(
      `INSERT INTO refresh_token (hash, family_id, grant_id, client_id, predecessor, expires_at, body)
        VALUES (?, ?, ?, ?, ?, ?, ?)`,
      hash,
      token.familyId,
      token.grantId,
      token.clientId,
      predecessor,
      token.expiresAt,
      toBody(token),
    )
  }

  /** Whether a spent token's grace goes on: none of its successors was used. */
  function graceGoesOn({ grace_over, successor }: TokenRow): boolean {
    if (grace_over !== 0 || successor === null) return grace_over === 0
    const unused = database.get('SELECT 1 FROM refresh_token WHERE hash = ? AND rotated_at IS NULL', successor)
    return unused !== undefined
  }

  function kill(familyId: FamilyId, at: number): void {
    database.run('DELETE FROM refresh_token WHERE family_id = ?', familyId)
    database.run('DELETE FROM code WHERE family_id = ? AND body IS NOT NULL', familyId)
    database.run(
      'INSERT OR REPLACE INTO revoked_family (id, expires_at) VALUES (?, ?)',
      familyId,
      at + revokedFamilySeconds,
    )
  }

  return {
    async create(hash, token) {
      await write(() => {
        if (database.get('SELECT 1 FROM revoked_family WHERE id = ?', token.familyId) === undefined) {
          insert(hash, token, null)
        }
      })
    },
    async find(hash) {
      return fromBody<RefreshToken>(
        database.get<BodyRow>(
          'SELECT body FROM refresh_token WHERE hash = ? AND rotated_at IS NULL AND expires_at > ?',
          hash,
          now(),
        ),
      )
    },
    async familyOf(hash) {
      const row = database.get<{ client_id: ClientId; family_id: FamilyId }>(
        'SELECT client_id, family_id FROM refresh_token WHERE hash = ? AND expires_at > ?',
        hash,
        now(),
      )
      return row && { clientId: row.client_id, familyId: row.family_id }
    },
    async rotate(hash, next, by) {
      return write(() => {
        const row = database.get<TokenRow>(
          `SELECT client_id, predecessor, successor, rotated_at, grace_over, body
            FROM refresh_token WHERE hash = ? AND expires_at > ?`,
          hash,
          by.now,
        )
        const token = fromBody<RefreshToken>(row)
        if (row === undefined || token === undefined || row.client_id !== by.clientId) return { outcome: 'unknown' }
        const successor: RefreshToken = { ...token, expiresAt: next.expiresAt }
        if (row.rotated_at === null) {
          database.run('UPDATE refresh_token SET rotated_at = ?, successor = ? WHERE hash = ?', by.now, next.hash, hash)
          if (row.predecessor !== null) {
            database.run('UPDATE refresh_token SET grace_over = 1 WHERE hash = ?', row.predecessor)
          }
          insert(next.hash, successor, null)
          return { outcome: 'rotated', token: successor }
        }
        if (by.now - row.rotated_at <= by.graceSeconds && graceGoesOn(row)) {
          insert(next.hash, successor, hash)
          return { outcome: 'graced', token: successor }
        }
        kill(token.familyId, by.now)
        return { outcome: 'reused', token }
      })
    },
    async revokeFamily(familyId) {
      await write((now) => kill(familyId, now))
    },
    async revokeGrant(grantId) {
      await write((now) => {
        const families = database.all<{ family_id: FamilyId }>(
          'SELECT family_id FROM refresh_token WHERE grant_id = ? UNION SELECT family_id FROM code WHERE grant_id = ?',
          grantId,
          grantId,
        )
        for (const { family_id } of families) kill(family_id, now)
      })
    },
  }
}
