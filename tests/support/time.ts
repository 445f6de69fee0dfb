import type { Clock } from '../../src/shared/clock.ts'

/** A clock that stands until it is moved. Begins at 2026-11-01T00:00:00Z. */
export function testClock(startMs = Date.UTC(2026, 10, 1)): Clock & { advanceSeconds(seconds: number): void } {
  let now = startMs
  return {
    now: () => now,
    advanceSeconds(seconds) {
      now += seconds * 1000
    },
  }
}
