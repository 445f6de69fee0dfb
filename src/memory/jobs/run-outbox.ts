/** Does what waits in the outbox, some at a time. Any number of processes may run it. */
import type { OwnerId } from '../../shared/brand.ts'
import type { Clock } from '../../shared/clock.ts'
import { failureCode } from '../../shared/error-record.ts'
import { Fault } from '../../shared/fault.ts'
import type { Job, JobKind, Outbox } from './ports.ts'
import { whileLeased } from './while-leased.ts'

export interface OutboxWork {
  readonly outbox: Outbox
  readonly clock: Clock
  readonly kind: JobKind
  /** Brings the projection of these jobs' memories, all of one owner, up to date. Doing it again changes nothing. */
  handle(ownerId: OwnerId, jobs: readonly Job[], signal?: AbortSignal): Promise<void>
  /** How many jobs at once, and for how long nobody else is given them; renewed while they are run. */
  readonly count: number
  readonly leaseMs: number
}

const mostAttempts = 8
const firstRestMs = 1_000
const longestRestMs = 5 * 60_000

/** Told why each job is given up, see `failureCode`. */
export type GaveUp = (reason: string) => void

/**
 * Runs the next jobs. Returns how many, 0 when none wait.
 * @throws Fault `unavailable` when what they need does not answer: they wait, and it does not count against them
 */
export async function runOutbox(work: OutboxWork, signal?: AbortSignal, gaveUp?: GaveUp): Promise<number> {
  const { outbox, clock, kind, count, leaseMs } = work
  const jobs = await outbox.claim(kind, count, clock.now(), leaseMs)
  const [first] = jobs
  if (first === undefined) return 0
  await whileLeased(
    () => outbox.extend(jobs, clock.now(), leaseMs),
    () => runJobs(work, first.ownerId, jobs, signal, gaveUp),
  )
  return jobs.length
}

async function runJobs(
  work: OutboxWork,
  ownerId: OwnerId,
  jobs: readonly Job[],
  signal: AbortSignal | undefined,
  gaveUp: GaveUp | undefined,
): Promise<void> {
  const { outbox, clock } = work
  try {
    await work.handle(ownerId, jobs, signal)
    await outbox.done(jobs, clock.now())
  } catch (error) {
    await (isTheirs(error, signal) ? oneByOne(work, jobs, signal, gaveUp) : giveBack(outbox, jobs, clock.now(), error))
  }
}

/** Together they failed though the engine answers: one of them is to blame, and the others are done. */
async function oneByOne(
  work: OutboxWork,
  jobs: readonly Job[],
  signal: AbortSignal | undefined,
  gaveUp: GaveUp | undefined,
): Promise<void> {
  const { outbox, clock } = work
  for (const [place, job] of jobs.entries()) {
    try {
      await work.handle(job.ownerId, [job], signal)
      await outbox.done([job], clock.now())
    } catch (error) {
      if (!isTheirs(error, signal)) return giveBack(outbox, jobs.slice(place), clock.now(), error)
      if (job.attempts + 1 >= mostAttempts) {
        await outbox.bury(job, failureCode(error))
        gaveUp?.(failureCode(error))
      } else await outbox.release([job], clock.now() + restMs(job.attempts), failureCode(error))
    }
  }
}

async function giveBack(outbox: Outbox, jobs: readonly Job[], at: number, error: unknown): Promise<never> {
  await outbox.release(jobs, at)
  throw error
}

const restMs = (attempts: number): number => Math.min(longestRestMs, firstRestMs * 2 ** attempts)

/** Whether the jobs themselves are to blame, and not an engine that is down or a process that stops. */
const isTheirs = (error: unknown, signal: AbortSignal | undefined): boolean =>
  signal?.aborted !== true && !(error instanceof Fault && error.kind === 'unavailable')
