/**
 * Rate limits by rate-limiter-flexible: a rule allows `points` in each window of `perSeconds` and a burst beyond them that
 * comes back ten times as slowly, so that it does not raise what is allowed on average. Where the counts are kept is the
 * caller's: process.ts keeps them in this process, redis.ts shares them between processes.
 */
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import type { RateLimit, RateLimiter, RateLimitRule } from '../../http/ports.ts'
import { Fault } from '../../shared/fault.ts'

/** A counter of `points` in `duration` seconds, apart from others by its prefix. */
export interface CounterOptions {
  readonly keyPrefix: string
  readonly points: number
  readonly duration: number
}

const burstWindows = 10

/** @throws Fault `unavailable` from `take` when the counts cannot be reached; an Error for a rule that nobody gave */
export function createRateLimiter(
  rules: readonly RateLimitRule[],
  counter: (options: CounterOptions) => RateLimiterAbstract,
): RateLimiter {
  const limiters = new Map(rules.map((rule) => [rule.name, limiterOf(rule, counter)]))
  return {
    take(rule, key, cost = 1) {
      const limiter = limiters.get(rule)
      return limiter?.(key, cost) ?? Promise.reject(new Error(`there is no rate limit rule named ${rule}`))
    },
  }
}

type Take = (key: string, cost: number) => Promise<RateLimit>

function limiterOf(rule: RateLimitRule, counter: (options: CounterOptions) => RateLimiterAbstract): Take {
  const { name, points, perSeconds, burst = 0 } = rule
  const steady = counter({ keyPrefix: `limit:${name}`, points, duration: perSeconds })
  if (burst === 0) return (key, cost) => consume(steady, key, cost, points, (ms) => refusedFor(ms, points))
  const most = points + burst
  const beyond = counter({ keyPrefix: `limit:${name}:burst`, points: burst, duration: perSeconds * burstWindows })
  return (key, cost) =>
    consume(steady, key, cost, points, async (ms) => {
      const second = await consume(beyond, key, cost, most, (beyondMs) => refusedFor(Math.min(ms, beyondMs), most))
      return second.allowed ? { ...second, resetSeconds: secondsOf(ms) } : second
    })
}

/** Takes from one counter; `refused` is told the milliseconds until there is more. One promise: each request that is limited waits for it. */
const consume = (
  counter: RateLimiterAbstract,
  key: string,
  cost: number,
  limit: number,
  refused: (ms: number) => RateLimit | Promise<RateLimit>,
): Promise<RateLimit> =>
  counter.consume(key, cost).then(
    ({ msBeforeNext, remainingPoints }) => ({
      allowed: true,
      limit,
      remaining: remainingPoints,
      resetSeconds: secondsOf(msBeforeNext),
    }),
    (refusal: unknown) => {
      // The library refuses by rejecting with its result; anything else is the store's failure.
      if (refusal instanceof RateLimiterRes) return refused(refusal.msBeforeNext)
      throw new Fault('unavailable', 'Rate limits cannot be counted now. Try again.', {
        cause: refusal,
        retryAfterSeconds: 1,
      })
    },
  )

const refusedFor = (ms: number, limit: number): RateLimit => ({
  allowed: false,
  limit,
  remaining: 0,
  resetSeconds: secondsOf(ms),
})

const secondsOf = (ms: number) => Math.max(1, Math.ceil(ms / 1000))
