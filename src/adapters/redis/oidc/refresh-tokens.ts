import type { RefreshToken, RefreshTokenStore } from '../../../oidc/ports.ts'
import type { ClientId, FamilyId } from '../../../shared/brand.ts'
import type { Clock } from '../../../shared/clock.ts'
import { unixSeconds } from '../../../shared/clock.ts'
import { type RedisConnection, script } from '../connection.ts'
import { familyLua } from './families.ts'

/** A token is a hash: family, grant, client, expires, body (without the expiry), predecessor, rotated (when), graceOver. */
const tokenLua = `${familyLua}
  local function put(key, family, grant, client, expires, body, predecessor)
    redis.call('HSET', key, 'family', family, 'grant', grant, 'client', client, 'expires', expires, 'body', body,
      'predecessor', predecessor)
    keep(key, tonumber(expires))
    join(family, grant, key, tonumber(expires))
  end
`

/** ARGV: prefix, now, family, grant, client, expires, body. */
const create = script(`${tokenLua}
  if dead(ARGV[3]) then return 0 end
  put(KEYS[1], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], '')
  return 1`)

/** OAuth 2.1 section 4.3.1. KEYS: the token, its successor. ARGV: prefix, now, client, successor's expiry, grace seconds. */
const rotate = script(`${tokenLua}
  local family, grant, client, expires, body, predecessor, rotated, graceOver = unpack(redis.call('HMGET', KEYS[1],
    'family', 'grant', 'client', 'expires', 'body', 'predecessor', 'rotated', 'graceOver'))
  if not family or tonumber(expires) <= NOW or client ~= ARGV[3] then return {'unknown'} end
  local outcome = 'rotated'
  if rotated then
    if graceOver == '1' or NOW - tonumber(rotated) > tonumber(ARGV[5]) then
      kill(family)
      return {'reused', body, expires}
    end
    outcome = 'graced'
  else
    redis.call('HSET', KEYS[1], 'rotated', NOW)
    if predecessor ~= '' and redis.call('EXISTS', predecessor) == 1 then redis.call('HSET', predecessor, 'graceOver', '1') end
  end
  put(KEYS[2], family, grant, client, ARGV[4], body, KEYS[1])
  prolong(family, tonumber(ARGV[4]))
  return {outcome, body, ARGV[4]}`)

const revokeFamily = script(`${familyLua}
  kill(ARGV[3])
  return 1`)

const revokeGrant = script(`${familyLua}
  local families = PREFIX .. 'grant-families:' .. ARGV[3]
  for _, family in ipairs(redis.call('ZRANGEBYSCORE', families, '(' .. NOW, '+inf')) do kill(family) end
  redis.call('DEL', families)
  return 1`)

type Reply = readonly ['unknown'] | readonly ['rotated' | 'graced' | 'reused', body: string, expires: string]

export function refreshTokenStore(redis: RedisConnection, clock: Clock): RefreshTokenStore {
  const stamp = () => [redis.keyPrefix, unixSeconds(clock)]
  const keyOf = (hash: string) => redis.key('token', hash)
  return {
    async create(hash, { expiresAt, ...token }) {
      const values = [token.familyId, token.grantId, token.clientId, expiresAt, JSON.stringify(token)]
      await redis.run(create, [keyOf(hash)], [...stamp(), ...values])
    },
    async find(hash) {
      const [body, expires, rotated] = await redis.call((client) =>
        client.hmget(keyOf(hash), 'body', 'expires', 'rotated'),
      )
      if (typeof body !== 'string' || typeof rotated === 'string' || Number(expires) <= unixSeconds(clock))
        return undefined
      return toToken(body, Number(expires))
    },
    async familyOf(hash) {
      const [client, family, expires] = await redis.call((connection) =>
        connection.hmget(keyOf(hash), 'client', 'family', 'expires'),
      )
      if (typeof client !== 'string' || typeof family !== 'string' || Number(expires) <= unixSeconds(clock))
        return undefined
      return { clientId: client as ClientId, familyId: family as FamilyId }
    },
    async rotate(hash, next, by) {
      const values = [redis.keyPrefix, by.now, by.clientId, next.expiresAt, by.graceSeconds]
      const reply = await redis.run<Reply>(rotate, [keyOf(hash), keyOf(next.hash)], values)
      if (reply[0] === 'unknown') return { outcome: 'unknown' }
      return { outcome: reply[0], token: toToken(reply[1], Number(reply[2])) }
    },
    async revokeFamily(familyId) {
      await redis.run(revokeFamily, [], [...stamp(), familyId])
    },
    async revokeGrant(grantId) {
      await redis.run(revokeGrant, [], [...stamp(), grantId])
    },
  }
}

const toToken = (body: string, expiresAt: number): RefreshToken => ({
  ...(JSON.parse(body) as Omit<RefreshToken, 'expiresAt'>),
  expiresAt,
})
