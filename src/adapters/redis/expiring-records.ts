import type { Clock } from '../../shared/clock.ts'
import { unixSeconds } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'
import { type RedisConnection, script } from './connection.ts'

interface Expiring {
  /** Unix seconds. */
  readonly expiresAt: number
}

const replaceIfSame = script(`
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1`)

/** Each attempt lets one contender through, so this many may meet on one record. */
const maxAttempts = 1_000

/**
 * Reads, changes and writes only if nobody wrote between; otherwise once more. Undefined when `parse` finds nothing. `write` is given
 * what was read and says whether that was still there. Faults: `unavailable` where too many meet.
 */
export async function changeRecord<T>(
  read: () => Promise<string | null>,
  parse: (text: string | null) => T | undefined,
  change: (current: T) => T,
  write: (text: string, changed: T) => Promise<boolean>,
): Promise<T | undefined> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const text = await read()
    const current = parse(text)
    if (text === null || current === undefined) return undefined
    const changed = change(current)
    if (await write(text, changed)) return changed
  }
  throw new Fault('unavailable', 'Too many requests change this at once. Try again.', { retryAfterSeconds: 1 })
}

/** Milliseconds that Redis keeps what expires at `expiresAt`: by its own clock, so that clocks need not agree. */
export const keptMs = (clock: Clock, expiresAt: number): number =>
  Math.max(1, Math.ceil(expiresAt * 1000 - clock.now()))

/** Records of one kind, each a JSON string under its own key with the engine's expiry. */
export function expiringRecords<T extends Expiring>(redis: RedisConnection, clock: Clock, kind: string) {
  const parse = (text: string | null): T | undefined => {
    if (text === null) return undefined
    const record = JSON.parse(text) as T
    return record.expiresAt > unixSeconds(clock) ? record : undefined
  }
  return {
    create: (id: string, record: T): Promise<unknown> =>
      redis.call((client) =>
        client.set(redis.key(kind, id), JSON.stringify(record), 'PX', keptMs(clock, record.expiresAt)),
      ),
    find: async (id: string): Promise<T | undefined> =>
      parse(await redis.call((client) => client.get(redis.key(kind, id)))),
    update(id: string, change: (current: T) => T): Promise<T | undefined> {
      const key = redis.key(kind, id)
      const read = () => redis.call((client) => client.get(key))
      return changeRecord(read, parse, change, async (text, changed) => {
        const values = [text, JSON.stringify(changed), keptMs(clock, changed.expiresAt)]
        return (await redis.run<number>(replaceIfSame, [key], values)) === 1
      })
    },
    /** True for exactly one caller. */
    delete: async (id: string): Promise<boolean> =>
      parse(await redis.call((client) => client.getdel(redis.key(kind, id)))) !== undefined,
  }
}
