/** The loop that runs a job of the memory domain beside requests: again at once while there is work, else after a pause. */
import { failureCode } from '../shared/error-record.ts'
import type { Log } from '../shared/log.ts'

export interface JobOptions {
  readonly name: string
  /** Does some work and returns how much; 0 when there was none. */
  work(signal: AbortSignal): Promise<number>
  readonly log: Log
  /** Whether only work shows that it works again: there is none while what failed has to wait. */
  readonly provenByWork?: boolean
  /** The pause when there is nothing to do, and the longest after failures. */
  readonly pauseMs?: number
  readonly longestPauseMs?: number
}

/** Runs a job until `stop`, which waits for what is being done. Each kind of failure is logged once until it works again. */
export function runJob({
  name,
  work,
  log,
  provenByWork = false,
  pauseMs = 1_000,
  longestPauseMs = 60_000,
}: JobOptions): {
  stop(): Promise<void>
} {
  const stopped = new AbortController()
  let failures = 0
  /** The kinds of failure that the log was told of. */
  const told = new Set<string>()
  const pauseAfterFailures = () => Math.min(longestPauseMs, pauseMs * 2 ** Math.min(failures, 10))

  async function once(): Promise<number> {
    try {
      const done = await work(stopped.signal)
      if (failures > 0 && (done > 0 || !provenByWork)) {
        log.info({ job: name }, 'job works again')
        failures = 0
        told.clear()
      }
      return done > 0 ? 0 : pauseMs
    } catch (error) {
      if (stopped.signal.aborted) return 0
      failures += 1
      const kind = failureCode(error)
      if (told.has(kind)) return pauseAfterFailures()
      told.add(kind)
      log.warn({ job: name, err: error }, 'job failed; it is tried again')
      return pauseAfterFailures()
    }
  }

  async function loop(): Promise<void> {
    while (!stopped.signal.aborted) await pause(await once(), stopped.signal)
  }
  const running = loop()
  return {
    async stop() {
      stopped.abort()
      await running
    },
  }
}

/** Waits, but no longer than until it is stopped, and keeps no process alive. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    timer.unref?.()
    if (signal.aborted) end()
    else signal.addEventListener('abort', end)
  })
}
