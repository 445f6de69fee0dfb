import type { ConsoleCodeStore } from '../../../oidc/ports.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import type { Clock } from '../../../shared/clock.ts'
import { unixSeconds } from '../../../shared/clock.ts'
import { type RedisConnection, script } from '../connection.ts'
import { keptMs } from '../expiring-records.ts'

/** One hash a selector: code hash -> `triesLeft|expiresAt|ownerId`. Kept as long as the last of them. */
const create = script(`
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
  return 1`)

/** ARGV: hash, now. Two live codes may share a selector by chance: a wrong guess then costs each of them a try. */
const redeem = script(`
  local hash, now = ARGV[1], tonumber(ARGV[2])
  local codes = redis.call('HGETALL', KEYS[1])
  for at = 1, #codes, 2 do
    local tries, expires, owner = string.match(codes[at + 1], '^(%d+)|(%d+)|(.*)$')
    if codes[at] == hash and tonumber(expires) > now then
      redis.call('HDEL', KEYS[1], hash)
      return {owner, tonumber(expires)}
    end
  end
  for at = 1, #codes, 2 do
    local tries, rest = string.match(codes[at + 1], '^(%d+)(|.*)$')
    if tonumber(tries) <= 1 then redis.call('HDEL', KEYS[1], codes[at])
    else redis.call('HSET', KEYS[1], codes[at], (tonumber(tries) - 1) .. rest) end
  end
  return false`)

export function consoleCodeStore(redis: RedisConnection, clock: Clock): ConsoleCodeStore {
  const keysOf = (selector: string) => [redis.key('console-code', selector)]
  return {
    async create({ selector, hash, ownerId, triesLeft, expiresAt }) {
      const values = [hash, `${triesLeft}|${expiresAt}|${ownerId}`, keptMs(clock, expiresAt)]
      await redis.run(create, keysOf(selector), values)
    },
    async redeem(selector, hash) {
      const reply = await redis.run<[OwnerId, number] | null>(redeem, keysOf(selector), [hash, unixSeconds(clock)])
      return reply === null ? undefined : { ownerId: reply[0], expiresAt: reply[1] }
    },
  }
}
