/** Time, passed in so that expiry can be tested without waiting. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** Unix seconds, the unit of every JWT and of every stored expiry. */
export const unixSeconds = (clock: Clock): number => Math.floor(clock.now() / 1000)
