import type { ReplayStore } from '../../../oidc/ports.ts'
import type { Clock } from '../../../shared/clock.ts'
import { unixSeconds } from '../../../shared/clock.ts'
import { type RedisConnection, script } from '../connection.ts'
import { keptMs } from '../expiring-records.ts'

const claim = script(`
  local until_ = tonumber(redis.call('GET', KEYS[1]) or '0')
  if until_ > tonumber(ARGV[1]) then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1`)

export function replayStore(redis: RedisConnection, clock: Clock): ReplayStore {
  return {
    async claim(key, expiresAt) {
      const values = [unixSeconds(clock), expiresAt, keptMs(clock, expiresAt)]
      return (await redis.run<number>(claim, [redis.key('replay', key)], values)) === 1
    },
  }
}
