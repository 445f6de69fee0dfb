import type { Clock } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'

export interface CircuitBreakerOptions {
  readonly clock: Clock
  /** After so many failures in a row nothing is asked any more ... */
  readonly failures?: number
  /** ... for so long; then one call tries. */
  readonly restMs?: number
}

/**
 * Asks a service that may be down without waiting for its timeout each time.
 * @throws Fault `unavailable` at once while it rests, caused by the last failure, otherwise whatever `work` throws
 */
export function circuitBreaker({ clock, failures = 3, restMs = 30_000 }: CircuitBreakerOptions) {
  let failed = 0
  let restsUntil = 0
  let last: unknown
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (failed >= failures) {
      const now = clock.now()
      if (now < restsUntil) {
        const retryAfterSeconds = Math.ceil((restsUntil - now) / 1_000)
        throw new Fault('unavailable', 'The model does not answer.', {
          code: 'model_resting',
          retryAfterSeconds,
          cause: last,
        })
      }
      // The one that tries: others go on being refused until it is known how it went.
      restsUntil = now + restMs
    }
    try {
      const result = await work()
      failed = 0
      return result
    } catch (error) {
      failed += 1
      last = error
      restsUntil = clock.now() + restMs
      throw error
    }
  }
}
