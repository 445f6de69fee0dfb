/** A surface's way to the limiter: takes, notes for the edge what the answer tells, and refuses. Called through the dependencies. */
import { Fault } from '../shared/fault.ts'
import { type Metrics, noMetrics } from '../shared/metrics.ts'
import { requestContext } from '../shared/request-context.ts'
import type { RateLimiter, RateLimitRule } from './ports.ts'

/**
 * Takes `cost` from the allowance of `key` under a rule. The edge puts the fields RateLimit-Policy and RateLimit
 * (draft-ietf-httpapi-ratelimit-headers-10) into the answer, whether it was served or refused. Throws `Fault('rate_limited')` with the
 * seconds for Retry-After (RFC 6585 section 4).
 */
export type TakeAllowance = (request: Request, rule: string, key: string, cost?: number) => Promise<void>

export function takeAllowance(
  limiter: RateLimiter,
  rules: readonly RateLimitRule[],
  metrics: Pick<Metrics, 'limited'> = noMetrics,
): TakeAllowance {
  const policies = new Map(
    rules.map(({ name, points, perSeconds }) => [name, `"${name}";q=${points};w=${perSeconds}`] as const),
  )
  return async (request, rule, key, cost = 1) => {
    const { allowed, remaining, resetSeconds } = await limiter.take(rule, key, cost)
    requestContext(request).allowance = {
      policy: policies.get(rule) ?? '',
      state: `"${rule}";r=${remaining};t=${resetSeconds}`,
    }
    if (!allowed) {
      metrics.limited(rule)
      throw new Fault('rate_limited', `Too many requests. Try again in ${resetSeconds} s.`, {
        retryAfterSeconds: resetSeconds,
      })
    }
  }
}
