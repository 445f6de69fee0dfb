import type { Log } from '../shared/log.ts'

/** Whatever hangs, an engine or a start that waits for one, the process is gone within ten seconds. */
export const endsWithinMs = 9_500
/** So many errors are told, each with a line. */
const mostTold = 10

/**
 * The last net under errors that nobody caught, a driver's as a rule: gives a promise that is kept once there is one. What the process
 * holds may not be whole any more then, so it is to end as when it is told to, and whoever watches it starts it again.
 *
 * A runtime would end it at once, amid what others have begun, and print the error with all that is in it: of Postgres the row that
 * broke a rule. The log has what `shared/error-record` tells of it.
 */
export function lastNet(log: Log): Promise<'uncaught error'> {
  return new Promise((resolve) => {
    let told = 0
    const tell = (error: unknown) => {
      // What is broken may throw again and again until the process is gone.
      if (told++ >= mostTold) return
      log.fatal({ err: error }, 'An error that nobody caught: the process ends')
      resolve('uncaught error')
      // Nobody is there to kill it, as there is after a signal.
      if (told === 1) setTimeout(() => process.exit(1), endsWithinMs)
    }
    process.on('uncaughtException', tell)
    process.on('unhandledRejection', tell)
  })
}
