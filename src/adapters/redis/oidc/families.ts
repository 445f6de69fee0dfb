/**
 * How codes and refresh tokens of one authorization hang together in Redis. Beside each `code:HASH` and `token:HASH`:
 * - `family:ID`, a sorted set of their keys by expiry, by which the family is killed
 * - `grant-families:ID`, a sorted set of the families under a grant by expiry
 * - `dead-family:ID`, the mark of a killed family, so that a redemption under way cannot bring it back to life
 * Every script begins with these functions; `PREFIX` and `NOW` (Unix seconds) are its first two values.
 */

/** How long a killed family is remembered: longer than any code lives. */
const deadSeconds = 86_400

export const familyLua = `
  local PREFIX, NOW = ARGV[1], tonumber(ARGV[2])

  local function keep(key, expires)
    local ms = (expires - NOW) * 1000
    if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, math.max(ms, 1)) end
  end

  local function index(key, member, expires)
    redis.call('ZREMRANGEBYSCORE', key, '-inf', NOW)
    redis.call('ZADD', key, 'GT', expires, member)
    keep(key, expires)
  end

  local function join(family, grant, key, expires)
    index(PREFIX .. 'family:' .. family, key, expires)
    index(PREFIX .. 'grant-families:' .. grant, family, expires)
  end

  local function kill(family)
    local members = PREFIX .. 'family:' .. family
    for _, key in ipairs(redis.call('ZRANGE', members, 0, -1)) do
      -- The mark of a spent code stays, by which a replay is known.
      if redis.call('HGET', key, 'spent') ~= '1' then redis.call('DEL', key) end
    end
    redis.call('DEL', members)
    redis.call('SET', PREFIX .. 'dead-family:' .. family, '1', 'EX', ${deadSeconds})
  end

  local function dead(family)
    return redis.call('EXISTS', PREFIX .. 'dead-family:' .. family) == 1
  end
`
