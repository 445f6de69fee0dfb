import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { RateLimiter, RateLimitRule } from '../../http/ports.ts'
import { createRateLimiter } from './rules.ts'

/** Limits of this process alone: right where one process serves. */
export const createProcessRateLimiter = (rules: readonly RateLimitRule[]): RateLimiter =>
  createRateLimiter(rules, (options) => new RateLimiterMemory(options))
