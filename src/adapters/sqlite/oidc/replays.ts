import type { ReplayStore } from '../../../oidc/ports.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { Database } from '../database.ts'
import { expiringTables } from '../expiring-tables.ts'

export function replayStore(database: Database, clock: Clock): ReplayStore {
  const { write } = expiringTables(database, clock, { replay: 'key' })
  return {
    async claim(key, expiresAt) {
      return write(
        (now) =>
          database.run(
            `INSERT INTO replay (key, expires_at) VALUES (?, ?)
              ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE replay.expires_at <= ?`,
            key,
            expiresAt,
            now,
          ) === 1,
      )
    },
  }
}
