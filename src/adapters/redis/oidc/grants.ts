import type { Grant, GrantStore } from '../../../oidc/ports.ts'
import type { ClientId, GrantId, OwnerId } from '../../../shared/brand.ts'
import { Fault } from '../../../shared/fault.ts'
import { type RedisConnection, script } from '../connection.ts'

/** More clients than a person ever connects; what bounds the lists. */
const listed = 1_000

/**
 * KEYS: the grant, the owner's grants (client -> grant id), the client's grants. ARGV: id, owner, client, record. Gives the id under
 * which there is one already, and then writes nothing; the id itself once it is written; 0 for another's id.
 */
const save = script(`
  local known = redis.call('GET', KEYS[1])
  if known then
    local grant = cjson.decode(known)
    if grant.ownerId ~= ARGV[2] or grant.clientId ~= ARGV[3] then return 0 end
  end
  local earlier = redis.call('HGET', KEYS[2], ARGV[3])
  if earlier and earlier ~= ARGV[1] then return earlier end
  redis.call('SET', KEYS[1], ARGV[4])
  redis.call('HSET', KEYS[2], ARGV[3], ARGV[1])
  redis.call('SADD', KEYS[3], ARGV[1])
  return ARGV[1]`)

/** KEYS: the grant, the owner's grants. ARGV: id, owner, prefix of clients' grants. */
const revoke = script(`
  local known = redis.call('GET', KEYS[1])
  if not known then return 0 end
  local grant = cjson.decode(known)
  if grant.ownerId ~= ARGV[2] then return 0 end
  redis.call('DEL', KEYS[1])
  redis.call('HDEL', KEYS[2], grant.clientId)
  redis.call('SREM', ARGV[3] .. grant.clientId, ARGV[1])
  return 1`)

/** Grants do not expire. */
export function grantStore(redis: RedisConnection): GrantStore {
  const prefix = redis.key('grant', '')
  const ofOwner = (ownerId: OwnerId) => redis.key('owner-grants', ownerId)
  const ofClient = (clientId: ClientId | '') => redis.key('client-grants', clientId)
  const findById = async (id: GrantId | string): Promise<Grant | undefined> =>
    parse(await redis.call((client) => client.get(prefix + id)))
  const recordsOf = async (ids: readonly string[]): Promise<Grant[]> => {
    if (ids.length === 0) return []
    const records = await redis.call((client) => client.mget(ids.map((id) => prefix + id)))
    return records.flatMap((record) => parse(record) ?? [])
  }

  return {
    async find(ownerId, clientId) {
      const id = await redis.call((client) => client.hget(ofOwner(ownerId), clientId))
      return id === null ? undefined : findById(id)
    },
    findById,
    async save(grant) {
      const { id, ownerId, clientId } = grant
      const keys = [prefix + id, ofOwner(ownerId), ofClient(clientId)]
      const kept = await redis.run<GrantId | 0>(save, keys, [id, ownerId, clientId, JSON.stringify(grant)])
      if (kept === 0) throw new Fault('conflict', 'The grant id belongs to another person or client.')
      return kept === id ? grant : this.save({ ...grant, id: kept })
    },
    async list(ownerId) {
      const grants = await recordsOf(await redis.call((client) => client.hvals(ofOwner(ownerId))))
      return grants
        .sort((left, right) => right.updatedAt - left.updatedAt || (left.id < right.id ? -1 : 1))
        .slice(0, listed)
    },
    async listInOrder(ownerId, limit, after) {
      const ids = await redis.call((client) => client.hvals(ofOwner(ownerId)))
      return recordsOf(
        ids
          .filter((id) => after === undefined || id > after)
          .sort()
          .slice(0, limit),
      )
    },
    async revoke(ownerId, id) {
      return (await redis.run<number>(revoke, [prefix + id, ofOwner(ownerId)], [id, ownerId, ofClient('')])) === 1
    },
    async listByClient(clientId) {
      return recordsOf(await redis.call((client) => client.srandmember(ofClient(clientId), listed)))
    },
  }
}

const parse = (text: string | null): Grant | undefined => (text === null ? undefined : (JSON.parse(text) as Grant))
