/** Sessions of the pages in Redis, for any number of processes anywhere; they expire by the engine's own expiry. */
import type { Clock } from '../../../shared/clock.ts'
import type { KeptSession, UiSessions } from '../../../ui/ports.ts'
import type { RedisConnection } from '../connection.ts'
import { expiringRecords } from '../expiring-records.ts'

export function redisUiSessions(redis: RedisConnection, clock: Clock): UiSessions {
  const records = expiringRecords<KeptSession>(redis, clock, 'ui-session')
  return {
    async create(session) {
      await records.create(session.id, session)
    },
    find: records.find,
    replace: async (id, sealed) => (await records.update(id, (session) => ({ ...session, sealed }))) !== undefined,
    delete: records.delete,
  }
}
