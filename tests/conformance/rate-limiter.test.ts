import { afterAll } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { createProcessRateLimiter } from '../../src/adapters/limits/process.ts'
import { createRedisRateLimiter } from '../../src/adapters/limits/redis.ts'
import type { RateLimitRule } from '../../src/http/ports.ts'
import { engineUrl } from '../support/engines.ts'
import { describeRateLimiter, describeSharedRateLimiter } from './rate-limiter.ts'

describeRateLimiter('this process', async (rules) => ({
  limiter: createProcessRateLimiter(rules),
  another: createProcessRateLimiter(rules),
}))

const url = engineUrl('REDIS_URL')
if (url !== undefined) {
  const [first, second] = [new Redis(url), new Redis(url)]
  const prefixes: string[] = []
  const open = async (rules: readonly RateLimitRule[]) => {
    const prefix = `souvenir-test-${randomUUID()}:`
    prefixes.push(prefix)
    await Promise.all([first.ping(), second.ping()])
    return {
      limiter: createRedisRateLimiter(first, prefix, rules),
      another: createRedisRateLimiter(second, prefix, rules),
    }
  }
  afterAll(async () => {
    for (const prefix of prefixes) {
      const keys = await first.keys(`${prefix}*`)
      if (keys.length > 0) await first.del(keys)
    }
    first.disconnect()
    second.disconnect()
  })
  describeRateLimiter('Redis', open)
  describeSharedRateLimiter('Redis', open)
}
