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
    async take(rule, key, cost = 1) {
      const limiter = limiters.get(rule)
      if (limiter === undefined) throw new Error(`there is no rate limit rule named ${rule}`)
      return limiter(key, cost)
    },
  }
}

function limiterOf(rule: RateLimitRule, counter: (options: CounterOptions) => RateLimiterAbstract) {
  const { name, points, perSeconds, burst = 0 } = rule
  const steady = counter({ keyPrefix: `limit:${name}`, points, duration: perSeconds })
  const beyond =
    burst === 0
      ? undefined
      : counter({ keyPrefix: `limit:${name}:burst`, points: burst, duration: perSeconds * burstWindows })

  return async (key: string, cost: number): Promise<RateLimit> => {
    const first = await consume(steady, key, cost)
    if (first.allowed || beyond === undefined) return answer(first, points, first.remaining)
    const second = await consume(beyond, key, cost)
    if (second.allowed) return answer({ ...first, allowed: true }, points + burst, second.remaining)
    return answer({ allowed: false, ms: Math.min(first.ms, second.ms) }, points + burst, 0)
  }
}

async function consume(counter: RateLimiterAbstract, key: string, cost: number) {
  try {
    const { msBeforeNext, remainingPoints } = await counter.consume(key, cost)
    return { allowed: true, ms: msBeforeNext, remaining: remainingPoints }
  } catch (refusal) {
    // The library refuses by rejecting with its result; anything else is the store's failure.
    if (refusal instanceof RateLimiterRes) return { allowed: false, ms: refusal.msBeforeNext, remaining: 0 }
    throw new Fault('unavailable', 'Rate limits cannot be counted now. Try again.', {
      cause: refusal,
      retryAfterSeconds: 1,
    })
  }
}

const answer = (
  { allowed, ms }: { readonly allowed: boolean; readonly ms: number },
  limit: number,
  remaining: number,
): RateLimit => ({ allowed, limit, remaining, resetSeconds: Math.max(1, Math.ceil(ms / 1000)) })
