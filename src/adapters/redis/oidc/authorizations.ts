import type { Authorization, AuthorizationStore } from '../../../oidc/ports.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { RedisConnection } from '../connection.ts'
import { expiringRecords } from '../expiring-records.ts'

export function authorizationStore(redis: RedisConnection, clock: Clock): AuthorizationStore {
  const records = expiringRecords<Authorization>(redis, clock, 'authorization')
  return {
    async create(authorization) {
      await records.create(authorization.id, authorization)
    },
    find: records.find,
    update: records.update,
    delete: records.delete,
  }
}
