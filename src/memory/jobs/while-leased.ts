/**
 * A lease that is short, so that what a process had in hand when it was killed is soon taken up by another, and renewed while the work
 * goes on, which may take longer.
 */

/** For how long nobody else is given what was claimed; a process that pauses for longer only has its work done twice. */
export const leaseMs = 20_000
/** Three renewals may fail before the lease ends. */
const renewEveryMs = 5_000

/**
 * Does `work`, and asks `renew` again and again meanwhile; none is under way any more when it settles, as `work` does. A renewal that
 * fails is left to the next: where the engine does not answer, the work will say so.
 */
export async function whileLeased<T>(
  renew: () => Promise<void>,
  work: () => Promise<T>,
  everyMs = renewEveryMs,
): Promise<T> {
  let renewing: Promise<void> | undefined
  const timer = setInterval(() => {
    renewing ??= renew()
      .catch(() => undefined)
      .finally(() => {
        renewing = undefined
      })
  }, everyMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    await renewing
  }
}
