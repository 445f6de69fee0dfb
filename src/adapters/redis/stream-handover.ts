/**
 * Streams of several processes: a POST that reaches one process is published to the one that holds the stream, and its answer comes
 * back the same way. Each open stream is a channel; each process has one channel for answers. Pub/sub only: nothing is kept.
 */
import type { Redis } from 'ioredis'
import type { PostedMessage, PostOutcome, StreamHandover } from '../../mcp/ports.ts'
import type { Log } from '../../shared/log.ts'
import type { Random } from '../../shared/random.ts'
import { type RedisConnection, redisFault } from './connection.ts'

type Receive = (posted: PostedMessage) => PostOutcome

/** What goes over a stream's channel. */
interface Handed {
  readonly id: string
  readonly replyTo: string
  readonly posted: PostedMessage
}

interface Answer {
  readonly id: string
  readonly outcome: PostOutcome
}

/** How long the holder of a stream may take to answer. */
const answerTimeoutMs = 2_000

export function createRedisHandover(redis: RedisConnection, random: Random, log: Log): StreamHandover {
  const answers = redis.key('stream-answers', random.token(12))
  const channelOf = (sessionId: string) => redis.key('stream', sessionId)
  const receivers = new Map<string, Receive>()
  const waiting = new Map<string, (outcome: PostOutcome) => void>()
  let subscriber: Promise<Redis> | undefined

  // A connection that subscribes can do nothing else (Redis, Pub/Sub), so it is one of its own, made at the first stream.
  const subscribed = (): Promise<Redis> => {
    subscriber ??= connect().catch((cause) => {
      subscriber = undefined
      throw cause
    })
    return subscriber
  }

  const connect = async (): Promise<Redis> => {
    const connection = redis.duplicate()
    connection.on('message', (channel, text) => {
      try {
        if (channel === answers) settle(JSON.parse(text))
        else receive(channel, JSON.parse(text))
      } catch (err) {
        // Of another version, or not ours at all: one message must not end the process's hand-over.
        log.warn({ err }, 'redis: stream hand-over')
      }
    })
    try {
      await connection.subscribe(answers)
    } catch (cause) {
      connection.disconnect()
      throw cause
    }
    return connection
  }

  const publish = (channel: string, message: Handed | Answer): Promise<number> =>
    redis.call((client) => client.publish(channel, JSON.stringify(message)))

  const receive = (channel: string, { id, replyTo, posted }: Handed): void => {
    const outcome = receivers.get(channel)?.(posted) ?? 'unknown'
    const answer: Answer = { id, outcome }
    publish(replyTo, answer).catch((err) => log.warn({ err }, 'redis: stream hand-over'))
  }

  const settle = ({ id, outcome }: Answer): void => waiting.get(id)?.(outcome)

  const answered = (id: string): Promise<PostOutcome> =>
    new Promise((resolve) => {
      const done = (outcome: PostOutcome) => {
        clearTimeout(timer)
        waiting.delete(id)
        resolve(outcome)
      }
      const timer = setTimeout(() => done('unknown'), answerTimeoutMs)
      waiting.set(id, done)
    })

  return {
    open: (sessionId, receiveHere) =>
      orUnavailable(async () => {
        const channel = channelOf(sessionId)
        const connection = await subscribed()
        receivers.set(channel, receiveHere)
        try {
          await connection.subscribe(channel)
        } catch (cause) {
          receivers.delete(channel)
          throw cause
        }
        return async () => {
          receivers.delete(channel)
          await connection.unsubscribe(channel)
        }
      }),
    async post(sessionId, posted) {
      const channel = channelOf(sessionId)
      const here = receivers.get(channel)
      if (here !== undefined) return here(posted)
      return orUnavailable(async () => {
        await subscribed()
        const handed: Handed = { id: random.token(12), replyTo: answers, posted }
        const answer = answered(handed.id)
        try {
          if ((await publish(channel, handed)) === 0) settle({ id: handed.id, outcome: 'unknown' })
        } catch (cause) {
          settle({ id: handed.id, outcome: 'unknown' })
          throw cause
        }
        return answer
      })
    },
    async close() {
      receivers.clear()
      for (const done of [...waiting.values()]) done('unknown')
      const connection = await subscriber?.catch(() => undefined)
      connection?.disconnect()
    },
  }
}

async function orUnavailable<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt()
  } catch (cause) {
    throw redisFault(cause)
  }
}
