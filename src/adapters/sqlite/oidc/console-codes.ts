import type { ConsoleCodeStore } from '../../../oidc/ports.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { Database } from '../database.ts'
import { expiringTables } from '../expiring-tables.ts'

/** Two live codes may share a selector by chance: a wrong guess then costs each of them a try. */
export function consoleCodeStore(database: Database, clock: Clock): ConsoleCodeStore {
  const { write } = expiringTables(database, clock, { console_code: 'selector, hash' })
  return {
    async create({ selector, hash, ownerId, triesLeft, expiresAt }) {
      await write(() =>
        database.run(
          'INSERT INTO console_code (selector, hash, owner_id, tries_left, expires_at) VALUES (?, ?, ?, ?, ?)',
          selector,
          hash,
          ownerId,
          triesLeft,
          expiresAt,
        ),
      )
    },
    async redeem(selector, hash) {
      return write((now) => {
        const row = database.get<{ owner_id: OwnerId; expires_at: number }>(
          'DELETE FROM console_code WHERE selector = ? AND hash = ? AND expires_at > ? RETURNING owner_id, expires_at',
          selector,
          hash,
          now,
        )
        if (row !== undefined) return { ownerId: row.owner_id, expiresAt: row.expires_at }
        database.run('UPDATE console_code SET tries_left = tries_left - 1 WHERE selector = ?', selector)
        database.run('DELETE FROM console_code WHERE selector = ? AND tries_left <= 0', selector)
        return undefined
      })
    },
  }
}
