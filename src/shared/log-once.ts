import type { Clock } from './clock.ts'
import { causeOf } from './error-record.ts'
import { Fault } from './fault.ts'
import type { Log } from './log.ts'

/** What lasts is said again after so long. */
const againAfterMs = 600_000
/** So many causes are remembered; beyond that all are told anew. */
const mostCauses = 100

/**
 * Gives what tells the log of failures that no caller is told: each cause once, whatever it says, and again after ten minutes. What a
 * caller would be refused (a `Fault` but an engine that is away) is none.
 */
export function logOnce(log: Log, clock: Clock, message: string): (error: unknown) => void {
  const toldAt = new Map<string, number>()
  return (error) => {
    if (error instanceof Fault && (error.kind !== 'unavailable' || error.cause === undefined)) return
    const cause = causeOf(error)
    const now = clock.now()
    if (now - (toldAt.get(cause) ?? Number.NEGATIVE_INFINITY) < againAfterMs) return
    if (toldAt.size >= mostCauses) toldAt.clear()
    toldAt.set(cause, now)
    log.warn({ err: error }, message)
  }
}
