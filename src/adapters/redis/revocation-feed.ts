/**
 * Revocations in a Redis stream, which keeps them, with a message on a channel, which hastens them. Each process reads the
 * stream behind the last entry it saw: at every message, and twice a second in case a message was lost with its connection.
 */
import type { Revocation, RevocationFeed } from '../../resource/ports.ts'
import type { Clock } from '../../shared/clock.ts'
import { unixSeconds } from '../../shared/clock.ts'
import { createHearing } from '../../shared/hearing.ts'
import { type RedisConnection, redisFault, script } from './connection.ts'

const pollMs = 500
const batch = 1_000

/**
 * KEYS: the stream. ARGV: kind, id, expires, now, kept ms, channel. Entries expire about in the order they came, so what has
 * expired is taken from the head; the stream itself expires with the last of them.
 */
const append = script(`
  for _ = 1, 64 do
    local head = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
    if not head or tonumber(head[2][6]) > tonumber(ARGV[4]) then break end
    redis.call('XDEL', KEYS[1], head[1])
  end
  redis.call('XADD', KEYS[1], '*', 'kind', ARGV[1], 'id', ARGV[2], 'expires', ARGV[3])
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[5]) then redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
  redis.call('PUBLISH', ARGV[6], '1')
  return 1`)

/** Connects its own subscription. @throws Fault `unavailable` when Redis does not answer */
export async function openRedisRevocationFeed(redis: RedisConnection, clock: Clock): Promise<RevocationFeed> {
  const stream = redis.key('revocations')
  const channel = redis.key('revoked')
  let reading: Promise<void> | undefined
  let readAgain = false

  /** At most `batch` entries behind `cursor`, oldest first. */
  async function after(cursor: string): Promise<readonly Entry[]> {
    const entries = await redis.call((client) => client.xrange(stream, `(${cursor}`, '+', 'COUNT', batch))
    return entries.map(toEntry)
  }

  async function readNew(): Promise<void> {
    const startedAt = clock.now()
    for (let full = true; full; ) {
      const entries = await after(seen)
      for (const { cursor, revocation } of entries) {
        seen = cursor
        hearing.tell(revocation)
      }
      full = entries.length === batch
    }
    freshAt = startedAt
  }

  /** One reader at a time; whoever comes meanwhile makes it read once more. */
  function poll(): void {
    if (reading !== undefined) {
      readAgain = true
      return
    }
    reading = readNew()
      // Redis does not answer: freshAt stands still, and after five seconds no cached token is trusted.
      .catch(() => undefined)
      .finally(() => {
        reading = undefined
        if (!readAgain) return
        readAgain = false
        poll()
      })
  }

  const hearing = createHearing<Revocation>(poll, pollMs)
  let freshAt = clock.now()
  let seen = (await redis.call((client) => client.xrevrange(stream, '+', '-', 'COUNT', 1)))[0]?.[0] ?? beginning
  const subscription = redis.duplicate()
  subscription.on('message', poll)
  try {
    await subscription.subscribe(channel)
  } catch (error) {
    subscription.disconnect()
    throw redisFault(error)
  }

  return {
    async revoke({ kind, id, expiresAt }) {
      const now = unixSeconds(clock)
      const expires = Math.ceil(expiresAt)
      const keptMs = Math.max(1, expires * 1000 - clock.now())
      await redis.run(append, [stream], [kind, id, expires, now, Math.ceil(keptMs), channel])
      hearing.tell({ kind, id, expiresAt })
    },
    async since(cursor) {
      let last = cursor ?? beginning
      const revocations: Revocation[] = []
      for (;;) {
        const entries = await after(last)
        for (const entry of entries) {
          last = entry.cursor
          if (entry.revocation.expiresAt > unixSeconds(clock)) revocations.push(entry.revocation)
        }
        if (entries.length < batch) return { revocations, cursor: last }
      }
    },
    subscribe: hearing.subscribe,
    freshAt: () => freshAt,
    async catchUp() {
      poll()
      await reading
      // A read already under way may be older than this call; poll() has then queued another, which is awaited too.
      await reading
    },
    async close() {
      hearing.stop()
      subscription.disconnect()
      await reading
    },
  }
}

interface Entry {
  readonly cursor: string
  readonly revocation: Revocation
}

const beginning = '0-0'

/** Fields stand in the order in which `append` wrote them. */
const toEntry = ([cursor, fields]: readonly [string, readonly string[]]): Entry => ({
  cursor,
  revocation: { kind: fields[1] as Revocation['kind'], id: fields[3] ?? '', expiresAt: Number(fields[5]) },
})
