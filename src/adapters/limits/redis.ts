import type { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import type { RateLimiter, RateLimitRule } from '../../http/ports.ts'
import { createRateLimiter } from './rules.ts'

/** Limits that every process on one Redis shares; counts carry the engine's own expiry. `prefix` stands before every key. */
export const createRedisRateLimiter = (client: Redis, prefix: string, rules: readonly RateLimitRule[]): RateLimiter =>
  createRateLimiter(
    rules,
    ({ keyPrefix, points, duration }) =>
      new RateLimiterRedis({
        storeClient: client,
        keyPrefix: prefix + keyPrefix,
        points,
        duration,
        rejectIfRedisNotReady: true,
      }),
  )
