import { describe, expect, test } from 'bun:test'
import type { RateLimiter, RateLimitRule } from '../../src/http/ports.ts'
import { failureOf, saying } from '../support/failure.ts'

const rules: readonly RateLimitRule[] = [
  { name: 'plain', points: 5, perSeconds: 60 },
  { name: 'bursty', points: 100, perSeconds: 60, burst: 50 },
  { name: 'short', points: 1, perSeconds: 1 },
]

const times = (count: number) => Array.from({ length: count })

export function describeRateLimiter(
  engine: string,
  open: (rules: readonly RateLimitRule[]) => Promise<{ limiter: RateLimiter; another: RateLimiter }>,
): void {
  describe(`RateLimiter on ${engine}`, () => {
    test('the allowance is counted down, then refused with the seconds to wait (RFC 6585 section 4)', async () => {
      const { limiter } = await open(rules)
      for (const remaining of [4, 3, 2, 1, 0]) {
        expect(await limiter.take('plain', 'a')).toMatchObject({ allowed: true, limit: 5, remaining })
      }
      const refused = await limiter.take('plain', 'a')
      expect(refused).toMatchObject({ allowed: false, limit: 5, remaining: 0 })
      expect(refused.resetSeconds).toBeWithin(1, 61)
    })

    test('100 a minute with a burst of 50: of 200 at once exactly 150 pass', async () => {
      const { limiter } = await open(rules)
      const answers = await Promise.all(times(200).map(() => limiter.take('bursty', 'a')))
      expect(answers.filter(({ allowed }) => allowed)).toHaveLength(150)
    })

    test('callers, rules and costs are told apart', async () => {
      const { limiter } = await open(rules)
      expect(await limiter.take('plain', 'a', 5)).toMatchObject({ allowed: true, remaining: 0 })
      expect(await limiter.take('plain', 'a')).toMatchObject({ allowed: false })
      expect(await limiter.take('plain', 'b')).toMatchObject({ allowed: true, remaining: 4 })
      expect(await limiter.take('bursty', 'a')).toMatchObject({ allowed: true, remaining: 99 })
    })

    test('the allowance comes back when its window has passed', async () => {
      const { limiter } = await open(rules)
      expect((await limiter.take('short', 'a')).allowed).toBe(true)
      expect((await limiter.take('short', 'a')).allowed).toBe(false)
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      expect((await limiter.take('short', 'a')).allowed).toBe(true)
    })

    test('a rule that nobody gave is a mistake of the program, not a free pass', async () => {
      const { limiter } = await open(rules)
      expect(await failureOf(limiter.take('misspelt', 'a'))).toMatchObject(saying('misspelt'))
    })
  })
}

/** Only where processes share their limits. */
export function describeSharedRateLimiter(
  engine: string,
  open: (rules: readonly RateLimitRule[]) => Promise<{ limiter: RateLimiter; another: RateLimiter }>,
): void {
  test(`two processes on ${engine} share one allowance`, async () => {
    const { limiter, another } = await open(rules)
    const answers = await Promise.all(times(20).map((_, at) => (at % 2 ? limiter : another).take('plain', 'a')))
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(5)
  })
}
