import { mostRemovedAtOnce } from '../../../oidc/ports/clients.ts'
import type { Client, ClientStore } from '../../../oidc/ports.ts'
import type { ClientId } from '../../../shared/brand.ts'
import type { Clock } from '../../../shared/clock.ts'
import { unixSeconds } from '../../../shared/clock.ts'
import { type RedisConnection, script } from '../connection.ts'
import { changeRecord, keptMs } from '../expiring-records.ts'

/**
 * KEYS: the client, the index by id, by expiry, of dynamic clients. ARGV: id, record, kept ms or '', expiry or 'inf', kind, now, prefix.
 * Redis forgets the record by itself; what the indexes still know of such clients is swept here, some at each save.
 */
const putLua = `
  local function drop(id)
    redis.call('DEL', ARGV[7] .. id)
    for at = 2, 4 do redis.call('ZREM', KEYS[at], id) end
  end

  local function put()
    local id, kept = ARGV[1], ARGV[3]
    for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[6], 'LIMIT', 0, 64)) do drop(old) end
    if kept == '' then redis.call('SET', KEYS[1], ARGV[2]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', kept) end
    redis.call('ZADD', KEYS[2], 0, id)
    if kept == '' then redis.call('ZREM', KEYS[3], id) else redis.call('ZADD', KEYS[3], ARGV[4], id) end
    if ARGV[5] == 'dynamic' then redis.call('ZADD', KEYS[4], ARGV[4], id) else redis.call('ZREM', KEYS[4], id) end
  end
`

/** ARGV[8], for an update: the record that it changes. Where another one is there by then, or none, nothing is written. */
const save = script(`${putLua}
  local earlier = ARGV[8]
  if earlier and redis.call('GET', KEYS[1]) ~= earlier then return 0 end
  put()
  return 1`)

/** ARGV[8...]: the cap, and before which expiry others may go for it. */
const saveWithin = script(`${putLua}
  local tooMany = redis.call('ZCOUNT', KEYS[4], '(' .. ARGV[6], 'inf') + 1 - tonumber(ARGV[8])
  if tooMany > 0 then
    local limit = math.min(tooMany, ${mostRemovedAtOnce})
    local unused = redis.call('ZRANGEBYSCORE', KEYS[4], '(' .. ARGV[6], '(' .. ARGV[9], 'LIMIT', 0, limit)
    for _, id in ipairs(unused) do drop(id) end
    if #unused < tooMany then return 0 end
  end
  put()
  return 1`)

const remove = script(`
  local record = redis.call('GETDEL', KEYS[1])
  for at = 2, 4 do redis.call('ZREM', KEYS[at], ARGV[1]) end
  return record`)

export function clientStore(redis: RedisConnection, clock: Clock): ClientStore {
  const prefix = redis.key('client', '')
  const byId = redis.key('clients')
  const indexes = [byId, redis.key('clients-by-expiry'), redis.key('clients-dynamic')]
  const keysOf = (id: ClientId) => [prefix + id, ...indexes]
  const parse = (text: string | null): Client | undefined => {
    if (text === null) return undefined
    const client = JSON.parse(text) as Client
    return client.expiresAt === undefined || client.expiresAt > unixSeconds(clock) ? client : undefined
  }
  const valuesOf = (client: Client) => {
    const { id, kind, expiresAt } = client
    const kept = expiresAt === undefined ? '' : keptMs(clock, expiresAt)
    return [id, JSON.stringify(client), kept, expiresAt ?? 'inf', kind, unixSeconds(clock), prefix]
  }
  /** Ids and what is still there of them: some may have expired since they were indexed. */
  async function page(limit: number, after: string | undefined) {
    const ids = await redis.call((client) =>
      client.zrangebylex(byId, after === undefined ? '-' : `(${after}`, '+', 'LIMIT', 0, limit),
    )
    const records = ids.length === 0 ? [] : await redis.call((client) => client.mget(ids.map((id) => prefix + id)))
    return {
      last: ids.length < limit ? undefined : ids.at(-1),
      found: records.flatMap((record) => parse(record) ?? []),
    }
  }

  return {
    async find(id) {
      return parse(await redis.call((client) => client.get(prefix + id)))
    },
    async save(client) {
      await redis.run(save, keysOf(client.id), valuesOf(client))
    },
    update(id, change) {
      const read = () => redis.call((client) => client.get(prefix + id))
      return changeRecord(
        read,
        parse,
        change,
        async (earlier, changed) => (await redis.run<number>(save, keysOf(id), [...valuesOf(changed), earlier])) === 1,
      )
    },
    async delete(id) {
      return parse(await redis.run<string | null>(remove, keysOf(id), [id])) !== undefined
    },
    async list(limit, after) {
      const clients: Client[] = []
      for (let from: string | undefined = after; clients.length < limit; ) {
        const { last, found } = await page(limit, from)
        clients.push(...found)
        if (last === undefined) break
        from = last
      }
      return clients.slice(0, limit)
    },
    async saveWithin(most, client, unusedBefore) {
      const values = [...valuesOf(client), most, unusedBefore]
      return (await redis.run<number>(saveWithin, keysOf(client.id), values)) === 1
    },
  }
}
