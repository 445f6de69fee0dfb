/**
 * How codes and refresh tokens of one authorization hang together in Redis. Beside each `code:HASH` and `token:HASH`:
 * - `family:ID`, a sorted set of their keys by expiry, by which the family is killed
 * - `grant-families:ID`, a sorted set of the families under a grant by expiry
 * - `family-code:ID`, the key of the spent code that it came of
 * - `dead-family:ID`, the mark of a killed family, so that a redemption under way cannot bring it back to life
 * Every script begins with these functions; `PREFIX` and `NOW` (Unix seconds) are its first two values.
 */

const daySeconds = 86_400

/** How long a killed family is remembered: longer than any code lives. */
const deadSeconds = daySeconds

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

  local function spend(family, code, expires)
    redis.call('HSET', code, 'spent', '1', 'expires', expires)
    local ms = math.max((expires - NOW) * 1000, 1)
    redis.call('PEXPIRE', code, ms)
    redis.call('SET', PREFIX .. 'family-code:' .. family, code, 'PX', ms)
  end

  -- The mark of a spent code stays as long as the family's tokens, by a day and more at a time.
  local function prolong(family, expires)
    local code = redis.call('GET', PREFIX .. 'family-code:' .. family)
    local known = code and redis.call('HGET', code, 'expires')
    if known and tonumber(known) < expires then spend(family, code, expires + ${daySeconds}) end
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
