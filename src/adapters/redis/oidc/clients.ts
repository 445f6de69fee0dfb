import type { Client, ClientStore } from '../../../oidc/ports.ts'
import type { ClientId } from '../../../shared/brand.ts'
import type { Clock } from '../../../shared/clock.ts'
import { unixSeconds } from '../../../shared/clock.ts'
import { type RedisConnection, script } from '../connection.ts'
import { changeRecord, keptMs } from '../expiring-records.ts'

/**
 * KEYS: the client, the index by id, by expiry, of dynamic clients. ARGV: id, record, kept ms or '', expiry or 'inf', kind, now, prefix,
 * and for an update the record that it changes: where another one is there by then, or none, nothing is written.
 * Redis forgets the record by itself; what the indexes still know of such clients is swept here, some at each save.
 */
const save = script(`
  local id, kept, earlier = ARGV[1], ARGV[3], ARGV[8]
  if earlier and redis.call('GET', KEYS[1]) ~= earlier then return 0 end
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[6], 'LIMIT', 0, 64)) do
    redis.call('DEL', ARGV[7] .. old)
    redis.call('ZREM', KEYS[2], old)
    redis.call('ZREM', KEYS[3], old)
    redis.call('ZREM', KEYS[4], old)
  end
  if kept == '' then redis.call('SET', KEYS[1], ARGV[2]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', kept) end
  redis.call('ZADD', KEYS[2], 0, id)
  if kept == '' then redis.call('ZREM', KEYS[3], id) else redis.call('ZADD', KEYS[3], ARGV[4], id) end
  if ARGV[5] == 'dynamic' then redis.call('ZADD', KEYS[4], ARGV[4], id) else redis.call('ZREM', KEYS[4], id) end
  return 1`)

const remove = script(`
  local record = redis.call('GETDEL', KEYS[1])
  for at = 2, 4 do redis.call('ZREM', KEYS[at], ARGV[1]) end
  return record`)

/** KEYS: the index by id, by expiry, of dynamic clients. ARGV: now, before, prefix. */
const removeUnused = script(`
  local id = redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. ARGV[1], '(' .. ARGV[2], 'LIMIT', 0, 1)[1]
  if not id then return 0 end
  redis.call('DEL', ARGV[3] .. id)
  for at = 1, 3 do redis.call('ZREM', KEYS[at], id) end
  return 1`)

export function clientStore(redis: RedisConnection, clock: Clock): ClientStore {
  const prefix = redis.key('client', '')
  const byId = redis.key('clients')
  const dynamic = redis.key('clients-dynamic')
  const indexes = [byId, redis.key('clients-by-expiry'), dynamic]
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
    countDynamic: () => redis.call((client) => client.zcount(dynamic, `(${unixSeconds(clock)}`, 'inf')),
    deleteUnused: async (before) =>
      (await redis.run<number>(removeUnused, indexes, [unixSeconds(clock), before, prefix])) === 1,
  }
}
