/** How many requests a caller may make. In the process, or in Redis where several processes share a limit. */
export interface RateLimiter {
  /** Takes `cost` (1 unless given) from the caller's allowance under a rule's name. */
  take(rule: string, key: string, cost?: number): Promise<RateLimit>
}

export interface RateLimit {
  readonly allowed: boolean
  readonly limit: number
  readonly remaining: number
  /** Seconds until the allowance is whole again (or until one more request is allowed, when refused). */
  readonly resetSeconds: number
}

/** An allowance: `points` in each window of `perSeconds`, and `burst` beyond them. */
export interface RateLimitRule {
  /** What a surface asks for: `registration`. */
  readonly name: string
  readonly points: number
  readonly perSeconds: number
  /** How many more are allowed at once. */
  readonly burst?: number
}
