import type { RefreshToken, RefreshTokenStore, Rotation } from '../../../oidc/ports.ts'
import type { FamilyId, TokenHash } from '../../../shared/brand.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { Database } from '../database.ts'
import { expiringTables } from '../expiring-tables.ts'
import { type BodyRow, toBody } from './body.ts'

/**
 * How long a revoked family is remembered, so that a redemption that was under way when it was revoked cannot bring it
 * back to life: longer than any code lives.
 */
const revokedFamilySeconds = 86_400

const daySeconds = 86_400

/** A spent token names its first successor. A further one, made within the grace, names its predecessor and ends the grace by its use. */
interface TokenRow {
  readonly family_id: FamilyId
  readonly predecessor: TokenHash | null
  readonly successor: TokenHash | null
  readonly rotated_at: number | null
  readonly grace_over: number
  readonly expires_at: number
}

/** What the tokens of a family have in common. */
interface FamilyRow extends BodyRow {
  readonly expires_at: number
}

const toToken = ({ expires_at }: TokenRow, { body }: FamilyRow): RefreshToken => ({
  ...(JSON.parse(body) as Omit<RefreshToken, 'expiresAt'>),
  expiresAt: expires_at,
})

/** When a family may go, as its row says it: seldom another time. */
const familyExpiry = (tokenExpiresAt: number) => Math.ceil(tokenExpiresAt / daySeconds) * daySeconds

/** OAuth 2.1 section 4.3.1: rotation, and a family dies when one of its spent tokens is used again. */
export function refreshTokenStore(database: Database, clock: Clock): RefreshTokenStore {
  const { now, write, writeWithReserve } = expiringTables(database, clock, {
    refresh_token: 'hash',
    refresh_family: 'id',
    revoked_family: 'id',
  })

  /** A token that has not expired, spent or not, and its family. Asked one after the other: a join is planned anew each time. */
  function read(hash: TokenHash, at: number): { token: TokenRow; family: FamilyRow } | undefined {
    const token = database.get<TokenRow>(
      `SELECT family_id, predecessor, successor, rotated_at, grace_over, expires_at
        FROM refresh_token WHERE hash = ? AND expires_at > ?`,
      hash,
      at,
    )
    const family =
      token && database.get<FamilyRow>('SELECT expires_at, body FROM refresh_family WHERE id = ?', token.family_id)
    return family && { token, family }
  }

  function insert(hash: TokenHash, { familyId, expiresAt }: RefreshToken, predecessor: TokenHash | null): void {
    database.run(
      'INSERT INTO refresh_token (hash, family_id, predecessor, expires_at) VALUES (?, ?, ?, ?)',
      hash,
      familyId,
      predecessor,
      expiresAt,
    )
  }

  /** Keeps what a family's tokens have in common for as long as this one lives. */
  function keepFamily({ expiresAt, ...family }: RefreshToken): void {
    database.run(
      `INSERT INTO refresh_family (id, grant_id, expires_at, body) VALUES (?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)`,
      family.familyId,
      family.grantId,
      familyExpiry(expiresAt),
      toBody(family),
    )
  }

  /** The mark of the family's spent code stays as long as its tokens, by a day and more at a time: so a refresh mostly leaves it as it is. */
  const prolongMark = ({ familyId, expiresAt }: RefreshToken): number =>
    database.run(
      'UPDATE code SET expires_at = ? WHERE family_id = ? AND body IS NULL AND expires_at < ?',
      expiresAt + daySeconds,
      familyId,
      expiresAt,
    )

  /** Whether a spent token's grace goes on: none of its successors was used. */
  function graceGoesOn({ grace_over, successor }: TokenRow): boolean {
    if (grace_over !== 0 || successor === null) return grace_over === 0
    const unused = database.get('SELECT 1 FROM refresh_token WHERE hash = ? AND rotated_at IS NULL', successor)
    return unused !== undefined
  }

  /** Its tokens are nobody's from then on, and go when they would have expired. */
  function kill(familyId: FamilyId, at: number): void {
    database.run('DELETE FROM refresh_family WHERE id = ?', familyId)
    database.run('DELETE FROM code WHERE family_id = ? AND body IS NOT NULL', familyId)
    database.run(
      'INSERT OR REPLACE INTO revoked_family (id, expires_at) VALUES (?, ?)',
      familyId,
      at + revokedFamilySeconds,
    )
  }

  /** A step of a transaction. */
  function rotate(...[hash, next, by]: Parameters<RefreshTokenStore['rotate']>): Rotation {
    const found = read(hash, by.now)
    if (found === undefined) return { outcome: 'unknown' }
    const { token: row, family } = found
    const token = toToken(row, family)
    if (token.clientId !== by.clientId) return { outcome: 'unknown' }
    const successor: RefreshToken = { ...token, expiresAt: next.expiresAt }
    const live = row.rotated_at === null
    if (!live && !(by.now - row.rotated_at <= by.graceSeconds && graceGoesOn(row))) {
      kill(token.familyId, by.now)
      return { outcome: 'reused', token }
    }
    if (familyExpiry(next.expiresAt) > family.expires_at) keepFamily(successor)
    prolongMark(successor)
    if (!live) {
      insert(next.hash, successor, hash)
      return { outcome: 'graced', token: successor }
    }
    spend(hash, row, next.hash, by.now)
    insert(next.hash, successor, null)
    return { outcome: 'rotated', token: successor }
  }

  function spend(hash: TokenHash, { predecessor }: TokenRow, successor: TokenHash, at: number): void {
    database.run('UPDATE refresh_token SET rotated_at = ?, successor = ? WHERE hash = ?', at, successor, hash)
    if (predecessor !== null) database.run('UPDATE refresh_token SET grace_over = 1 WHERE hash = ?', predecessor)
  }

  return {
    async create(hash, token) {
      await write(() => {
        if (database.get('SELECT 1 FROM revoked_family WHERE id = ?', token.familyId) === undefined) {
          keepFamily(token)
          insert(hash, token, null)
        }
      })
    },
    async find(hash) {
      const found = read(hash, now())
      return found?.token.rotated_at === null ? toToken(found.token, found.family) : undefined
    },
    async familyOf(hash) {
      const found = read(hash, now())
      if (found === undefined) return undefined
      const { clientId, familyId } = toToken(found.token, found.family)
      return { clientId, familyId }
    },
    rotate: (...given) => writeWithReserve(() => rotate(...given)),
    async revokeFamily(familyId) {
      await writeWithReserve((now) => kill(familyId, now))
    },
    async revokeGrant(grantId) {
      await writeWithReserve((now) => {
        const families = database.all<{ family_id: FamilyId }>(
          'SELECT id AS family_id FROM refresh_family WHERE grant_id = ? UNION SELECT family_id FROM code WHERE grant_id = ?',
          grantId,
          grantId,
        )
        for (const { family_id } of families) kill(family_id, now)
      })
    },
  }
}
