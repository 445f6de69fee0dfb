import type { CodeStore, IssuedCode } from '../../../oidc/ports.ts'
import type { FamilyId } from '../../../shared/brand.ts'
import type { Clock } from '../../../shared/clock.ts'
import { unixSeconds } from '../../../shared/clock.ts'
import { type RedisConnection, script } from '../connection.ts'
import { familyLua } from './families.ts'

/** ARGV: prefix, now, family, grant, expires, body. */
const create = script(`${familyLua}
  local expires = tonumber(ARGV[5])
  redis.call('HSET', KEYS[1], 'family', ARGV[3], 'grant', ARGV[4], 'expires', ARGV[5], 'body', ARGV[6])
  keep(KEYS[1], expires)
  join(ARGV[3], ARGV[4], KEYS[1], expires)
  return 1`)

/** ARGV: prefix, now, spent until. */
const take = script(`${familyLua}
  local family, grant, expires, spent, body = unpack(redis.call('HMGET', KEYS[1], 'family', 'grant', 'expires', 'spent', 'body'))
  if not family or tonumber(expires) <= NOW then return {'unknown'} end
  if spent == '1' then return {'spent', family} end
  redis.call('HDEL', KEYS[1], 'body')
  spend(family, KEYS[1], tonumber(ARGV[3]))
  join(family, grant, KEYS[1], tonumber(ARGV[3]))
  return {'taken', body}`)

type Reply = readonly ['unknown'] | readonly ['spent', FamilyId] | readonly ['taken', string]

export function codeStore(redis: RedisConnection, clock: Clock): CodeStore {
  const stamp = () => [redis.keyPrefix, unixSeconds(clock)]
  return {
    async create(hash, code) {
      const values = [...stamp(), code.familyId, code.grantId, code.expiresAt, JSON.stringify(code)]
      await redis.run(create, [redis.key('code', hash)], values)
    },
    async take(hash, spentUntil) {
      const reply = await redis.run<Reply>(take, [redis.key('code', hash)], [...stamp(), spentUntil])
      switch (reply[0]) {
        case 'taken':
          return { outcome: 'taken', code: JSON.parse(reply[1]) as IssuedCode }
        case 'spent':
          return { outcome: 'spent', familyId: reply[1] }
        case 'unknown':
          return { outcome: 'unknown' }
      }
    },
  }
}
