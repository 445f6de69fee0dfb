import type { Identity, User, UserStore } from '../../../oidc/ports.ts'
import type { OwnerId } from '../../../shared/brand.ts'
import { Fault } from '../../../shared/fault.ts'
import { sha256 } from '../../../shared/hash.ts'
import { portions } from '../../../shared/portions.ts'
import { type RedisConnection, script } from '../connection.ts'

/**
 * `user:ID` is the profile, `user-identities:ID` the list of identities (JSON, in the order they were linked),
 * `identity:HASH` the user who holds one, `provider-users:PROVIDER` who has an identity of it, `users` every id in order.
 * KEYS of all: the profile, the identities, the users; ARGV[1]: prefix of every key, ARGV[2]: the user's id; at the end of ARGV the
 * identities that the step is about, each as its hash, its JSON and its provider.
 */
const create = script(`
  local prefix, id = ARGV[1], ARGV[2]
  if redis.call('EXISTS', KEYS[1]) == 1 then return 'conflict' end
  for at = 4, #ARGV, 3 do
    if redis.call('EXISTS', prefix .. 'identity:' .. ARGV[at]) == 1 then return 'conflict' end
  end
  redis.call('SET', KEYS[1], ARGV[3])
  redis.call('ZADD', KEYS[3], 0, id)
  for at = 4, #ARGV, 3 do
    redis.call('SET', prefix .. 'identity:' .. ARGV[at], id)
    redis.call('RPUSH', KEYS[2], ARGV[at + 1])
    redis.call('SADD', prefix .. 'provider-users:' .. ARGV[at + 2], id)
  end
  return 'done'`)

const update = script(`
  if redis.call('EXISTS', KEYS[1]) == 0 then return 'not_found' end
  redis.call('SET', KEYS[1], ARGV[3])
  return 'done'`)

const link = script(`
  local prefix, id = ARGV[1], ARGV[2]
  local identity = prefix .. 'identity:' .. ARGV[3]
  local holder = redis.call('GET', identity)
  if holder == id then return 'done' end
  if holder then return 'conflict' end
  if redis.call('EXISTS', KEYS[1]) == 0 then return 'not_found' end
  redis.call('SET', identity, id)
  redis.call('RPUSH', KEYS[2], ARGV[4])
  redis.call('SADD', prefix .. 'provider-users:' .. ARGV[5], id)
  return 'done'`)

/** Of the identities that were read; those linked since are in the list and make it try again. */
const remove = script(`
  local prefix, id = ARGV[1], ARGV[2]
  if redis.call('EXISTS', KEYS[1]) == 0 then return 'not_found' end
  if redis.call('LLEN', KEYS[2]) ~= (#ARGV - 2) / 3 then return 'conflict' end
  for at = 3, #ARGV, 3 do
    redis.call('DEL', prefix .. 'identity:' .. ARGV[at])
    redis.call('SREM', prefix .. 'provider-users:' .. ARGV[at + 2], id)
  end
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('ZREM', KEYS[3], id)
  return 'done'`)

/** Enters somebody whom a program of before made, who knew no index of providers; nobody who is gone. */
const enter = script(`
  local prefix, id = ARGV[1], ARGV[2]
  if redis.call('EXISTS', KEYS[1]) == 0 then return 'not_found' end
  for at = 3, #ARGV, 3 do redis.call('SADD', prefix .. 'provider-users:' .. ARGV[at + 2], id) end
  return 'done'`)

type Outcome = 'done' | 'conflict' | 'not_found'

export function userStore(redis: RedisConnection): UserStore {
  const all = redis.key('users')
  const run = (step: ReturnType<typeof script>, id: OwnerId, values: readonly string[]) => {
    const keys = [redis.key('user', id), redis.key('user-identities', id), all]
    return redis.run<Outcome>(step, keys, [redis.keyPrefix, id, ...values])
  }

  async function find(id: OwnerId): Promise<User | undefined> {
    const [profile, identities] = await redis.call((client) =>
      Promise.all([client.get(redis.key('user', id)), client.lrange(redis.key('user-identities', id), 0, -1)]),
    )
    if (profile === null) return undefined
    return { ...(JSON.parse(profile) as Profile), identities: identities.map((text) => JSON.parse(text) as Identity) }
  }

  async function findAll(ids: readonly string[]): Promise<User[]> {
    return (await Promise.all(ids.map((id) => find(id as OwnerId)))).flatMap((user) => user ?? [])
  }

  const list: UserStore['list'] = async (limit, after) =>
    findAll(
      await redis.call((client) =>
        client.zrangebylex(all, after === undefined ? '-' : `(${after}`, '+', 'LIMIT', 0, limit),
      ),
    )

  /** `provider-users-entered` says that the index knows everybody: from then on each step keeps it so. */
  const entered = redis.key('provider-users-entered')
  async function enterEverybody(): Promise<void> {
    for await (const users of portions(list)) {
      await Promise.all(users.map(({ id, identities }) => run(enter, id, identities.flatMap(valuesOf))))
    }
    await redis.call((client) => client.set(entered, '1'))
  }

  return {
    find,
    list,
    async findByIdentity(identity) {
      const id = await redis.call((client) => client.get(redis.key('identity', hashOf(identity))))
      return id === null ? undefined : find(id as OwnerId)
    },
    async hasProvider(provider) {
      const users = redis.key('provider-users', provider)
      const [has, isKnown] = await redis.call((client) => Promise.all([client.exists(users), client.exists(entered)]))
      if (has === 1 || isKnown === 1) return has === 1
      await enterEverybody()
      return (await redis.call((client) => client.exists(users))) === 1
    },
    async create({ identities, ...profile }) {
      const outcome = await run(create, profile.id, [JSON.stringify(profile), ...identities.flatMap(valuesOf)])
      if (outcome === 'conflict') throw taken()
    },
    async update({ identities: _, ...profile }) {
      await run(update, profile.id, [JSON.stringify(profile)])
    },
    async link(id, identity) {
      const outcome = await run(link, id, valuesOf(identity))
      if (outcome === 'conflict') throw taken()
      if (outcome === 'not_found') throw new Fault('not_found', 'There is no such user.')
    },
    async delete(id) {
      for (;;) {
        const outcome = await run(remove, id, (await find(id))?.identities.flatMap(valuesOf) ?? [])
        if (outcome !== 'conflict') return outcome === 'done'
      }
    },
  }
}

type Profile = Omit<User, 'identities'>

const hashOf = ({ provider, subject }: Identity): string => sha256(`${provider}\n${subject}`)
const bodyOf = ({ provider, subject }: Identity): string => JSON.stringify({ provider, subject })
const valuesOf = (identity: Identity): readonly string[] => [hashOf(identity), bodyOf(identity), identity.provider]
const taken = () => new Fault('conflict', 'This user or identity exists already.')
