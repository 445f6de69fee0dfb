import type { Session, SessionStore } from '../../../oidc/ports.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { RedisConnection } from '../connection.ts'
import { expiringRecords } from '../expiring-records.ts'

export function sessionStore(redis: RedisConnection, clock: Clock): SessionStore {
  const records = expiringRecords<Session>(redis, clock, 'session')
  return {
    async create(session) {
      await records.create(session.id, session)
    },
    find: records.find,
    async delete(id) {
      await records.delete(id)
    },
  }
}
